"""A small file that says that a store was created here, and which.

Without it a store that vanished (a disk that is not mounted, a folder that was moved) would be created again,
empty, and the service would acknowledge letters and orders of which it knows nothing.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from mailproc import private
from mailproc.errors import Misconfigured
from mailproc.store.archives import Archives
from mailproc.store.counters_file import CountersFile
from mailproc.store.engine import NotTheStore, Store

READABLE = 0o644
"""Mode of the file: it holds no secret, and root may have created it for the service's user."""
_log = logging.getLogger(__name__)


class Marker:
    """The first writable one of ``places`` holds the marker; all of them are read.

    A place outside the store's folder comes first: that folder may be a disk of its own.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places

    def known(self) -> str:
        """The id of the store that was created here; '' if none was."""
        return self._read()[1]

    def file(self) -> Path:
        """Where the marker lies, or would."""
        return self._read()[0] or self._places[0]

    def open(
        self,
        url: str,
        base: Path,
        *,
        make: bool,
        migrate: bool,
        counters: CountersFile | None = None,
        archives: Archives | None = None,
    ) -> Store:
        """Open the store; create it only if none was created before.

        Raise Misconfigured, otherwise as Store.open. Without ``make`` nothing is written, the marker neither.
        """
        file, known = self._read()
        if counters is not None:
            counters.may_be_anothers = not known
        try:
            store = Store.open(
                url,
                base=base,
                make=make,
                migrate=migrate,
                expected=known,
                counters=counters,
                archives=archives,
            )
        except NotTheStore as error:
            raise Misconfigured(f"{error}{self._advice(file)}") from None
        try:
            if make and not known:
                self._write(store.identity())
        except BaseException:  # whatever it is, no connection is left open
            store.close()
            raise
        return store

    @staticmethod
    def _advice(file: Path | None) -> str:
        return f": put it back (is its disk mounted?), or, if another one is really meant, delete {file}"

    def _read(self) -> tuple[Path | None, str]:
        """Raise Misconfigured for an unreadable marker: a store may have been created here."""
        for place in self._places:
            try:
                known = place.read_text("ascii").strip()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or "it is not ASCII"
                raise Misconfigured(_unreadable(place, why)) from None
            if not known:
                raise Misconfigured(_unreadable(place, "it is empty"))
            return place, known
        return None, ""

    def _write(self, known: str) -> None:
        for place in self._places:
            unfinished = place.with_name(f"{place.name}.unfinished")
            try:
                unfinished.unlink(missing_ok=True)
                number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, READABLE)
                with os.fdopen(number, "w", encoding="ascii") as file:
                    file.write(f"{known}\n")
                    file.flush()
                    os.fchmod(number, READABLE)
                    os.fsync(number)  # a power cut must not leave an empty file
                unfinished.replace(place)
                private.sync_folder(place.parent)
            except OSError:
                continue
            return
        _log.warning("%s cannot be written: a vanished store would be made again", self._places[0])


def _unreadable(place: Path, why: str) -> str:
    return (
        f"store.url: {place}, which says which store was made here, cannot be read ({why}):"
        " make it readable, or, if the store that lies there now is the right one, delete it"
    )
