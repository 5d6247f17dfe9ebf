"""Open a file that somebody else may have made: never wait for a pipe, never read a device."""

import errno
import os
import stat
import threading
from pathlib import Path
from typing import BinaryIO

PATIENCE = 2.0
"""Seconds for a disk to say whether a file is there."""


def is_gone(path: Path) -> bool:
    """Whether nothing is there. False where that cannot be told, also of a disk that does not answer."""
    name, found = f"look for {path}", list[bool]()
    if any(thread.name == name for thread in threading.enumerate()):
        return False
    look = threading.Thread(target=lambda: found.append(_is_gone(path)), name=name, daemon=True)
    look.start()
    look.join(PATIENCE)
    return bool(found) and found[0]


def _is_gone(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass
    return False


def opened(path: Path) -> BinaryIO:
    """Open a regular file for reading. Raise OSError, also where it is a pipe, a device or a folder."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(number).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(number, "rb")
    os.close(number)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "it is no regular file")
