"""What an unfilled answer leads to: a table in data, not an opinion in code."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, cast, get_args

from mailproc.ill.apdu import IllAnswer
from mailproc.ill.terms import REASON_UNFILLED, Results
from mailproc.protocols.artemail.replycodes import ReplyCodes, normal

Follows = Literal["next", "ask", "wait", "locations"]

_SHIPPED = Path(__file__).parent / "follows.toml"
_BY_RESULT: dict[Results, Follows] = {Results.RETRY: "wait", Results.LOCATIONS_PROVIDED: "locations"}


class NoSuchAnswer(ValueError):
    """``key`` stands in the site's table and no answer is called so."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"{key!r} is neither a reply code nor a reason of ISO 10161{hint}")
        self.key = key


class FollowsTable:
    """``overrides``: by reply code as printed, or by the standard's reason.

    Raises NoSuchAnswer for an override that is neither.
    """

    def __init__(self, codes: ReplyCodes, overrides: Mapping[str, Follows]) -> None:
        self._codes = codes
        self._by_reason = _read()
        self._by_word: dict[str, Follows] = {}
        for key, value in overrides.items():
            if key in self._by_reason:
                self._by_reason[key] = value
            elif word := self._word(key):
                self._by_word[word] = value
            else:
                raise NoSuchAnswer(key, (*codes.words(), *self._by_reason))

    def of(self, answer: IllAnswer) -> Follows:
        """The reply code goes before the reason; what is not known is asked."""
        code = self._codes.find(answer.reply_code or "")
        if code and (follows := self._by_word.get(code.code.word) or code.code.follows):
            return cast(Follows, follows)
        if by_result := _BY_RESULT.get(answer.results):
            return by_result
        return self._by_reason.get(answer.reason or "", "ask")

    def _word(self, key: str) -> str:
        found = self._codes.find(key.upper())
        words = {normal(word): word for word in self._codes.words()}
        return found.code.word if found else words.get(normal(key), "")


def _read() -> dict[str, Follows]:
    table = tomllib.loads(_SHIPPED.read_text("utf-8"))
    wrong = [key for key, value in table.items() if value not in get_args(Follows)]
    if wrong or set(table) != set(REASON_UNFILLED):
        raise ValueError(f"{_SHIPPED.name}: wrong or missing: {wrong or set(table) ^ set(REASON_UNFILLED)}")
    return table
