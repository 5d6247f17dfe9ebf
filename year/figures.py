"""The figures that the year must have by its script, compared with what mailproc counts."""

from collections import Counter
from collections.abc import Iterator

from mailproc.ill.attempt_figures import Outcome
from mailproc.ill.terms import Role
from mailproc.office.queries.statistics import GroupFigures, StatisticsFilter, statistics
from year.script import Fate, Play
from year.story import Story

Figures = Counter[str]


def differences(story: Story) -> Iterator[str]:
    """Yield each figure that is not as the script has it."""
    with story.house.store.read() as connection:
        found = statistics(connection, story.house.app.context, StatisticsFilter())
    counted = {group.role: _of(group) for group in found.groups}
    for role, wanted in ((Role.REQUESTER, _borrowed(story)), (Role.RESPONDER, _lent(story))):
        ours = counted.get(role, Counter())
        for name in sorted(wanted.keys() | ours.keys()):
            if wanted[name] != ours[name]:
                yield f"{role.lower()}: {name} is {ours[name]}, and should be {wanted[name]}"


def _of(group: GroupFigures) -> Figures:
    known = Counter({outcome.value: count for outcome, count in group.outcomes.items()})
    return known + Counter(requests=group.requests, open=group.open, filled_first=group.filled_first)


def _borrowed(story: Story) -> Figures:
    fates = Counter(play.fate for play in story.plays)
    lost = Counter(play.fate for play in story.readers.lost)
    figures = Counter(
        {
            "requests": len(story.plays),
            Outcome.FILLED.value: fates[Fate.FIRST] + fates[Fate.LATER] - lost.total(),
            "filled_first": fates[Fate.FIRST] - lost[Fate.FIRST],
            Outcome.UNFILLED.value: sum(map(_refusals, story.plays)),
            Outcome.CANCELLED.value: fates[Fate.CANCELLED],
            Outcome.EXPIRED.value: fates[Fate.EXPIRED],
            Outcome.LOST.value: lost.total(),
        }
    )
    return +figures


def _refusals(play: Play) -> int:
    """Return how many libraries say no."""
    return len(play.rota) if play.fate is Fate.UNFILLED else max(0, play.supplier)


def _lent(story: Story) -> Figures:
    """As the borrowers remember it."""
    orders = [order for end in story.borrowers for order in end.orders.values()]
    ends = Counter(order.end.value for order in orders if order.end is not None)
    return ends + Counter(requests=len(orders), filled_first=ends[Outcome.FILLED.value])
