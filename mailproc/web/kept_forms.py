"""Forms that wait to be sent again, or gone on with: in memory, bounded by their characters together.

Anybody may leave one: of each source some are kept, and who has left most gives way first.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_CHARACTERS = 8_000_000
"""Of all forms together, with their names and what keeping one costs."""
MOST_OF_SOURCE = 20
"""Forms of one source."""
MOST_SOURCES = 500
"""Of more sources the forms of that which has left none for longest are lost: who has left most is looked for
among so many."""
COST = 300
"""Characters that one form takes beside what it says."""

FormT = TypeVar("FormT", bound=str | Mapping[str, str])


@dataclass(frozen=True)
class _Form(Generic[FormT]):
    form: FormT
    size: int


class KeptForms(Generic[FormT]):
    """By their owner, which is a browser or a person, and the name of what the form is for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: dict[str, dict[tuple[str, str], _Form[FormT]]] = {}
        self._sizes: dict[str, int] = {}
        self._whose: dict[tuple[str, str], str] = {}
        self._size = 0

    def put(self, owner: str, name: str, form: FormT, source: str = "") -> None:
        """Keep the form. ``source``: from where it came, for the shares of all; '' for the owner."""
        source, kept = source or owner, _Form(form, _size(owner, name, form))
        with self._lock:
            self._drop((owner, name))
            self._add(source, (owner, name), kept)
            while len(self._forms[source]) > MOST_OF_SOURCE:
                self._drop_oldest(source)
            while len(self._forms) > MOST_SOURCES:
                self._drop_oldest(next(iter(self._forms)))
            while self._size > MOST_CHARACTERS:
                self._drop_oldest(max(self._sizes, key=self._sizes.__getitem__))

    def get(self, owner: str, name: str) -> FormT | None:
        """Return the form; None if there is none."""
        key = owner, name
        with self._lock:
            source = self._whose.get(key)
            return self._forms[source][key].form if source is not None else None

    def take(self, owner: str, name: str) -> FormT | None:
        """Return the form, and keep it no longer."""
        with self._lock:
            return self._drop((owner, name))

    def _add(self, source: str, key: tuple[str, str], kept: _Form[FormT]) -> None:
        """The source becomes the newest."""
        theirs = self._forms.pop(source, {})
        self._forms[source] = theirs | {key: kept}
        self._whose[key] = source
        self._sizes[source] = self._sizes.get(source, 0) + kept.size
        self._size += kept.size

    def _drop(self, key: tuple[str, str]) -> FormT | None:
        source = self._whose.pop(key, None)
        if source is None:
            return None
        kept = self._forms[source].pop(key)
        self._sizes[source] -= kept.size
        self._size -= kept.size
        if not self._forms[source]:
            del self._forms[source], self._sizes[source]
        return kept.form

    def _drop_oldest(self, source: str) -> None:
        self._drop(next(iter(self._forms[source])))


def _size(owner: str, name: str, form: str | Mapping[str, str]) -> int:
    said = form if isinstance(form, str) else "".join((*form, *form.values()))
    return COST + len(owner) + len(name) + len(said)
