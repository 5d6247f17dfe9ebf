"""The checksum at the end of a backup: SQLite and pg_restore look at what is before it alone.

An integrity check sees the structure of a file, not a title in which a disk has changed a letter. At the end
it goes with the file wherever that is copied to. It proves nothing about who wrote the file.
"""

import hashlib
import os
from pathlib import Path

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store import regular_file

_MARK = b"\nmailproc backup sha256 "
_LENGTH = len(_MARK) + 64 + 1
_STEP = 1 << 20


def put(number: int) -> None:
    """Write it at the end of the open file. Raise OSError."""
    size = os.fstat(number).st_size
    line = _MARK + _digest(number, size) + b"\n"
    while line:
        written = os.pwrite(number, line, size)
        line, size = line[written:], size + written


def check(file: Path) -> bool:
    """Return whether it is there. Raise LocalFault if the file is not what was written, and OSError."""
    with regular_file.opened(file) as opened:
        number = opened.fileno()
        size = os.fstat(number).st_size - _LENGTH
        found = os.pread(number, _LENGTH, size) if size > 0 else b""
        if not found.startswith(_MARK):
            return False
        if found[len(_MARK) : -1] != _digest(number, size):
            raise LocalFault(sentence("backup-changed", file=str(file)))
    return True


def _digest(number: int, size: int) -> bytes:
    whole = hashlib.sha256()
    for at in range(0, size, _STEP):
        whole.update(os.pread(number, min(_STEP, size - at), at))
    return whole.hexdigest().encode("ascii")
