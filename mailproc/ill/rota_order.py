"""In which order libraries are asked: who can supply soon and cheaply before others. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

COUNTRY, COST, SPEED, LOAD = "country", "cost", "speed", "load"


@dataclass(frozen=True)
class PossibleLender:
    """A library as it is known when a rota is made.

    ``listed``: its place in the rule, None if a catalogue alone names it. ``holder``: the catalogue that says
    it has the item, '' if none does. ``cost``, ``days``: as config.toml says; None and 0 days are unknown.
    ``open``: requests of ours that wait there for an answer, of at most ``load`` (0: any number). ``closed``:
    today; ``opens_on``: the day on which it opens again, None if that is far off. ``country``: its place
    among the countries of the rule.
    """

    symbol: str
    listed: int | None = None
    holder: str = ""
    available: bool = True
    cost: float | None = None
    days: float = 0
    open: int = 0
    load: int = 0
    closed: bool = False
    opens_on: date | None = None
    country: int = 0

    @property
    def is_full(self) -> bool:
        return bool(self.load) and self.open >= self.load


def ordered(
    lenders: Sequence[PossibleLender], by: Sequence[str], highest: float | None = None
) -> list[PossibleLender]:
    """Return them in the order in which they are asked.

    Those that have all they may have, are closed, or ask for more than ``highest`` come last, not never: they
    are better than nobody. Of the others those that have the item come first, then ``by`` decides, then the
    rule's own order.
    """

    def rank(one: PossibleLender) -> tuple[object, ...]:
        late = (one.is_full, one.closed, is_dear(one.cost, highest))
        holds = not one.holder, not one.available
        return (*late, *holds, *(_MEASURES[name](one) for name in by), _place(one), one.symbol)

    return sorted(lenders, key=rank)


def is_dear(cost: float | None, highest: float | None) -> bool:
    """Return whether it is known to cost more than it may."""
    return highest is not None and cost is not None and cost > highest


def _place(one: PossibleLender) -> float:
    return float("inf") if one.listed is None else one.listed


_MEASURES: Mapping[str, Callable[[PossibleLender], float]] = {
    COUNTRY: lambda one: one.country,
    COST: lambda one: float("inf") if one.cost is None else one.cost,
    SPEED: lambda one: one.days or float("inf"),
    LOAD: lambda one: one.open,
}
