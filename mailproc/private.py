"""What mailproc makes on the disk is for its own user alone: letters and readers' names stand in it."""

import errno
import os
import pwd
import stat
from pathlib import Path

FILE = 0o600
FILE_OF_A_GROUP = 0o640
FOLDER = 0o700


def make_folder(path: Path) -> None:
    """Make the folder, and those above it that are not there. One that is there stays as it is.

    Raises OSError.
    """
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=FOLDER, exist_ok=True)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; what could not be written whole is removed.

    A folder with the set-group-ID bit gives it to its group, which may then read it: so root writes what the
    service reads. Raises OSError; FileExistsError where something is there.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            if os.stat(path.parent).st_mode & stat.S_ISGID:
                os.fchmod(handle, FILE_OF_A_GROUP)  # whatever the umask is
            stream.write(text)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def unreadable(file: Path) -> str:
    """Return why a file cannot be read; '' if it can."""
    try:
        file.open("rb").close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def sync_folder(folder: Path) -> None:
    """Bring the names in the folder to the disk: a file that was just made is there after a power cut."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def open_ours(path: Path, flags: int) -> int:
    """Open a file of ours that may be there; where another file was put in its place by a link, refuse it.

    ``flags`` as of ``os.open``. Return the descriptor. Raises OSError.
    """
    number = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, FILE)
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(number)
        raise OSError(errno.ELOOP, "it is a link, or no plain file: delete it", str(path))
    return number


def is_open_to_others(path: Path) -> bool:
    """May every user of this machine do something with it? False where it is not there."""
    try:
        return bool(os.stat(path).st_mode & stat.S_IRWXO)
    except OSError:
        return False


def may_be_written_by_others(path: Path) -> bool:
    """May others of its group, or every user of this machine, write there? False where it is not there."""
    try:
        return bool(os.stat(path).st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    except OSError:
        return False


def owner(path: Path) -> str:
    """Whose it is, or the nearest folder above that can be seen: a name, else a number; "" unknown."""
    for each in (path, *path.parents):
        try:
            return each.owner()
        except KeyError:  # a user without a name
            return str(os.stat(each).st_uid)
        except OSError:
            continue
    return ""


def unwritable(folder: Path) -> str:
    """Why no file can be made in the folder or the nearest one above it, with what to do; "" if one can."""
    from tempfile import TemporaryFile  # here: only the service and `check` ask

    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    try:
        TemporaryFile(dir=there).close()
    except OSError as error:
        return f"{error.strerror}; {belongs(there)}: chown it, or run as the service's user"
    return ""


def belongs(path: Path) -> str:
    """For whoever was refused something there: who owns it, and who asked."""
    try:
        asking = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        asking = f"user {os.geteuid()}"
    there = next((each for each in (path, *path.parents) if os.path.exists(each)), path)
    missing = f"{path} is not there, " if _is_missing(path) else ""
    return f"{missing}{there} belongs to {owner(there) or 'nobody known'}, this was run as {asking}"


def _is_missing(path: Path) -> bool:
    """Return whether it is known not to be there: in a folder that may not be entered nobody can say."""
    try:
        os.stat(path)
    except PermissionError:
        return False
    except OSError:
        return True
    return False
