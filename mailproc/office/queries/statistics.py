"""Figures of the exchange: what was asked, filled and not, how long it took, and what it cost. Reads only.

An attempt at one library counts on the day on which that library was asked, and a request on the day of its
first attempt. So asked is the sum of open and each outcome, in every period.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.ill.terms import Role
from mailproc.office.queries.wish_figures import WishFigures, wishes
from mailproc.store import attempt_sums, older_attempts
from mailproc.store.attempt_sums import AttemptGroup, OpenGroup


class Grouping(StrEnum):
    MONTH = "month"
    PARTNER = "partner"
    SERVICE = "service"
    CATEGORY = "category"
    REASON = "reason"


@dataclass(frozen=True)
class StatisticsFilter:
    """``first`` and ``last``: days, both included; None leaves that end open. ``role``: None for both."""

    first: date | None = None
    last: date | None = None
    role: Role | None = None
    by: Grouping | None = None


@dataclass(frozen=True)
class LegFigures:
    """How long a leg took in whole hours: what half of them, and nine of ten, did not exceed."""

    count: int
    median: int
    ninety: int


@dataclass
class GroupFigures:
    """Figures of one group. ``group``: a month, partner, service, category or reason; '' for all, or for what
    has none. ``role``: ours. ``requests``: first attempts; ``filled_first``: filled by the first partner.

    ``reasons``: of the unfilled ones. ``costs``: what was charged, by currency; never added up.
    """

    role: Role
    group: str
    requests: int = 0
    open: int = 0
    filled_first: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    costs: dict[str, Decimal] = field(default_factory=dict)
    hours: dict[Leg, Counter[str]] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        return self.open + self.outcomes.total()

    @property
    def fill_rate(self) -> float | None:
        """The part of those that are over, and were not cancelled, that was filled; None if there is none."""
        over = self.outcomes.total() - self.outcomes[Outcome.CANCELLED]
        return self.outcomes[Outcome.FILLED] / over if over else None

    def legs(self) -> dict[Leg, LegFigures]:
        """Return the figures of each leg that any attempt has."""
        return {leg: _leg(self.hours[leg]) for leg in Leg if self.hours.get(leg)}


@dataclass(frozen=True)
class Statistics:
    """``uncounted``: so many attempts of an earlier release may have no figures yet. ``wishes``: of what was
    submitted to staff in that time, whatever the groups."""

    groups: list[GroupFigures]
    uncounted: int
    wishes: list[WishFigures] = field(default_factory=list)


def statistics(connection: Connection, context: Context, wanted: StatisticsFilter) -> Statistics:
    """Return the figures, where we borrow before where we lend; in memory are groups, never attempts."""
    found: dict[tuple[str, str], GroupFigures] = {}
    monthly = wanted.by is Grouping.MONTH
    for one in attempt_sums.finished(connection, wanted.role, wanted.first, wanted.last, monthly=monthly):
        if wanted.by is not Grouping.REASON or one.outcome == Outcome.UNFILLED:
            _add(_of(found, Role[one.role], _group(one, wanted.by)), one)
    since, until = _instants(wanted, context)
    if wanted.by is not Grouping.REASON:
        for each in attempt_sums.not_over(connection, wanted.role, since, until, monthly=monthly):
            to = _of(found, each.role, _open_group(each, wanted.by, context))
            to.open += each.count
            to.requests += each.count if each.attempt == 1 else 0
    uncounted = older_attempts.progress(connection).left
    groups = [found[key] for key in sorted(found)]
    return Statistics(groups, uncounted, wishes(connection, wanted.role, since, until))


def _of(found: dict[tuple[str, str], GroupFigures], role: Role, group: str) -> GroupFigures:
    return found.setdefault((role.name, group), GroupFigures(role, group))


def _group(one: AttemptGroup, by: Grouping | None) -> str:
    return str(getattr(one, by)) if by is not None else ""


def _add(to: GroupFigures, one: AttemptGroup) -> None:
    to.outcomes[Outcome(one.outcome)] += one.count
    to.requests += one.count if one.attempt == 1 else 0
    if one.outcome == Outcome.FILLED and one.place == 1:
        to.filled_first += one.count
    if one.outcome == Outcome.UNFILLED:
        to.reasons[one.reason] += one.count
    for currency, amount in (json.loads(one.cost) if one.cost else {}).items():
        to.costs[currency] = to.costs.get(currency, Decimal(0)) + Decimal(amount) * one.count
    for leg, signs in one.signs():
        if signs:
            to.hours.setdefault(leg, Counter()).update(signs)


def _instants(wanted: StatisticsFilter, context: Context) -> tuple[datetime | None, datetime | None]:
    """Return when the first day begins, and the one after the last."""
    last = wanted.last + timedelta(days=1) if wanted.last not in (None, date.max) else None
    since, until = (
        context.instant(datetime.combine(day, time.min)) if day is not None else None
        for day in (wanted.first, last)
    )
    return since, until


def _open_group(one: OpenGroup, by: Grouping | None, context: Context) -> str:
    if by is Grouping.MONTH:
        return _month(one.quarter, context) if one.quarter is not None else ""
    return str(getattr(one, by)) if by is not None else ""


def _month(quarter: int, context: Context) -> str:
    asked_at = datetime.fromtimestamp(quarter * attempt_sums.QUARTER, UTC)
    return f"{context.local(asked_at):%Y-%m}"


def _leg(signs: Counter[str]) -> LegFigures:
    hours = sorted((attempt_sums.hours_of(sign), count) for sign, count in signs.items())
    total = signs.total()
    return LegFigures(total, _not_exceeded(hours, total, 50), _not_exceeded(hours, total, 90))


def _not_exceeded(hours: list[tuple[int, int]], total: int, percent: int) -> int:
    """Return the smallest value that so many in a hundred do not exceed (the nearest rank)."""
    wanted, seen = -(-total * percent // 100), 0
    for hour, count in hours:
        seen += count
        if seen >= wanted:
            return hour
    raise ValueError("no values")
