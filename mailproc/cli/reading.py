"""Reads what a person names on the command line: a file, or standard input."""

import json
import sys
from pathlib import Path
from typing import Any

from mailproc.errors import LocalFault


def content(name: str) -> str:
    """The text of a file, or of standard input for "-"."""
    try:
        return octets(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LocalFault(f"{name} is not UTF-8 text.") from None


def json_value(name: str) -> Any:
    """The JSON of a file, or of standard input for "-"."""
    try:
        return json.loads(content(name))
    except (ValueError, RecursionError) as error:
        raise LocalFault(f"{name} is no JSON: {error}.") from None


def octets(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise LocalFault(f"{name} cannot be read: {error.strerror}.") from None
