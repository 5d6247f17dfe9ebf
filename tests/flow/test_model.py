"""Acts, letters, copies of letters, forgeries, time and deaths in any order, against a model of nine lines.

The model is written from ISO 10161-1 for a borrower and knows nothing of the program's tables. A death
is an exception at a drawn commit, before or after it, that no station may catch; then all is built
again on the same store, as at a start.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.engine.default import DefaultDialect

from mailproc.app import beginning
from mailproc.app.build import build
from mailproc.practice import order_file

FULL = os.environ.get("REQUIRE_ALL") == "1"
EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "40" if FULL else "6"))
STEPS = 25 if FULL else 12
BL = "orders@bl.example"
STRANGER = "mallory@stranger.example"

ENDED = {"SHIPPED": "SHIPPED", "receive": "RECEIVED"}  # a book may come all the same
ASKED = {"NOT": "NOT_SUPPLIED", "CANC": "CANCELLED", "NCANC": "PENDING", **ENDED}
MODEL: dict[str, dict[str, str]] = {
    "PENDING": ASKED | {"cancel": "CANCEL_PENDING"},
    "CANCEL_PENDING": ASKED,
    "NOT_SUPPLIED": ENDED,
    "CANCELLED": ENDED,
    "SHIPPED": {"receive": "RECEIVED", "return": "RETURNED"},
    "RECEIVED": {"return": "RETURNED"},
    "RETURNED": {},
}
"""State, then what is heard (upper case) or done (lower case): the next state. What is heard and not
named changes nothing; what is not named is not done."""


WORDS = ("NOT", "CANC", "NCANC", "SHIPPED", "USE*3")
WHAT = (*WORDS, "cancel", "cancel", "receive", "return")


class Killed(BaseException):
    """The process is dead; nothing may catch it."""


@dataclass
class Expected:
    service: str
    state: str = "PENDING"


@dataclass
class Doom:
    """Counts commits down, in this thread alone."""

    left: int = 0
    when: str = "before"

    def at(self, moment: str) -> None:
        if self.left == 1 and self.when == moment:
            self.left = 0
            raise Killed

    def counted(self) -> None:
        self.left = max(0, self.left - 1)


class Office(RuleBasedStateMachine):
    """A borrower with one lender; the test says how its world is ``made`` and which ``doom`` it has."""

    made: ClassVar[Callable[[], Any]]
    doom: ClassVar[Doom]

    def __init__(self) -> None:
        super().__init__()
        self.world = self.made()
        self.model: dict[str, Expected] = {}
        self.letters: list[bytes] = []
        self.forged = 0

    # what happens

    @initialize()
    def something_is_asked_for(self) -> None:
        self.place("LOAN")
        assert set(self.model) == {"B1"}

    @rule(service=st.sampled_from(["LOAN", "COPY"]))
    def place(self, service: str) -> None:
        with self.survived():
            self.world.place(service=service, run=False)
        for row in self.world.rows("request"):  # one more, or none if we died before its commit
            self.model.setdefault(row["number"], Expected(service))
        self.run()

    @rule(what=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(WHAT)), min_size=1, max_size=6))
    def talk(self, what: list[tuple[int, str]]) -> None:
        """Letters of the lender and acts of staff, about one request or several."""
        for which, word in what:
            number = sorted(self.model)[which % len(self.model)]
            self.act(number, word) if word.islower() else self.hear(number, word)

    def hear(self, number: str, word: str) -> None:
        known = self.model[number]
        said = f"SHIPPED {known.service}" if word == "SHIPPED" else word
        self.take(self.report(f"{number}-1 {said}", BL))
        known.state = MODEL[known.state].get(word, known.state)

    def act(self, number: str, action: str) -> None:
        known = self.model[number]
        after = MODEL[known.state].get(action)
        if after is None or (action == "return" and known.service == "COPY"):
            return
        with self.survived() as died:
            self.world.act(number, action, run=False)
        if died:
            allowed, after = (known.state, after), self.world.state(number)
            assert after in allowed, "an act is done or not, nothing between"
        known.state = after
        self.run()

    def report(self, line: str, sender: str) -> bytes:
        return self.world.letter(f"REPLIES FOR 99-0001   {self.world.now:%d-%m-%Y}\n\n{line}", sender)

    @precondition(lambda self: self.letters)
    @rule(which=st.integers(0, 99), door=st.sampled_from(["listener", "a mailbox", "inject"]))
    def come_again(self, which: int, door: str) -> None:
        """An old letter once more, by any door: nothing happens."""
        with self.survived():
            self.world.inject(self.letters[which % len(self.letters)], BL, door=door)
        self.run()

    @rule(which=st.integers(0, 9), word=st.sampled_from(WORDS), envelope=st.sampled_from([BL, STRANGER]))
    def forge(self, which: int, word: str, envelope: str) -> None:
        """A stranger's letter, by the envelope or by From: nothing happens, and it lies on the shelf."""
        number = sorted(self.model)[which % len(self.model)]
        raw = self.report(f"{number}-1 {word}", STRANGER if envelope == BL else BL)
        self.repeated(raw, envelope)
        self.forged += 1
        self.run()

    @rule(days=st.integers(1, 12))
    def wait(self, days: int) -> None:
        with self.survived():
            self.world.days(days)
        self.run()

    @rule(commits=st.integers(1, 25), when=st.sampled_from(["before", "after"]))
    def die_soon(self, commits: int, when: str) -> None:
        self.doom.left, self.doom.when = commits, when

    # how it goes on

    def take(self, raw: bytes) -> None:
        self.repeated(raw, BL)
        self.letters.append(raw)
        self.run()

    def repeated(self, raw: bytes, envelope: str) -> None:
        """A mail server repeats a letter until it is acknowledged."""
        with self.survived() as died:
            self.world.inject(raw, envelope)
        if died:
            self.world.inject(raw, envelope)

    def run(self) -> None:
        with self.survived() as died:
            self.world.run()
        if died:
            self.world.run()
        self.settle_doubts()

    @contextmanager
    def survived(self) -> Iterator[list[Killed]]:
        """After a death in it all is built again; what is given back is empty if there was none."""
        died: list[Killed] = []
        try:
            yield died
        except Killed as death:
            died.append(death)
            self.start_again()

    def start_again(self) -> None:
        self.doom.left = 0
        self.world.app.store.close()
        self.world.app = build(self.world.app.config.file, self.world.clock)
        beginning.begin(self.world.app)
        beginning.recover(self.world.app)

    def settle_doubts(self) -> None:
        left, self.doom.left = self.doom.left, 0
        self.world.settle_doubts()
        self.doom.left = left

    # what always holds

    @invariant()
    def states_are_the_models(self) -> None:
        assert {number: self.world.state(number) for number in self.model} == {
            number: known.state for number, known in self.model.items()
        }

    @invariant()
    def each_order_left_once(self) -> None:
        orders = Counter(
            order.number
            for sent in self.world.to(BL)
            for order in order_file.read(sent.raw).orders
            if not order.cancels
        )
        assert orders == Counter(f"{number}-1" for number in self.model)

    @invariant()
    def nothing_is_lost_or_left(self) -> None:
        assert len(self.world.rows("inbox")) >= len(self.letters) + self.forged
        assert len(self.world.shelf()) == self.forged
        for queue, good in (
            ("inbox", {"done", "shelved"}),
            ("event", {"done"}),
            ("outgoing", {"handed_over", "withdrawn"}),
        ):
            assert {row["state"] for row in self.world.rows(queue)} <= good, queue

    def teardown(self) -> None:
        self.doom.left = 0
        assert self.world.verify().differences == ()
        self.world.app.store.close()


@pytest.fixture
def doom(monkeypatch: pytest.MonkeyPatch) -> Doom:
    found = Doom()
    real = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, dbapi_connection: Any) -> None:
        found.at("before")
        real(self, dbapi_connection)
        found.at("after")
        found.counted()

    monkeypatch.setattr(DefaultDialect, "do_commit", do_commit)
    return found


@pytest.mark.timeout(600 + 10 * EXAMPLES)
def test_whatever_happens_the_states_are_those_of_the_model(
    make_world: Callable[..., Any], tmp_path: Path, doom: Doom
) -> None:
    names = count()
    Office.made = staticmethod(lambda: make_world(f"sqlite:///{tmp_path}/model{next(names)}.db"))
    Office.doom = doom
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
