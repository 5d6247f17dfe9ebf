"""Who was forgotten, in a small file outside the store: a backup that is put back does not know it.

The file has a salt and, of each forgotten id, a keyed digest (BLAKE2b, RFC 7693): nobody reads in it who
that was. Who has the file can still try ids one by one, so it is for the service's user alone.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mailproc import private
from mailproc.errors import Misconfigured
from mailproc.store import outside_files

_SIZE = 20
"""Octets of a digest."""


class ForgottenReaders:
    """The file, which is the first of ``places`` that is there."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places
        self._read: tuple[bytes, set[bytes]] = b"", set()
        self._seen: tuple[int, int] | None = None  # of the file as it was read

    @property
    def path(self) -> Path:
        """Where it is, or will be."""
        there = next((one for one in self._places if one.exists()), None)
        return there or next((one for one in self._places[:-1] if _is_ours(one.parent)), self._places[-1])

    def __contains__(self, patron_id: str) -> bool:
        salt, digests = self._known()
        return bool(digests) and _digest(patron_id, salt) in digests

    def __len__(self) -> int:
        return len(self._known()[1])

    def add(self, patron_id: str) -> None:
        """Note it durably."""
        with self._changing() as (salt, digests):
            digests.add(_digest(patron_id, salt))

    def remove(self, patron_id: str) -> bool:
        """Let the reader be known again; return whether it was forgotten."""
        with self._changing() as (salt, digests):
            there = (digest := _digest(patron_id, salt)) in digests
            digests.discard(digest)
        return there

    def _known(self) -> tuple[bytes, set[bytes]]:
        path = self.path
        try:
            found = os.stat(path)
            if (seen := (found.st_ino, found.st_mtime_ns)) != self._seen:
                self._read, self._seen = _parsed(path.read_text("ascii")), seen
        except FileNotFoundError:
            self._read, self._seen = (b"", set()), None
        except (OSError, ValueError) as error:
            why = f"{path}, which says who was forgotten, cannot be read: {error}"
            raise Misconfigured(why) from None
        return self._read

    @contextmanager
    def _changing(self) -> Iterator[tuple[bytes, set[bytes]]]:
        """One process at a time. The file is replaced as a whole, durably."""
        path = self.path
        try:
            private.make_folder(path.parent)
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                self._seen = None
                salt, digests = self._known()
                salt = salt or secrets.token_bytes(32)
                yield salt, digests
                _replace(path, "\n".join([salt.hex(), *sorted(one.hex() for one in digests)]) + "\n")
                os.fsync(folder)
            finally:
                self._seen = None
                os.close(folder)
        except OSError as error:
            raise Misconfigured(
                f"{path}, which says who was forgotten, cannot be written ({error.strerror});"
                f" {private.belongs(path)}"
            ) from None


def places(url: str, base: Path, counters: str) -> list[Path]:
    """Return where the file may be: where the counters file is. ``counters``: its name in config.toml."""
    if counters:
        return [base / f"{counters}.forgotten"]
    return outside_files.beside(url, base, "forgotten")


def _digest(patron_id: str, salt: bytes) -> bytes:
    written = patron_id.encode("utf-8", "backslashreplace")
    return hashlib.blake2b(written, key=salt[:64], digest_size=_SIZE).digest()


def _parsed(text: str) -> tuple[bytes, set[bytes]]:
    salt, *digests = text.split()
    return bytes.fromhex(salt), {bytes.fromhex(one) for one in digests}


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _replace(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.unfinished-{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(handle)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
