"""Read, write and remove a text in the library's own folder of templates, and nothing outside of it.

No link below that folder is followed, for reading neither: a page shows what it reads. A text is written
whole or not at all.
"""

import errno
import logging
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.templating.environment import LONGEST_TEXT
from mailproc.templating.folders import shipped_folder

_log = logging.getLogger(__name__)

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_LONGEST = 4 * LONGEST_TEXT
"""Octets; a longer file is broken anyway."""


@dataclass(frozen=True)
class OwnText:
    """A text of the library's own, and when its file was changed."""

    text: str
    changed_at: datetime


class SiteFolder:
    """``folder``: [templates] site. ``path`` is always one of the known templates, never what was typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, path: str) -> OwnText | None:
        """Return the library's own text; None if it has none. Raise LocalFault: it cannot be shown."""
        try:
            with self._below(path) as (folder, name):
                return _read(folder, name)
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise LocalFault(sentence("not-utf8", file=path)) from None
        except OSError as error:
            if error.errno == errno.ENOTDIR and not os.path.lexists(self.folder / path):
                return None
            raise LocalFault(sentence("template-unreadable", path=path, why=_why(error))) from None

    def write(self, path: str, text: str) -> None:
        """Put the text in the place of an older one, whose rights it keeps. Raise LocalFault."""
        try:
            self._refuse_shipped()
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._below(path, make=True) as (folder, name):
                _replace(folder, name, text)
        except OSError as error:
            raise self._unwritable(error) from None

    def remove(self, path: str) -> None:
        """Take the library's own text away; one that is not there is away. Raise LocalFault."""
        try:
            self._refuse_shipped()
            with self._below(path) as (folder, name):
                os.unlink(name, dir_fd=folder)
                _keep_for_good(folder, name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from None

    @contextmanager
    def _below(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder in which the text lies, each step without following a link; its name there.

        A folder that is made has the rights that the service's umask leaves it.
        """
        *folders, name = PurePosixPath(path).parts
        opened = os.open(self.folder, _FOLDER)
        try:
            for folder in folders:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=opened)
                outer, opened = opened, os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=opened)
                os.close(outer)
            yield opened, name
        finally:
            os.close(opened)

    def _refuse_shipped(self) -> None:
        if self.folder.resolve() == shipped_folder().resolve():
            raise OSError(errno.EPERM, "these are the shipped texts: name another folder in [templates] site")

    def _unwritable(self, error: OSError) -> LocalFault:
        said = sentence("template-unwritable", folder=str(self.folder), why=_why(error))
        return LocalFault(said, also=(sentence("template-rights"),))


def _read(folder: int, name: str) -> OwnText:
    number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(number, "rb") as file:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        octets = file.read(_LONGEST + 1)
    if len(octets) > _LONGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    text = octets.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return OwnText(text, datetime.fromtimestamp(found.st_mtime, UTC))


def _replace(folder: int, name: str, text: str) -> None:
    unfinished = f".{name}.{secrets.token_hex(8)}.unfinished"
    rights = _rights(folder, name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    number = os.open(unfinished, flags, 0o666 if rights is None else 0o600, dir_fd=folder)
    try:
        with os.fdopen(number, "wb") as file:
            if rights is not None:
                _keep_rights(number, rights)
            file.write(text.encode())
            file.flush()
            os.fsync(number)
        os.replace(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:  # Ctrl-C, too: no unfinished file is left
        with suppress(OSError):
            os.unlink(unfinished, dir_fd=folder)
        raise
    _keep_for_good(folder, name)


def _keep_for_good(folder: int, name: str) -> None:
    """What has been done is in use: a disk that fails now may lose it with the power, and undoes nothing."""
    try:
        os.fsync(folder)
    except OSError as error:
        _log.warning("%s is in use, and may be lost if the power fails: %s", name, error.strerror)


def _rights(folder: int, name: str) -> os.stat_result | None:
    """Return the rights of the file in whose place another comes. Raise OSError for what is no file."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.ELOOP, "there is a link or a folder of that name")
    return found


def _keep_rights(number: int, rights: os.stat_result) -> None:
    """An owner or a group that we may not give stays ours; then the group's rights are not given either."""
    mode = stat.S_IMODE(rights.st_mode)
    try:
        os.fchown(number, -1, rights.st_gid)
    except PermissionError:
        mode &= ~0o070
    with suppress(PermissionError):
        os.fchown(number, rights.st_uid, -1)
    os.fchmod(number, mode & 0o777)


def _why(error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a link or a file stands in the way, and links are not followed here"
    return error.strerror or str(error)
