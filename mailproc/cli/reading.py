"""Reads what a person names on the command line: a file, or standard input."""

import json
import sys
from pathlib import Path
from typing import Any

from mailproc.errors import LocalFault

LONGEST_JSON = 262_144
"""Characters: what is written in it is checked while the store is held."""


def content(name: str) -> str:
    """The text of a file, or of standard input for "-"."""
    try:
        return octets(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LocalFault(f"{name} is not UTF-8 text.") from None


def json_value(name: str) -> Any:
    """The JSON of a file, or of standard input for "-". LocalFault where it is none, also where it holds what
    JSON has no word for (NaN), figures by the thousand, or brackets in brackets without end."""
    text = content(name)
    if len(text) > LONGEST_JSON:
        raise LocalFault(f"{name} has {len(text)} characters; {LONGEST_JSON} are the most.")
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise LocalFault(f"{name} is no JSON that can be read: too many brackets in one another.") from None
    except ValueError as error:
        what = "it holds a number of thousands of digits" if "4300 digits" in str(error) else str(error)
        raise LocalFault(f"{name} is no JSON: {what}.") from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def octets(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise LocalFault(f"{name} cannot be read: {error.strerror}.") from None
