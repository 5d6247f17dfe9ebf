"""What is demanded, what was measured, and the table of both."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

Figures = dict[str, float]


@dataclass(frozen=True)
class Goal:
    """``of`` and ``to`` name figures; the ratio of the two is taken in each round by itself.

    Without ``to`` the figure alone counts. ``unit`` is that of the figures ("/s", "ms", "").
    """

    name: str
    what: str
    of: str
    to: str
    demanded: float
    unit: str = "/s"
    at_most: bool = False


@dataclass(frozen=True)
class Suite:
    """Goals that one measurement serves. ``measure`` is one round of it; ``missing`` names the
    Debian packages without which there is none."""

    goals: tuple[Goal, ...]
    measure: Callable[[], Figures]
    missing: Callable[[], str] = str

    def serves(self, names: Sequence[str]) -> bool:
        return not names or any(goal.name in names for goal in self.goals)


@dataclass(frozen=True)
class Verdict:
    """The median of the rounds, with the smallest and the largest."""

    goal: Goal
    middle: float
    low: float
    high: float
    of: float
    to: float

    @property
    def reached(self) -> bool:
        return self.middle <= self.goal.demanded if self.goal.at_most else self.middle >= self.goal.demanded

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"reached": self.reached}


def judged(goal: Goal, rounds: Sequence[Figures]) -> Verdict:
    ratios = [one[goal.of] / one[goal.to] if goal.to else one[goal.of] for one in rounds]
    yardsticks = [one[goal.to] for one in rounds] if goal.to else [0.0]
    return Verdict(
        goal,
        median(ratios),
        min(ratios),
        max(ratios),
        median([one[goal.of] for one in rounds]),
        median(yardsticks),
    )


def table(verdicts: Sequence[Verdict]) -> str:
    head = f"{'goal':5} {'what':64} {'figure':>8} {'min–max':>15} {'demanded':>9}  reached"
    return "\n".join([head, *map(_line, verdicts)])


def _line(verdict: Verdict) -> str:
    goal = verdict.goal
    spread = f"{_short(verdict.low)}–{_short(verdict.high)}"
    demanded = f"{'≤' if goal.at_most else '≥'} {_short(goal.demanded)}"
    absolute = f"({_short(verdict.of)} to {_short(verdict.to)} {goal.unit})" if goal.to else f"{goal.unit}"
    return (
        f"{goal.name:5} {goal.what:64} {_short(verdict.middle):>8} {spread:>15} {demanded:>9}"
        f"  {'yes' if verdict.reached else 'NO':3}  {absolute}"
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
