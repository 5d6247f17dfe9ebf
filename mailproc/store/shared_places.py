"""The places beside a store on PostgreSQL, which each machine must reach: the same ones, by a mark in each.

A service that has the store writes a mark, a random word, into a place that has none yet, and the store knows
it. Who finds another mark, or none, looks at another place: a disk that is not mounted, or a folder of this
machine alone. Nothing is done with such a place. A store in a file needs no marks: it is on one machine.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, delete, select

from mailproc import private
from mailproc.errors import Misconfigured
from mailproc.store.prepared_statements import table_of
from mailproc.store.upkeep_tables import SharedPlaceRow

COUNTERS, DOCUMENTS, ARCHIVES = "counters", "documents", "archives"
_TABLE = table_of(SharedPlaceRow)
_LONGEST_MARK = 100


@dataclass(frozen=True)
class SharedPlace:
    """``key``: of config.toml; ``of``: what lies there; ``mark``: the file that holds its mark."""

    name: str
    key: str
    of: Path
    mark: Path

    def why_not(self, known: str) -> str:
        """Return why this is not the place with the mark ``known``, and what to do; '' if it is."""
        try:
            found = self.mark.read_bytes()[:_LONGEST_MARK].decode("ascii", "replace").strip()
        except OSError as error:
            why = f"its mark {self.mark} cannot be read ({error.strerror}): is its disk mounted?"
        else:
            if found == known:
                return "" if os.access(self.mark.parent, os.W_OK | os.X_OK) else self._unwritable()
            why = f"its mark {self.mark} is another one"
        return (
            f"{self.key}: {self.of} is not the place that the service of this store uses; {why}"
            f" If another place is really meant, give it the mark: echo {known} > {self.mark}"
        )

    def _unwritable(self) -> str:
        return f"{self.key}: {self.mark.parent} cannot be written; {private.belongs(self.mark.parent)}"

    def make(self) -> str:
        """Write a new mark durably, and return it. Raise Misconfigured."""
        mark = uuid4().hex
        unfinished = self.mark.with_name(f"{self.mark.name}.unfinished-{os.getpid()}")
        try:
            private.make_folder(self.mark.parent)
            number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, private.FILE)
            with os.fdopen(number, "w") as file:
                file.write(f"{mark}\n")
                file.flush()
                os.fsync(number)
            unfinished.replace(self.mark)
            private.sync_folder(self.mark.parent)  # before the store knows the mark
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            why = f"{error.strerror}; {private.belongs(self.mark.parent)}"
            raise Misconfigured(f"{self.key}: {self.mark} cannot be written: {why}") from None
        return mark


def of_counters(file: Path) -> SharedPlace:
    """Return the place of the counters file."""
    return SharedPlace(COUNTERS, "store.counters", file, file.with_name(f"{file.name}.place"))


def of_documents(folder: Path) -> SharedPlace:
    """Return the place of the documents."""
    return SharedPlace(DOCUMENTS, "documents.folder", folder, folder / ".mailproc-place")


def of_archives(folder: Path) -> SharedPlace:
    """Return the place of archived letters."""
    return SharedPlace(ARCHIVES, "store.archives", folder, folder / ".mailproc-archives-place")


def marks(connection: Connection) -> dict[str, str]:
    """Return the known marks by the names of their places; none of a store in a file."""
    return {row.name: row.mark for row in connection.execute(select(_TABLE))}


def others(places: Sequence[SharedPlace], known: dict[str, str]) -> list[str]:
    """Return why places are not those that the store knows; what it does not know yet is no other."""
    return [why for one in places if (mark := known.get(one.name)) and (why := one.why_not(mark))]


def note(connection: Connection, made: dict[str, str]) -> None:
    """Note the marks that were made."""
    for name, mark in made.items():
        connection.execute(delete(_TABLE).where(_TABLE.c.name == name))
        connection.execute(_TABLE.insert().values(name=name, mark=mark))


def forget(connection: Connection) -> None:
    """Forget all marks: the store was put back, perhaps elsewhere."""
    connection.execute(delete(_TABLE))


def refuse_other(connection: Connection, place: SharedPlace) -> None:
    """Raise Misconfigured if this is not the place that the store knows."""
    if connection.dialect.name == "postgresql" and (found := others([place], marks(connection))):
        raise Misconfigured(found[0])
