"""Which fields a file of readers empties, and of how many: most likely a column was not filled."""

from collections import Counter

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store.patron_imports import FIELDS, ComparedReader

WHOLE = 10
"""Readers from whom on a field that nobody has any more counts as many, however few these are of all."""
_SAID = {"status": "category", "expires_on": "expires"}
"""How a file calls a column of the store."""


class EmptiedFields:
    """Counts, while a file is compared, who has a field and who loses it."""

    def __init__(self) -> None:
        self._had: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()

    def count(self, one: ComparedReader) -> None:
        if one.known is None:
            return
        for name in FIELDS:
            if getattr(one.known, name):
                self._had[name] += 1
                self._lost[name] += not getattr(one.row, name)

    def refuse_many(self, known: int, percent: int) -> None:
        """Raise LocalFault if more than ``percent`` of the ``known`` readers of the last one lose a field, or
        all who had it. One reader is never many."""
        for name, lost in self._lost.items():
            if (lost > 1 and lost * 100 > known * percent) or (lost >= WHOLE and lost == self._had[name]):
                said = sentence(
                    "patrons-emptied",
                    name=_SAID.get(name, name),
                    lost=lost,
                    had=self._had[name],
                    percent=percent,
                )
                raise LocalFault(said, ("--dry-run", "--anyway"))
