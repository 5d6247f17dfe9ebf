"""How a partner does, by facts: when we last heard from it and wrote to it, what waits, what came back.

Reads only, and looks at the latest letters alone: what is older is not known here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, case, func, select

from mailproc.flow.context import Context
from mailproc.ill.attempt_figures import Leg
from mailproc.ill.terms import Role
from mailproc.office.queries.statistics import GroupFigures, Grouping, StatisticsFilter, statistics
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import OUTGOING

LATEST = 20_000
"""Letters in each direction that are looked at."""
WEEK, YEAR = timedelta(days=7), timedelta(days=365)
WAITING, BACK = ("prepared", "sending", "in_doubt", "held"), ("bounced", "shelved")


@dataclass(frozen=True)
class PartnerHealth:
    """``heard_at``: of the last letter that is proven to be the partner's; ``wrote_at``: when our last one
    left; None where the latest letters have none. ``waiting``, ``back``: letters of ours that have not left,
    and that did not arrive. ``unproven``: letters of this week that only say that they are from it."""

    heard_at: datetime | None = None
    wrote_at: datetime | None = None
    waiting: int = 0
    back: int = 0
    unproven: int = 0

    @property
    def is_well(self) -> bool:
        """Whether nothing of it needs a look."""
        return not (self.back or self.unproven)


@dataclass(frozen=True)
class PartnerFigures:
    """Of the last year, where we borrow from it. ``days``: in which half of its answers came, None without
    any; ``filled``: the part of what was over that it supplied, from 0 to 1."""

    asked: int
    days: float | None
    filled: float | None


def health(connection: Connection, now: datetime) -> dict[str, PartnerHealth]:
    """Return what is known of each partner that the latest letters name."""
    came = {row.partner: row for row in connection.execute(_came(now))}
    went = {row.partner: row for row in connection.execute(_went())}
    stuck = _stuck(connection)
    return {
        symbol: PartnerHealth(
            heard_at=came[symbol].at if symbol in came else None,
            wrote_at=went[symbol].at if symbol in went else None,
            waiting=sum(stuck.get((symbol, state), 0) for state in WAITING),
            back=sum(stuck.get((symbol, state), 0) for state in BACK),
            unproven=came[symbol].unproven if symbol in came else 0,
        )
        for symbol in {*came, *went, *(partner for partner, _ in stuck)}
    }


def figures(connection: Connection, context: Context, symbol: str) -> PartnerFigures | None:
    """Return the figures of one partner; None if it was not asked for anything in the last year."""
    first = context.today() - YEAR
    found = statistics(connection, context, StatisticsFilter(first, None, Role.REQUESTER, Grouping.PARTNER))
    theirs: GroupFigures | None = next((one for one in found.groups if one.group == symbol), None)
    if theirs is None:
        return None
    answered = theirs.legs().get(Leg.ASKED_TO_ANSWERED)
    return PartnerFigures(theirs.asked, answered.median / 24 if answered else None, theirs.fill_rate)


def _latest(table: Table, *columns: Any) -> Any:
    return select(*columns).order_by(table.c.id.desc()).limit(LATEST).subquery()


def _came(now: datetime) -> Any:
    latest = _latest(INBOX, INBOX.c.partner, INBOX.c.received_at, INBOX.c.proof)
    proven = case((latest.c.proof != "", latest.c.received_at))
    claimed = case(((latest.c.proof == "") & (latest.c.received_at >= now - WEEK), 1), else_=0)
    counted = func.max(proven, type_=INBOX.c.received_at.type), func.sum(claimed)
    columns = (latest.c.partner, counted[0].label("at"), counted[1].label("unproven"))
    return select(*columns).where(latest.c.partner != "").group_by(latest.c.partner)


def _went() -> Any:
    latest = _latest(OUTGOING, OUTGOING.c.partner, OUTGOING.c.handed_over_at)
    last = func.max(latest.c.handed_over_at, type_=OUTGOING.c.handed_over_at.type).label("at")
    return select(latest.c.partner, last).where(latest.c.partner != "").group_by(latest.c.partner)


def _stuck(connection: Connection) -> dict[tuple[str, str], int]:
    states = OUTGOING.c.state.in_((*WAITING, *BACK))
    counted = select(OUTGOING.c.partner, OUTGOING.c.state, func.count().label("many"))
    rows = connection.execute(counted.where(states).group_by(OUTGOING.c.state, OUTGOING.c.partner))
    return {(row.partner, row.state): row.many for row in rows if row.partner}
