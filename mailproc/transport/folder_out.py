"""Delivery into a folder: a letter is an .eml file, exactly the bytes that would be sent."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from mailproc import private
from mailproc.errors import TryLater
from mailproc.mail.letter import Envelope
from mailproc.sentence import sentence


class Folder:
    """Where letters are filed while no relay is configured. The folder is made when needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, envelope: Envelope, raw: bytes, name: str) -> str:  # noqa: ARG002  # the relay's signature
        """File the letter as ``name``.eml, durably, and give the file's path. Raises as ``file``."""
        return self.file(raw, name.removesuffix(".eml"), "eml")

    def file(self, raw: bytes, name: str, ending: str) -> str:
        """File the bytes as ``name.ending``, durably, and give the file's path.

        Filing the same bytes again (a crash came before the row knew) is a no-op. Nothing is
        ever overwritten: where another file has the name already, say from an older store,
        this one becomes name-2. Raises TryLater where the disk or the rights refuse.
        """
        if not name or Path(name).name != name or name.startswith("."):
            raise ValueError(f"{name!r} is no plain file name")
        try:
            return str(self._file(raw, name, ending))
        except OSError as error:
            why = sentence("folder-not-writable", folder=str(self._path), why=error.strerror or str(error))
            raise TryLater(why) from error

    def _file(self, raw: bytes, name: str, ending: str) -> Path:
        private.make_folder(self._path)
        target = self._free(raw, name, ending)
        if not target.exists():
            unfinished = self._path / f".{target.name}.tmp"
            _write(unfinished, raw)
            unfinished.rename(target)
        _sync_folder(self._path)  # also for a file that was there: its rename may not be on disk yet
        return target

    def _free(self, raw: bytes, name: str, ending: str) -> Path:
        """The first of the names that is free or already holds these bytes."""
        return next(
            path
            for path in (self._path / candidate for candidate in _names(name, ending))
            if not path.exists() or path.read_bytes() == raw
        )


def _names(stem: str, ending: str) -> Iterator[str]:
    yield f"{stem}.{ending}"
    for number in count(2):
        yield f"{stem}-{number}.{ending}"


def _write(path: Path, raw: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, private.FILE), "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """A rename is durable once its folder is; Windows has no way to say so."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
