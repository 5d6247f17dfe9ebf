"""Documents as files by digest, beside the store: ``documents/ab/abcdef…``.

A file is written and synced before the row that names it is committed, never inside a store write. Whoever
writes holds the folder (a shared lock) until that commit; whoever removes files without a row holds it alone.
So a crash leaves at most a file without a row.

The folder bears the mark of its store, since for another store each file here is one without a row: no other
store writes or deletes here. Only names that mailproc makes are ever deleted.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from mailproc import private
from mailproc.errors import GiveUp, LocalFault, TryLater
from mailproc.sentence import Sentence, sentence
from mailproc.store import connections, regular_file

FOLDER = "documents"
MARK = ".mailproc-store"
"""The file in the folder that holds the id of its store."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = re.compile(r"unfinished-[0-9a-f]+")
_LONGEST_MARK = 100
_CHUNK = 1_000_000
_LARGEST = 1_000_000_000
"""Octets that are read of a document. One that is longer is none of ours."""


def place(folder: str, url: str, base: Path) -> Path:
    """Return where the files lie: ``folder`` below ``base``, or beside the store's file.

    ``url`` is the store's; one on a server has no file, then it is ``var/documents`` below ``base``.
    """
    if folder:
        return base / folder
    file = connections.file_of(connections.parse(url, base))
    return (base / "var" if file is None else file.parent) / FOLDER


class DocumentFolder:
    """The files of documents. Safe to use from any thread and process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def refuse_another(self, store_id: str) -> None:
        """Raise LocalFault if the folder is another store's, or cannot be asked. Changes nothing."""
        if self._mark() not in ("", store_id):
            raise LocalFault(sentence("documents-of-another", folder=str(self.path)))

    @contextmanager
    def writing(self, store_id: str) -> Iterator[None]:
        """Hold the folder while files are put into it, up to the commit of their rows.

        It is marked as this store's. Raise LocalFault if it cannot be made, or is another store's.
        """
        with _told(self.path):
            if not self.path.is_dir():
                private.make_folder(self.path)
                _sync(self.path.parent)
            number = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._claim(number, store_id)
            fcntl.flock(number, fcntl.LOCK_SH)
            yield
        finally:
            os.close(number)

    def put(self, content: bytes) -> str:
        """Store a document durably; return its digest. Raise LocalFault if the disk does not take it.

        Only while ``writing``.
        """
        digest = hashlib.sha256(content).hexdigest()
        if self._lacks(digest):
            file = self._file(digest)
            with _told(self.path):
                file.parent.mkdir(mode=private.FOLDER, exist_ok=True)
                _sync(self.path)
                _write(file, content)
        return digest

    def touch(self, digest: str) -> None:
        """Note that the document is needed now. Raise LocalFault."""
        with _told(self.path):
            os.utime(self._file(digest))

    def touched(self, digest: str) -> float:
        """Return when it was noted last (seconds since 1970). Raise LocalFault."""
        with _told(self.path):
            return self._file(digest).stat().st_mtime

    def _lacks(self, digest: str) -> bool:
        try:
            return bool(self.state(digest))
        except TryLater as error:  # the other letters need not wait for this file
            raise LocalFault(error.said) from None

    def read(self, digest: str) -> bytes:
        """Return a document. Raise GiveUp if it was deleted or is not what it was, TryLater for a disk."""
        try:
            with regular_file.opened(self._file(digest)) as file:
                content = file.read(_LARGEST)
        except FileNotFoundError:
            raise GiveUp(sentence("document-gone", digest=digest)) from None
        except OSError as error:
            raise TryLater(_cannot(self.path, error)) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise GiveUp(sentence("document-damaged", digest=digest))
        return content

    def state(self, digest: str) -> str:
        """Return "" for a file that is as it was stored, else "missing" or "damaged". Raise TryLater."""
        found = hashlib.sha256()
        try:
            with regular_file.opened(self._file(digest)) as file:
                while chunk := file.read(_CHUNK):
                    found.update(chunk)
        except FileNotFoundError:
            return "missing"
        except OSError as error:
            raise TryLater(_cannot(self.path, error)) from None
        return "" if found.hexdigest() == digest else "damaged"

    def remove(self, digest: str) -> None:
        """Delete a file. Only while ``alone``. Raise LocalFault if it cannot be deleted."""
        with _told(self.path):
            self._file(digest).unlink(missing_ok=True)

    @contextmanager
    def alone(self, store_id: str) -> Iterator[bool]:
        """Hold the folder alone; give False if somebody writes into it, or it bears no mark yet.

        If there is no folder, nothing is held. Raise LocalFault if it is another store's, or cannot be read.
        """
        number = None
        with _told(self.path), suppress(FileNotFoundError):
            number = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if number is None:
            yield True
            return
        try:
            self.refuse_another(store_id)
            yield bool(self._mark()) and _locked_alone(number)
        finally:
            os.close(number)

    def digests(self) -> Iterator[list[str]]:
        """Yield what lies in the folder, one subfolder after the other; our unfinished files are deleted.

        Only while ``alone``: then nobody is writing them. What has no name of ours is left alone. Raise
        LocalFault for a folder that cannot be read.
        """
        with _told(self.path):
            subfolders = sorted(self.path.glob("[0-9a-f][0-9a-f]"))
        for below in subfolders:
            with _told(below):
                names = _files_in(below)
                for name in filter(_UNFINISHED.fullmatch, names):
                    (below / name).unlink(missing_ok=True)
            yield [name for name in names if _DIGEST.fullmatch(name) and name.startswith(below.name)]

    def _mark(self) -> str:
        """Return the id of the store whose folder it is; '' if it bears none, or is not there."""
        with _told(self.path), suppress(FileNotFoundError), regular_file.opened(self.path / MARK) as file:
            return file.read(_LONGEST_MARK).decode("ascii", "replace").strip()
        return ""

    def _claim(self, number: int, store_id: str) -> None:
        """Mark the folder as this store's, if it bears no mark. Of two stores at once the first has it."""
        if not self._mark():
            fcntl.flock(number, fcntl.LOCK_EX)
            if not self._mark():
                with _told(self.path):
                    _write(self.path / MARK, f"{store_id}\n".encode())
        self.refuse_another(store_id)

    def _file(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("no digest")
        return self.path / digest[:2] / digest


def _files_in(folder: Path) -> list[str]:
    """Return the names of the regular files in a folder, sorted; none if it is a link or no folder."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(one.name for one in entries if one.is_file(follow_symlinks=False))


def _locked_alone(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(file: Path, content: bytes) -> None:
    unfinished = file.with_name(f"unfinished-{uuid4().hex}")
    try:
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
        with os.fdopen(number, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(number)
        unfinished.replace(file)
        _sync(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LocalFault(_cannot(path, error)) from None


def _cannot(path: Path, error: OSError) -> Sentence:
    return sentence("documents-not-there", folder=str(path), why=error.strerror or str(error))
