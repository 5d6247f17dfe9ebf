"""Reads what a person names on the command line: a file, or standard input."""

import json
import sys
from typing import Any

from mailproc import named_files
from mailproc.errors import LocalFault
from mailproc.sentence import sentence

LONGEST_JSON = 262_144
"""Characters: what is written in it is checked while the store is held."""


def content(name: str) -> str:
    """The text of a file, or of standard input for "-"."""
    try:
        return octets(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LocalFault(sentence("not-utf8", file=name)) from None


def json_value(name: str) -> Any:
    """The JSON of a file, or of standard input for "-". LocalFault where it is none, also where it holds what
    JSON has no word for (NaN), figures by the thousand, or brackets in brackets without end."""
    return json_of(content(name), name)


def json_of(text: str, name: str) -> Any:
    """Return the value of ``text``, the JSON of the file ``name``. Raise LocalFault as ``json_value``."""
    if len(text) > LONGEST_JSON:
        raise LocalFault(sentence("too-long", name=name, count=len(text), most=LONGEST_JSON))
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise LocalFault(sentence("json-deep", file=name)) from None
    except ValueError as error:
        what = "it holds a number of thousands of digits" if "4300 digits" in str(error) else str(error)
        raise LocalFault(sentence("no-json", file=name, why=what)) from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def octets(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        with named_files.opened(name) as file:
            return file.read()
    except OSError as error:
        raise LocalFault(sentence("file-not-read", file=name, why=error.strerror or "")) from None
