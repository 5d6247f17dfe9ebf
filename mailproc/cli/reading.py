"""Reads what a person names on the command line: a file, standard input, a mailbox on disk."""

import json
import mailbox
import sys
from collections.abc import Iterator, Sequence
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


def letters(names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Each letter with the name of its file: RFC 5322 files, mbox files, Maildir folders, "-"."""
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            yield from _maildir(path)
            continue
        raw = octets(name)
        if name != "-" and raw.startswith(b"From "):
            yield from _mbox(path)
        else:
            yield name, raw


def _maildir(path: Path) -> Iterator[tuple[str, bytes]]:
    if not (path / "cur").is_dir():
        raise LocalFault(f"{path} is a folder, but no Maildir (it has no folder cur).")
    for key, message in mailbox.Maildir(path, create=False).iteritems():
        yield f"{path}/{key}", message.as_bytes()


def _mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield f"{path}#{key}", box.get_bytes(key)
    finally:
        box.close()
