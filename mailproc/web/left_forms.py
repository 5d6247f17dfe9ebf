"""Forms that came without a session, until their browser has logged in.

Anybody may send one: they are bounded by their characters together, and who has left most gives way first.
"""

import threading
from collections import Counter
from dataclasses import dataclass

MOST_CHARACTERS = 8_000_000
"""Of all forms together."""
MOST_OF_PLACE = 20
"""Forms of one place."""


@dataclass(frozen=True)
class _Left:
    form: str
    place: str


class LeftForms:
    """By the browser's cookie, which is a secret of its own, and the address that the form was for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: dict[tuple[str, str], _Left] = {}
        self._sizes: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def put(self, browser: str, target: str, form: str, place: str) -> None:
        """Keep the form. ``place``: from where it came, for the shares of all."""
        with self._lock:
            self._drop((browser, target))
            self._forms[browser, target] = _Left(form, place)
            self._sizes[place] += len(form)
            self._counts[place] += 1
            while self._counts[place] > MOST_OF_PLACE:
                self._drop_oldest(place)
            while self._sizes.total() > MOST_CHARACTERS:
                self._drop_oldest(self._sizes.most_common(1)[0][0])

    def take(self, browser: str, target: str) -> str:
        """Return the form, and keep it no longer; '' if there is none."""
        with self._lock:
            return self._drop((browser, target))

    def _drop(self, key: tuple[str, str]) -> str:
        left = self._forms.pop(key, None)
        if left is None:
            return ""
        self._sizes[left.place] -= len(left.form)
        self._counts[left.place] -= 1
        if not self._counts[left.place]:
            del self._sizes[left.place], self._counts[left.place]
        return left.form

    def _drop_oldest(self, place: str) -> None:
        self._drop(next(key for key, left in self._forms.items() if left.place == place))
