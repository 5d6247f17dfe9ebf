"""Tells what the argument FILE of `request` names: JSON, or a citation that another program wrote."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailproc.citations import openurl, ris
from mailproc.citations.citation import Citation
from mailproc.cli import input_files
from mailproc.errors import LocalFault
from mailproc.office.requests import written_citation
from mailproc.sentence import sentence


def read(name: str) -> Citation | Any:
    """Return the citation of an OpenURL or of a file with one (OpenURL or RIS), else the file's JSON.

    Raise LocalFault if it is none of them, or holds more than one citation.
    """
    if name != "-" and openurl.is_one(name) and not Path(name).exists():
        return openurl.read(name)
    text = _text(name)
    if not text.strip():
        raise LocalFault(sentence("request-empty", file=name))
    return written_citation.read(text) or input_files.json_of(text, name)


def _text(name: str) -> str:
    """Return the text of the file: reference managers write RIS in Windows-1252 too."""
    octets = input_files.octets(name)
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = octets.decode("cp1252", "replace")
    if not ris.is_one(text):
        raise LocalFault(sentence("not-utf8", file=name))
    return text


def fields(citation: Citation, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a request: those of the citation, and what options say instead or beside it."""
    item = citation.said() | said.get("item", {})
    return {**said, "service": said.get("service") or citation.service, "item": item}
