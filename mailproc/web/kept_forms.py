"""Forms that wait to be sent again, or gone on with: in memory, bounded by their characters together.

Anybody may leave one: of each source some are kept, and who has left most gives way first.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_CHARACTERS = 8_000_000
"""Of all forms together."""
MOST_OF_SOURCE = 20
"""Forms of one source."""

FormT = TypeVar("FormT", bound=str | Mapping[str, str])


@dataclass(frozen=True)
class _Form(Generic[FormT]):
    form: FormT
    source: str
    size: int


class KeptForms(Generic[FormT]):
    """By their owner, which is a browser or a person, and the name of what the form is for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: dict[tuple[str, str], _Form[FormT]] = {}
        self._sizes: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def put(self, owner: str, name: str, form: FormT, source: str = "") -> None:
        """Keep the form. ``source``: from where it came, for the shares of all; '' for the owner."""
        source, size = source or owner, _size(form)
        with self._lock:
            self._drop((owner, name))
            self._forms[owner, name] = _Form(form, source, size)
            self._sizes[source] += size
            self._counts[source] += 1
            while self._counts[source] > MOST_OF_SOURCE:
                self._drop_oldest(source)
            while self._sizes.total() > MOST_CHARACTERS:
                self._drop_oldest(self._sizes.most_common(1)[0][0])

    def get(self, owner: str, name: str) -> FormT | None:
        """Return the form; None if there is none."""
        with self._lock:
            found = self._forms.get((owner, name))
        return found.form if found is not None else None

    def take(self, owner: str, name: str) -> FormT | None:
        """Return the form, and keep it no longer."""
        with self._lock:
            return self._drop((owner, name))

    def _drop(self, key: tuple[str, str]) -> FormT | None:
        kept = self._forms.pop(key, None)
        if kept is None:
            return None
        self._sizes[kept.source] -= kept.size
        self._counts[kept.source] -= 1
        if not self._counts[kept.source]:
            del self._sizes[kept.source], self._counts[kept.source]
        return kept.form

    def _drop_oldest(self, source: str) -> None:
        self._drop(next(key for key, kept in self._forms.items() if kept.source == source))


def _size(form: str | Mapping[str, str]) -> int:
    said = form if isinstance(form, str) else "".join(form.values())
    return len(said)
