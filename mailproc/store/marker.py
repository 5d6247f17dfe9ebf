"""A small file that says that a store was made here, and which.

Without it a store that vanished (a disk that is not mounted, a folder that was moved) would be made
again, empty, and the service would answer for letters and orders of which it knows nothing.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from mailproc.errors import Misconfigured
from mailproc.store.engine import Store

READABLE = 0o644
"""No secret stands in it, and root may have made it for the service's user."""
_log = logging.getLogger(__name__)


class Marker:
    """The first of ``places`` that can be written holds it; all are looked at.

    A place outside the store's folder comes first: that folder may be a disk of its own.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places

    def open(self, url: str, base: Path) -> Store:
        """The store, made only where none was made before. Raises Misconfigured, else as Store.open."""
        file, known = self._read()
        try:
            store = Store.open(url, base=base, expected=bool(known))
        except Misconfigured as error:
            raise Misconfigured(f"{error}{self._advice(file)}" if known else str(error)) from None
        try:
            self._compare(store, file, known)
        except BaseException:  # whatever it is, no connection is left open
            store.close()
            raise
        return store

    def _compare(self, store: Store, file: Path | None, known: str) -> None:
        found = store.identity()
        if not known:
            self._write(found)
        elif found != known:
            raise Misconfigured(
                f"store.url: {store.shown} is another store than the one that was here"
                f" ({found[:8]}, not {known[:8]}){self._advice(file)}"
            )

    @staticmethod
    def _advice(file: Path | None) -> str:
        return f": put it back (is its disk mounted?), or, if another one is really meant, delete {file}"

    def _read(self) -> tuple[Path | None, str]:
        for place in self._places:
            try:
                if known := place.read_text("ascii").strip():
                    return place, known
            except (OSError, ValueError):  # not there, or not ours to read
                continue
        return None, ""

    def _write(self, known: str) -> None:
        for place in self._places:
            unfinished = place.with_name(f"{place.name}.unfinished")
            try:
                unfinished.write_text(f"{known}\n", "ascii")
                unfinished.chmod(READABLE)
                unfinished.replace(place)
            except OSError:
                continue
            return
        _log.warning("%s cannot be written: a store that vanishes would be made again", self._places[0])
