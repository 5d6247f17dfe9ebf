"""Random conversations: what a reader hears is true when it leaves, and no letter denies another.

The checks are those of tests/support/reader_ear.py.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailproc.errors import LocalFault
from mailproc.ill import machine
from mailproc.ill.cells import becomes
from mailproc.ill.terms import Role, Service, State
from tests.support.partners import BL, SECOND
from tests.support.reader_ear import HERE, LATE, SOON, ReaderEar, told_by
from tests.support.world import Sent, World

EXAMPLES = 500 if os.environ.get("REQUIRE_ALL") == "1" else 25
BEFORE, GRACE = 5, 3


@dataclass(kw_only=True)
class Reader(ReaderEar):
    """What one reader heard. ``wrong``: what was not true, with the letter."""

    world: World
    wrong: list[str] = field(default_factory=list)

    def sees(self, kind: str, action: Any, attempt: Any) -> None:
        """Remember what staff have done."""
        if kind == "act" and action in ("receive", "return", "lost"):
            self.lying[attempt] = action == "receive"
        if (kind, action) == ("phone", "recall"):
            self.recalled_by = self.world.now.date() + timedelta(days=attempt or 0)

    def listens(self, sent: Sent) -> bool:
        """Check a letter as it leaves; it is never refused."""
        if sent.to == "r@readers.example" and (fault := self.hears(told_by(self.world, sent))):
            self.wrong.append(f"{fault}\n{self.world.now:%d %b}: {sent.text}")
        return False


# --- conversations -----------------------------------------------------------------------------

WORDS = ("NOT", "SHIPPED LOAN", "NO RENEW", "DUE", "*FINAL DEMAND", "DUE WAIT", "CANC", "NCANC", "USE*3")
ACTS = ("receive", "receive", "return", "renew", "cancel", "lost", "close", "next")
TOLD = ("ship", "overdue", "recall", "renew-reply")  # by telephone, with a day or without

HEARD = st.tuples(st.just("hear"), st.sampled_from(WORDS), st.integers(1, 2))
RENEWAL = st.tuples(st.just("renewed"), st.integers(-40, 60), st.integers(1, 2))
ACT = st.tuples(st.just("act"), st.sampled_from(ACTS), st.integers(1, 2))
PHONE = st.tuples(st.just("phone"), st.sampled_from(TOLD), st.none() | st.integers(-40, 60))
WAIT = st.tuples(st.just("wait"), st.integers(1, 30), st.just(0))
RUN = st.tuples(st.just("run"), st.just(0), st.just(0))
TALK = st.lists(HEARD | RENEWAL | ACT | ACT | PHONE | WAIT | WAIT | RUN | RUN, min_size=3, max_size=14)
Step = tuple[str, Any, Any]


def talk(world: World, steps: list[Step]) -> Reader:
    """Have the conversation about B1; what is not possible is not done. Return what its reader heard."""
    reader = Reader(days_before=BEFORE, world=world)
    world.refuses = reader.listens
    world.place(BL, SECOND)
    for step in steps:
        with suppress(LocalFault):  # staff are told what is possible instead
            DO[step[0]](world, *step[1:])
            reader.sees(*step)
    world.run()
    world.days(3)
    return reader


def hear(world: World, word: str, attempt: int) -> None:
    world.hear(f"B1-{attempt} {word}", of=BL if attempt == 1 else SECOND, run=False)


def renewed(world: World, days: int, attempt: int) -> None:
    hear(world, f"RENEWED*{world.now + timedelta(days=days):%d-%m-%Y}", attempt)


def act(world: World, action: str, attempt: int) -> None:
    if action == "next":
        world.next("B1", run=False)
    else:
        world.act(f"B1-{attempt}", action, run=False)


def phone(world: World, action: str, days: int | None) -> None:
    on = None if days is None else world.now.date() + timedelta(days=days)
    answer = {"answer": True} if action == "renew-reply" else {}
    world.act("B1-1", action, heard_by="phone", on=on, run=False, **answer)


def wait(world: World, days: int, _: int) -> None:
    world.run()  # the service is up: what was heard today is told today
    world.days(days)


DO: dict[str, Callable[..., None]] = {
    "hear": hear,
    "renewed": renewed,
    "act": act,
    "phone": phone,
    "wait": wait,
    "run": lambda world, *_: world.run(),
}

HAPPY: list[Step] = [("hear", "SHIPPED LOAN", 1), ("act", "receive", 1), ("wait", 30, 0), ("wait", 30, 0)]
CAME_AFTER_NOT: list[Step] = [
    ("hear", "NOT", 1), ("run", 0, 0), ("act", "receive", 1), ("run", 0, 0), ("hear", "NOT", 2),
]  # fmt: skip
RETURNED_AT_ONCE: list[Step] = [
    ("act", "receive", 1), ("wait", 45, 0), ("phone", "recall", None), ("act", "return", 1),
]  # fmt: skip


LOST_AND_ASKED_AGAIN: list[Step] = [
    ("act", "receive", 1), ("run", 0, 0), ("act", "lost", 1), ("act", "next", 1), ("run", 0, 0),
    ("hear", "NOT", 2),
]  # fmt: skip
RECALLED_AND_RENEWED: list[Step] = [
    ("act", "receive", 1), ("run", 0, 0), ("phone", "recall", 20), ("run", 0, 0), ("renewed", 60, 1),
    ("wait", 30, 0), ("wait", 30, 0),
]  # fmt: skip
DEMANDED_AND_RENEWED: list[Step] = [
    ("act", "receive", 1), ("wait", 45, 0), ("hear", "DUE", 1), ("renewed", 20, 1), ("run", 0, 0),
    ("act", "renew", 1), ("renewed", 5, 1), ("wait", 40, 0),
]  # fmt: skip
SHIPPED_AFTER_RECEIPT: list[Step] = [
    ("act", "receive", 1), ("wait", 1, 0), ("phone", "ship", 0), ("wait", 1, 0), ("phone", "ship", 20),
    ("wait", 30, 0),
]  # fmt: skip
SHIPPED_WITHOUT_A_DATE: list[Step] = [
    ("act", "receive", 1), ("wait", 4, 0), ("wait", 30, 0), ("hear", "SHIPPED LOAN", 1), ("wait", 6, 0),
]  # fmt: skip
NAMED_AFTER_A_DEMAND: list[Step] = [
    ("act", "receive", 1), ("wait", 1, 0), ("phone", "overdue", None), ("phone", "ship", 1), ("wait", 2, 0),
]  # fmt: skip
RENEWED_TO_AN_EARLIER_DAY: list[Step] = [
    ("act", "receive", 1), ("wait", 30, 0), ("wait", 4, 0), ("renewed", 3, 1), ("wait", 6, 0),
]  # fmt: skip
SENT_AND_CANCELLED: list[Step] = [
    ("act", "cancel", 1), ("hear", "CANC", 1), ("act", "receive", 1), ("run", 0, 0), ("hear", "NOT", 2),
]  # fmt: skip


@pytest.fixture
def worlds(make_world: Callable[..., World], tmp_path: Path) -> Callable[[], World]:
    made: list[World] = []
    names = count()

    def make() -> World:
        if made:
            made.pop().store.close()
        folder = tmp_path / "told"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        more = f"[policy]\nreader_days_before = {BEFORE}\ngrace_days = {GRACE}\n"
        made.append(make_world(f"sqlite:///{folder}/{next(names)}.db", more=more))
        return made[0]

    return make


@pytest.mark.timeout(120 + EXAMPLES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(TALK)
@example(HAPPY)
@example(CAME_AFTER_NOT)
@example(RETURNED_AT_ONCE)
@example(LOST_AND_ASKED_AGAIN)
@example(RECALLED_AND_RENEWED)
@example(DEMANDED_AND_RENEWED)
@example(SENT_AND_CANCELLED)
@example(SHIPPED_AFTER_RECEIPT)
@example(SHIPPED_WITHOUT_A_DATE)
@example(RENEWED_TO_AN_EARLIER_DAY)
@example(NAMED_AFTER_A_DEMAND)
def test_what_a_reader_hears_is_true(worlds: Callable[[], World], steps: list[Step]) -> None:
    world = worlds()
    assert talk(world, steps).wrong == []
    assert world.verify().differences == ()


def test_most_conversations_have_letters(worlds: Callable[[], World]) -> None:
    told = talk(worlds(), HAPPY)
    assert told.wrong == []
    assert told.heard == [HERE, SOON, LATE, LATE, LATE]


BROKEN = {
    "kept longer after it was lost": (
        "RENEW_ANSWER.yes", State.LOST, State.RECEIVED, [("act", "lost", 1), ("renewed", 60, 1)],
    ),
    "demanded after it was returned": (
        "OVERDUE", State.RETURNED, State.OVERDUE,
        [("act", "return", 1), ("wait", 60, 0), ("hear", "DUE", 1), ("run", 0, 0), ("wait", 30, 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("event", "found", "entered", "then"), BROKEN.values(), ids=BROKEN)
def test_the_checks_see_a_broken_table(
    worlds: Callable[[], World],
    monkeypatch: pytest.MonkeyPatch,
    event: str,
    found: State,
    entered: State,
    then: list[Step],
) -> None:
    tables = {role: dict(of) for role, of in machine.TABLES.items()}
    table = dict(tables[Role.REQUESTER][Service.LOAN])
    table[found] = MappingProxyType({**table[found], event: becomes(entered, "X")})
    tables[Role.REQUESTER][Service.LOAN] = table
    monkeypatch.setattr(machine, "TABLES", tables)
    steps: list[Step] = [("act", "receive", 1), ("run", 0, 0), *then, ("run", 0, 0), ("hear", "NOT", 2)]
    assert talk(worlds(), steps).wrong
