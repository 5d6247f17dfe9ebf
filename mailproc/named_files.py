"""Open a file that a person names on the command line.

Staff may call mailproc by sudo as the service's user, and nothing else. What a verb reads it may print, keep
or send: so by sudo a file is read only if whoever called could read it too. The file that is open is looked
at, not its name, which may lead elsewhere a moment later.
"""

import errno
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_REFUSED = "by sudo only what you may read yourself; standard input (-) needs no such right"
_READ, _SEARCH = 4, 1
_ROOT = 0


def opened(name: str | Path, flags: int = 0) -> BinaryIO:
    """Open for reading, with ``flags`` of ``os.open``. Raise OSError, also if the caller may not read it."""
    number = os.open(name, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        file = os.fdopen(number, "rb")
    except OSError:  # a folder
        os.close(number)
        raise
    caller = _caller()
    if caller is not None and not _may_read(number, caller):
        file.close()
        raise PermissionError(errno.EACCES, _REFUSED)
    return file


def allow_all() -> None:
    """Root called: what the service's user may read, root could read anyway."""
    os.environ["SUDO_UID"] = str(_ROOT)


@dataclass(frozen=True)
class _Caller:
    user: int
    groups: frozenset[int]

    def may(self, found: os.stat_result, what: int) -> bool:
        if found.st_uid == self.user:
            return bool(found.st_mode & what << 6)
        if found.st_gid in self.groups:
            return bool(found.st_mode & what << 3)
        return bool(found.st_mode & what)


def _caller() -> _Caller | None:
    """Return who called sudo as the service's user; None if nobody did, or root."""
    name, user = os.environ.get("SUDO_USER", ""), os.environ.get("SUDO_UID", "")
    if not name or os.geteuid() == _ROOT or user == str(_ROOT):
        return None
    try:
        known = pwd.getpwuid(int(user))
        return _Caller(known.pw_uid, frozenset(os.getgrouplist(known.pw_name, known.pw_gid)))
    except (KeyError, ValueError, OverflowError):
        return _Caller(-1, frozenset())  # nobody: what all may read


def _may_read(number: int, caller: _Caller) -> bool:
    found = os.fstat(number)
    if not caller.may(found, _READ):
        return False
    if not stat.S_ISREG(found.st_mode):
        return True  # a pipe or a terminal has no folders
    path = Path(os.readlink(f"/proc/self/fd/{number}"))
    return all(caller.may(os.stat(folder), _SEARCH) for folder in path.parents)
