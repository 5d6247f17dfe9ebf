"""What must be true at the end of the year, each with a name."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from mailproc.office.queries import agenda
from year import figures
from year.story import Story

SHOWN = 10
"""Faults of one check that are printed."""
ENDS = {
    "inbox": ("done", "dismissed"),
    "event": ("done",),
    "intent": ("done", "prepared", "withdrawn"),
    "outgoing": ("handed_over", "withdrawn", "printed"),
}
"""The states in which a row of each queue is over."""


@dataclass(frozen=True)
class Check:
    name: str
    faults: Sequence[str]


@dataclass
class Verdict:
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not any(check.faults for check in self.checks)

    def lines(self) -> Iterator[str]:
        for check in self.checks:
            yield f"{'not so' if check.faults else 'so':>8}  {check.name}"
            yield from (f"            {fault}" for fault in check.faults[:SHOWN])
            if len(check.faults) > SHOWN:
                yield f"            … and {len(check.faults) - SHOWN} more"
        yield from self.notes


def judge(story: Story) -> Verdict:
    many, size = len(story.plays), _size(story)
    checks = [Check(name, list(find(story))) for name, find in CHECKS.items()]
    notes = [
        f"{many} requests, seed {story.seed}, until {story.last_day}",
        f"{story.post.written} letters came, {story.letters_out} left: {story.readers.letters} to readers, "
        f"{story.to_staff} to staff",
        f"the store has {size / many / 1024:.1f} KiB for each request",
    ]
    return Verdict(checks, notes)


def _size(story: Story) -> int:
    path = story.house.store.path
    return path.stat().st_size if path else 0


def _open(story: Story) -> Iterator[str]:
    """Yield what the digest still counts, with its explanation if it has one."""
    with story.house.store.read() as connection:
        found = agenda.agenda(connection, story.house.app.context)
    for group in found.groups:
        for one in group.requests:
            yield f"{one.number} ({one.state}) is on the agenda: {', '.join(one.reasons)}"
    if found.waiting:
        idle = ", ".join(one.number for one in found.idle) or "none"
        yield f"{found.waiting} wait for others, without a timer {idle}"


def _left(story: Story) -> Iterator[str]:
    with story.house.store.read() as connection:
        for queue, over in ENDS.items():
            names = ", ".join(f"'{state}'" for state in over)
            query = f"SELECT state, count(*) FROM {queue} WHERE state NOT IN ({names}) GROUP BY state"
            for state, count in connection.execute(text(query)):
                yield f"{count} of {queue} are {state}"


def _told(counts: Counter[str]) -> list[str]:
    return [f"{count} × {what}" for what, count in counts.items()]


CHECKS: dict[str, Callable[[Story], Iterable[str]]] = {
    "each request is over": _open,
    "no reader heard one fact twice, or what was not so": lambda story: story.readers.wrong,
    "each reader heard once how it ended": lambda story: story.readers.unheard(),
    "no library heard what contradicts its own memory": lambda story: [
        fault for end in story.ends.values() for fault in end.wrong
    ],
    "the statistics are those of the script": figures.differences,
    "verify finds nothing": lambda story: map(str, story.house.verify().differences),
    "nothing is left in a queue": _left,
    "the librarian knew what to do": lambda story: _told(story.work.unsolved),
    "no act was refused": lambda story: _told(story.work.refused),
}
