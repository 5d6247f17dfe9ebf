"""The keywords of a TX line: which are known, and what they ask for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailproc.ill.terms import Service

RZ = "RZ"
"""The copyright mark between TX and the number."""

COPYRT = "COPYRT"
"""The copyright-fee-paid service, with which some partners want the mark."""

_SPEED = re.compile(r"\*(\d{1,3})\*?")


@dataclass(frozen=True)
class Keyword:
    """A row of data/keywords.toml.

    ``kind``: service, delivery, instruction or action. ``action``: what the word asks about an existing order
    if no word of an order stands beside it (renew, chase). ``legacy``: no longer in use, or not documented;
    it is read and kept, but does not turn a line of text into an order.
    """

    word: str
    kind: str
    service: str = ""
    electronic: bool = False
    speeds: tuple[int, ...] = ()
    legacy: bool = False
    action: str = ""


class Keywords:
    """The table, looked up in capitals. ``SED99*2`` without its last star is accepted."""

    _ORDER = ("service", "delivery", "instruction", "action")

    def __init__(self, words: Iterable[Keyword], default_service: str) -> None:
        self._words = {each.word: each for each in words}
        self.default_service = Service(default_service)

    def find(self, token: str) -> Keyword | None:
        word, star, speed = token.upper().partition("*")
        known = self._words.get(word)
        if known is None or not star:
            return known
        hours = _SPEED.fullmatch(star + speed)
        return known if hours and int(hours[1]) in known.speeds else None

    def find_current(self, token: str) -> Keyword | None:
        """Return the same, but only for keywords in use."""
        known = self.find(token)
        return None if known is None or known.legacy else known

    def services(self, tokens: Iterable[str]) -> tuple[Service, ...]:
        """Return the services that the delivery keywords ask for, in order; the default if there are none."""
        found = [self.find(token) for token in tokens]
        asked = dict.fromkeys(Service(each.service) for each in found if each and each.service)
        return tuple(asked) or (self.default_service,)

    def action(self, tokens: Iterable[str]) -> str:
        """Return what a TX line without any word of an order asks about an existing one; '' if nothing."""
        found = [self.find(token) for token in tokens]
        asked = dict.fromkeys(each.action if each else "" for each in found)
        return next(iter(asked), "") if len(asked) == 1 else ""

    def is_electronic(self, tokens: Iterable[str]) -> bool:
        return any(known.electronic for token in tokens if (known := self.find(token)))

    def sorted(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return the words as a TX line has them, each once: RZ, service, delivery, instructions, others."""
        words = dict.fromkeys(token.upper() for token in tokens)
        return tuple(sorted(words, key=self._rank))

    def _rank(self, token: str) -> int:
        if token == RZ:
            return -1
        known = self.find(token)
        return self._ORDER.index(known.kind) if known else len(self._ORDER)
