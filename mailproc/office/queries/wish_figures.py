"""Figures of what was submitted to staff: wishes of readers, and orders of partners. Reads only."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from mailproc.ill.terms import Role
from mailproc.store import submission_sums
from mailproc.store.submissions import ACCEPTED, DECLINED, REVIEW

MOST_REASONS = 20
"""Reasons that are named; those of all others are counted together."""


@dataclass(frozen=True)
class WishFigures:
    """What was submitted in a time, by what has become of it until now. ``role``: ours, if it is accepted.

    ``reasons``: of the declined ones, as staff wrote them, the most frequent first; ``other``: of how many
    the reason is not among them.
    """

    role: Role
    waiting: int = 0
    accepted: int = 0
    declined: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    other: int = 0

    @property
    def submitted(self) -> int:
        return self.waiting + self.accepted + self.declined


def wishes(
    connection: Connection, role: Role | None, since: datetime | None, until: datetime | None
) -> list[WishFigures]:
    """Return the figures of each side on which something was submitted, where we borrow first."""
    counts = submission_sums.counts(connection, since, until)
    some = any(state == DECLINED for _, state in counts)
    why = submission_sums.reasons(connection, since, until) if some else {}
    sides = ((Role.REQUESTER, False), (Role.RESPONDER, True))
    return [
        _figures(side, theirs, counts, why.get(theirs, Counter()))
        for side, theirs in sides
        if role in (None, side) and any(one == theirs for one, _ in counts)
    ]


def _figures(role: Role, theirs: bool, counts: dict[tuple[bool, str], int], why: Counter[str]) -> WishFigures:
    named = dict(sorted(why.items(), key=lambda one: (-one[1], one[0]))[:MOST_REASONS])
    return WishFigures(
        role,
        waiting=counts.get((theirs, REVIEW), 0),
        accepted=counts.get((theirs, ACCEPTED), 0),
        declined=counts.get((theirs, DECLINED), 0),
        reasons=named,
        other=why.total() - sum(named.values()),
    )
