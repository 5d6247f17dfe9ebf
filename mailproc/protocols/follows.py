"""Decide what an unfilled answer leads to, by a table in data."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from mailproc.ill.apdu import IllAnswer
from mailproc.ill.terms import REASON_UNFILLED, Results
from mailproc.protocols.codec import Follows

_SHIPPED = Path(__file__).parent / "follows.toml"
_BY_RESULT: dict[Results, Follows] = {Results.RETRY: "wait", Results.LOCATIONS_PROVIDED: "locations"}


class FollowsTable:
    """The rules by reason. ``overrides``: the site's own. (Rules by reply code are the codec's.)"""

    def __init__(self, overrides: Mapping[str, Follows]) -> None:
        self._by_reason: dict[str, Follows] = {**_read(), **overrides}

    def of(self, answer: IllAnswer) -> Follows:
        """Return what the answer leads to; an unknown reason becomes a question to staff."""
        if by_result := _BY_RESULT.get(answer.results):
            return by_result
        return self._by_reason.get(answer.reason or "", "ask")


def _read() -> dict[str, Follows]:
    table = tomllib.loads(_SHIPPED.read_text("utf-8"))
    wrong = [key for key, value in table.items() if value not in get_args(Follows)]
    if wrong or set(table) != set(REASON_UNFILLED):
        raise ValueError(f"{_SHIPPED.name}: wrong or missing: {wrong or set(table) ^ set(REASON_UNFILLED)}")
    return table
