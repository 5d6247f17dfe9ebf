"""Readers of a file with one JSON object in each line."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mailproc.office.patrons import reader_fields
from mailproc.office.patrons.said_readers import NAMES, RefusedReader, SaidReader
from mailproc.sentence import sentence


def read(lines: Iterator[str]) -> Iterator[SaidReader | RefusedReader]:
    """Give the readers."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read(line, number)


def _read(line: str, number: int) -> SaidReader | RefusedReader:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return RefusedReader(number, str(error.colno), sentence("patrons-json", why=error.msg))
    except (ValueError, RecursionError):
        return RefusedReader(number, "", sentence("patrons-json", why="too deep, or a number too long"))
    if not isinstance(value, Mapping):
        return RefusedReader(number, "", sentence("patrons-json", why="no object"))
    for place, name in enumerate(value, 1):
        if name not in NAMES:
            why = sentence("patrons-field", place=place, known=", ".join(NAMES))
            return RefusedReader(number, "", why, _id(value))
    try:
        return SaidReader(number, {name: _texts(each) for name, each in value.items()})
    except TypeError:
        why = sentence("patrons-json", why="a field is text, or a list of texts")
        return RefusedReader(number, "", why, _id(value))


def _id(value: Mapping[str, Any]) -> str:
    try:
        return reader_fields.id_of(_texts(value.get("id")))
    except TypeError:
        return ""


def _texts(value: Any) -> tuple[str, ...]:
    if value is None or value is False:
        return ()
    if isinstance(value, list):
        return tuple(text for one in value for text in _texts(one) if not isinstance(one, list))
    if isinstance(value, bool):
        return ("yes",)
    if isinstance(value, str | int):
        return (str(value),)
    raise TypeError
