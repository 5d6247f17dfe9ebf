"""Who can change what a path leads to.

A check of the file alone says nothing about the file that is opened afterwards: whoever owns a folder or a
link on the way to it puts another one there in between. So the way is walked from the root on. What only
trusted users can change stays what it was found to be, and the path can be opened by its name afterwards.
"""

import os
import stat
from pathlib import Path

_MOST_LINKS = 40
"""As Linux has it; then the path leads nowhere."""


def open_to_others(path: Path, owners: set[int]) -> Path | None:
    """Return the first folder, link or file on the way to ``path`` that others than ``owners`` can change.

    None if there is none: then nobody else can change what the path leads to, nor make what is not there.
    """
    left = list(reversed(path.absolute().parts))
    here, links = Path(left.pop()), 0
    found = os.lstat(here)
    while not _is_anothers(found, owners):
        if not left:
            return None
        folder, here = here, _next(here, left.pop())
        try:
            found = os.lstat(here)
        except OSError:  # in a folder of all, like /tmp, anybody can make it
            return folder if _is_of_all(found) else None
        if stat.S_ISLNK(found.st_mode) and found.st_uid in owners and links < _MOST_LINKS:
            links += 1
            target = Path(os.readlink(here))
            left += reversed(target.parts)
            here = Path(left.pop()) if target.is_absolute() else folder
            found = os.lstat(here)
    return here


def _next(folder: Path, name: str) -> Path:
    return folder.parent if name == ".." else folder / name


def _is_anothers(found: os.stat_result, owners: set[int]) -> bool:
    """A folder of all with the sticky bit is none: nobody moves in it what is not his."""
    may_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return found.st_uid not in owners or bool(may_write and not _is_of_all(found))


def _is_of_all(found: os.stat_result) -> bool:
    return stat.S_ISDIR(found.st_mode) and bool(found.st_mode & stat.S_ISVTX)
