"""Killed between each pair of commits of docs/queue.md: the next start does what the page says.

In a doomed run one function is replaced by the end of the process ("after": at its end; "committed":
after the commit of its transaction; "committed 3": of the third).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from mailproc.office.mailroom import incoming, redelivery
from mailproc.practice import order_file
from mailproc.sentence import note
from mailproc.store import inbox
from mailproc.store.inbox import NewLetter
from tests.acceptance.service import (
    BORROWER,
    LENDER,
    OURS,
    Service,
    mailbox_of,
    order_letter,
    report_letter,
)
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Posted, Relay

KILLED = 42
RUN = """
import os
from importlib import import_module
from pathlib import Path
from sqlalchemy import event
from mailproc.app import one_run
from mailproc.app.build import build
from mailproc.flow.intake import portions

def die(*_arguments, **_keywords):
    os._exit(42)

def doom(where, what, marker):
    module = import_module(where)
    *owner, name = what.split(".")
    for part in owner:
        module = getattr(module, part)
    real = getattr(module, name)
    def doomed(*arguments, **keywords):
        if not marker or marker in repr(arguments) + repr(keywords):
            die()
        return real(*arguments, **keywords)
    def after(*arguments, **keywords):
        real(*arguments, **keywords)
        die()
    marker, _, last = marker.partition(" ") if marker.startswith("committed") else (marker, "", "")
    calls = iter(range(1, 1000))
    def committed(connection, *arguments, **keywords):
        if next(calls) == int(last or 1):
            event.listen(connection.engine, "close", die)
        return real(connection, *arguments, **keywords)
    setattr(module, name, {"after": after, "committed": committed}.get(marker, doomed))

if portion:
    portions.PORTION = portion
if point:
    doom(*point)
house = build(Path(config))
one_run.run_once(house)
house.store.close()
"""
Point = tuple[str, str, str]


def once(service: Service, point: Point | None = None, portion: int = 0) -> int:
    """`mailproc run --once`, killed at ``point`` if one is given; the exit status. ``portion``: messages of a
    letter that share a commit."""
    return service.once(f"point, portion = {point!r}, {portion}\n{RUN}")


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    return serve()


def inject(service: Service, *letters: bytes, sender: str = BORROWER) -> None:
    """Letters are there, as after commit ①."""
    now = datetime.now(UTC)
    new = [
        NewLetter("listener", raw, now, mail_from=sender, rcpt_to=OURS, peer="127.0.0.1") for raw in letters
    ]
    service.store.write(lambda connection: inbox.keep(connection, new))


def states(service: Service, queue: str) -> list[tuple[Any, ...]]:
    return service.ask(f"SELECT state, unfinished FROM {queue} ORDER BY id")  # noqa: S608  # a name of ours


def numbers(letters: Sequence[Posted]) -> list[str]:
    return [order.number for letter in letters for order in order_file.read(letter.raw).orders]


BEFORE_2: list[Point] = [
    ("mailproc.flow.intake.batch", "read", ""),
    ("mailproc.flow.intake.station", "settle", ""),
    ("mailproc.flow.intake.station", "events.add_all", "after"),
]
BEFORE_3: list[Point] = [
    ("mailproc.flow.advance.steps", "step", ""),
    ("mailproc.flow.advance.steps", "carry_out", ""),
    ("mailproc.flow.advance.steps", "_save", "after"),
]


@pytest.mark.parametrize("point", BEFORE_2, ids=lambda point: point[1])
def test_between_1_and_2_the_letter_is_read_again(service: Service, point: Point) -> None:
    inject(service, order_letter("a", ["A1", "A2"]), order_letter("b", ["A3"]))
    assert once(service, point) == KILLED
    assert [state for state, _ in states(service, "inbox")] == ["todo", "todo"]
    assert states(service, "event") == []
    assert once(service) == 0
    taken_once(service, "A1", "A2", "A3")


@pytest.mark.parametrize("point", BEFORE_3, ids=lambda point: point[1])
def test_between_2_and_3_the_step_is_taken_again(service: Service, point: Point) -> None:
    inject(service, order_letter("a", ["A1", "A2"]), order_letter("b", ["A3"]))
    assert once(service, point) == KILLED
    assert [state for state, _ in states(service, "inbox")] == ["done", "done"]
    assert [state for state, _ in states(service, "event")] == ["todo"] * 3
    assert service.ask("SELECT * FROM history") == service.ask("SELECT * FROM transactions") == []
    assert once(service) == 0
    taken_once(service, "A1", "A2", "A3")


PORTION, MANY = 3, [f"A{number}" for number in range(8)]
DELETED: Point = ("mailproc.store.staged_events", "delete", "committed")
STAGED: list[tuple[int, int, Point | None]] = [(1, 3, None), (2, 6, None), (3, 8, None), (3, 8, DELETED)]
SETTLED: list[tuple[Point, int]] = [
    (("mailproc.flow.intake.station", "_settle_one", "committed"), 0),
    (
        ("mailproc.store.staged_events", "release", "committed 3"),
        3,
    ),  # the first two: at the start, and before the letter
    (("mailproc.store.staged_events", "release", "committed 4"), 6),
    (("mailproc.store.staged_events", "release", "committed 5"), 8),
]


@pytest.mark.parametrize(("portion", "staged", "again"), STAGED, ids=str)
def test_a_long_letter_is_read_again_where_not_all_of_it_was_written(
    service: Service, portion: int, staged: int, again: Point | None
) -> None:
    """Killed after each portion; and once more, when the next start has deleted a part of it."""
    inject(service, order_letter("a", MANY))
    point = ("mailproc.flow.intake.portions", "_stage", f"committed {portion}")
    assert once(service, point, PORTION) == KILLED
    assert [state for state, _ in states(service, "inbox")] == ["todo"]
    assert [state for state, _ in states(service, "event")] == ["staged"] * staged
    assert service.ask("SELECT * FROM history") == service.ask("SELECT * FROM transactions") == []
    if again:
        assert once(service, again, PORTION) == KILLED
        assert len(states(service, "event")) == staged - PORTION
    assert once(service, None, PORTION) == 0
    taken_once(service, *MANY)


@pytest.mark.parametrize(("point", "gone"), SETTLED, ids=str)
def test_a_long_letter_that_is_settled_has_its_effect_whole(
    service: Service, point: Point, gone: int
) -> None:
    inject(service, order_letter("a", MANY))
    assert once(service, point, PORTION) == KILLED
    assert [state for state, _ in states(service, "inbox")] == ["done"]
    assert [state for state, _ in states(service, "event")] == ["todo"] * gone + ["staged"] * (8 - gone)
    assert service.ask("SELECT * FROM history") == []
    assert once(service, None, PORTION) == 0
    taken_once(service, *MANY)


def taken_once(service: Service, *expected: str) -> None:
    rows = service.ask(
        "SELECT t.tgq, h.event FROM transactions t JOIN history h ON h.transaction_id = t.id ORDER BY t.tgq"
    )
    assert rows == [(number, "ILL_REQUEST") for number in expected]
    assert {*states(service, "inbox"), *states(service, "event")} == {("done", 0)}


BEFORE_4: list[Point] = [
    ("mailproc.flow.prepare.messages", "_encode", ""),
    ("mailproc.flow.prepare.messages", "_settle", ""),
    ("mailproc.flow.prepare.messages", "_refer", "after"),
]


@pytest.mark.parametrize("point", BEFORE_4, ids=lambda point: point[1])
def test_between_3_and_4_it_is_worded_again(service: Service, relay: Relay, point: Point) -> None:
    service.place("Weirs")
    assert once(service, point) == KILLED
    assert states(service, "outgoing") == []
    assert [state for state, _ in states(service, "intent")] == ["todo"]
    line = service.shown("B1").line
    assert (line.state, line.delivery) == ("PENDING", "waiting")
    assert once(service) == 0
    assert numbers(relay.to(LENDER)) == ["B1-1"]
    assert states(service, "outgoing") == [("handed_over", 0)]


def test_between_4_and_5a_the_stored_bytes_leave(service: Service, relay: Relay) -> None:
    service.place("Weirs")
    assert once(service, ("mailproc.flow.send", "_begin", "")) == KILLED
    assert states(service, "outgoing") == [("prepared", 0)]
    ((message_id,),) = service.ask("SELECT message_id FROM outgoing")
    assert relay.letters == []
    assert once(service) == 0
    (left,) = relay.to(LENDER)
    assert message_id.strip("<>") in str(order_file.letter_of(left.raw)["Message-ID"])
    assert states(service, "outgoing") == [("handed_over", 0)]


@pytest.mark.parametrize(
    ("point", "arrived"),
    [
        (("mailproc.flow.send", "unmasked", ""), 0),
        (("mailproc.transport.smtp_out", "Relay._announce", "after"), 0),
        (("mailproc.transport.smtp_out", "Relay._verdict", "after"), 1),
        (("mailproc.flow.send", "_done", ""), 1),
        (("mailproc.flow.send", "_done", "after"), 1),
    ],
    ids=lambda value: value[1] + value[2] if isinstance(value, tuple) else str(value),
)
def test_between_5a_and_5b_an_order_waits_for_staff(
    service: Service, relay: Relay, point: Point, arrived: int
) -> None:
    service.place("Weirs")
    assert once(service, point) == KILLED
    assert [state for state, _ in states(service, "outgoing")] == ["sending"]
    assert once(service) == once(service) == 0
    ((state, why),) = service.ask("SELECT state, last_error FROM outgoing WHERE partner <> ''")
    assert (state, str(note(why))) == ("in_doubt", "the program ended while it was being sent")
    assert len(relay.to(LENDER)) == arrived
    line = service.shown("B1").line
    assert (line.state, line.delivery) == ("PENDING", "in_doubt")
    assert "in-doubt" in line.attention
    assert len(relay.to(OURS)) == 1  # staff are told, once
    redelivery.redeliver(service.store, "O1", arrived=bool(arrived))
    assert once(service) == 0
    assert numbers(relay.to(LENDER)) == ["B1-1"]
    line = service.shown("B1").line
    assert (line.delivery, line.attention) == ("handed_over", ())


def test_in_doubt_before_people_is_said_again_byte_for_byte(service: Service, relay: Relay) -> None:
    service.place("Weirs")
    assert once(service) == 0
    inject(service, report_letter("r", {"B1-1": "CRF*CANNOT MATCH ITEM"}), sender=LENDER)
    assert once(service, ("mailproc.flow.send", "_done", "")) == KILLED
    assert once(service) == 0
    service.pauses_are_over()
    assert once(service) == 0
    first, second = relay.to(OURS)
    assert first.raw == second.raw
    assert {state for state, _ in states(service, "outgoing")} == {"handed_over"}


def test_after_5b_nothing_is_to_do(service: Service, relay: Relay) -> None:
    service.place("Weirs")
    assert once(service, ("mailproc.flow.send", "_end", "after")) == KILLED
    assert states(service, "outgoing") == [("handed_over", 0)]
    assert once(service) == 0
    assert numbers(relay.to(LENDER)) == ["B1-1"]


@pytest.mark.parametrize(
    ("point", "kept", "seen"),
    [
        (("mailproc.store.mailboxes", "keep", "after"), 0, 0),
        (("mailproc.transport.imap_session", "ImapSession.settle", ""), 1, 0),
        (("mailproc.transport.imap_session", "ImapSession.settle", "after"), 1, 1),
    ],
    ids=lambda value: value[1] + value[2] if isinstance(value, tuple) else str(value),
)
def test_by_imap_the_letter_is_ours_before_it_is_seen(
    serve: Callable[..., Service],
    dovecot: Dovecot,
    request: pytest.FixtureRequest,
    point: Point,
    kept: int,
    seen: int,
) -> None:
    user = f"points{abs(hash(request.node.nodeid))}"
    service = serve(mailbox=mailbox_of(dovecot, user))
    with dovecot.client(user) as client:
        client.append("INBOX", order_letter("a", ["A1"]))
        assert once(service, point) == KILLED
        client.select_folder("INBOX", readonly=True)
        assert len(client.search("SEEN")) == seen
        assert len(states(service, "inbox")) == kept
        assert once(service) == 0
    taken_once(service, "A1")


POISON: list[tuple[str, Point]] = [
    ("inbox", ("mailproc.flow.reading.letter_reading", "parse", "POISON")),
    ("inbox", ("mailproc.flow.intake.station", "settle", "POISON")),
    ("event", ("mailproc.flow.advance.steps", "transaction_state.step", "POISON")),
]


@pytest.mark.parametrize(
    ("queue", "point"), POISON, ids=lambda value: value if isinstance(value, str) else value[1]
)
def test_a_letter_that_kills_is_shelved_after_its_fifth_try_and_its_neighbours_live(
    service: Service, queue: str, point: Point
) -> None:
    good = [order_letter(f"g{position}", [f"G{position}"]) for position in range(1, 5)]
    inject(service, *good[:2], order_letter("p", ["P1"], title="POISON of the Fens"), *good[2:])
    assert [once(service, point) for _ in range(7)] == [*[KILLED] * 5, 0, 0]
    rows = service.ask(f"SELECT state, attempts, last_error FROM {queue} WHERE state <> 'done'")  # noqa: S608
    ((state, attempts, why),) = rows
    assert (state, attempts) == ("shelved", 6)
    assert str(note(why)) == "the process died five times while it worked on this: not tried again"
    taken = service.ask("SELECT tgq FROM transactions ORDER BY tgq")
    assert taken == [("G1",), ("G2",), ("G3",), ("G4",)]
    tries = service.ask("SELECT DISTINCT attempts FROM inbox WHERE state = 'done'")
    assert set(tries) <= {(1,), (2,)}
    which = "I3" if queue == "inbox" else "E3"
    incoming.release(service.store, service.context, which, "XX-BORROWER")  # the fault was mended
    assert once(service) == 0
    assert ("P1",) in service.ask("SELECT tgq FROM transactions")


def test_an_order_that_kills_the_wording_is_shelved_and_its_neighbours_leave(
    service: Service, relay: Relay
) -> None:
    for title in ("Weirs", "POISON", "Tides"):
        service.place(title)
    point = ("mailproc.flow.prepare.messages", "_encode", "POISON")
    assert [once(service, point) for _ in range(8)][-1] == 0
    assert sorted(numbers(relay.to(LENDER))) == ["B1-1", "B3-1"]
    assert [state for state, _ in states(service, "intent")] == ["prepared", "shelved", "prepared"]
    assert service.shown("B2").line.delivery == "failed"


OUTSIDE: list[Point] = [
    ("mailproc.store.queue", "claim", "after"),
    ("mailproc.flow.intake.batch", "queue.claim", "committed"),
    ("mailproc.flow.intake.station", "_settle_all", ""),
    ("mailproc.flow.intake.station", "_settle_all", "committed"),
    ("mailproc.flow.advance.station", "queue.claim_ids", "committed"),
    ("mailproc.flow.advance.station", "_take_all", ""),
    ("mailproc.flow.advance.station", "_take_all", "after"),
]


@pytest.mark.parametrize("point", OUTSIDE, ids=lambda point: point[1] + point[2])
def test_kills_from_outside_shelve_nobody(service: Service, point: Point) -> None:
    """As often as you like, and wherever: what was not in hand is no suspect."""
    inject(service, *(order_letter(f"n{position}", [f"N{position}"]) for position in range(9)))
    for _ in range(4):
        assert once(service, point) in (KILLED, 0)
        claimed = {*states(service, "inbox"), *states(service, "event")}
        assert claimed <= {("todo", 0), ("todo", 1), ("done", 0)}
    assert once(service) == 0
    taken_once(service, *(f"N{position}" for position in range(9)))


STORE_AWAY = """
from mailproc.errors import TryLater
from mailproc.flow import send
real, failures = send._done, [1, 1]
def away(*arguments):
    if failures:
        failures.pop()
        raise TryLater("the store cannot work just now: disk is full")
    return real(*arguments)
send._done = away
"""


def test_an_end_that_cannot_be_written_down_is_a_doubt_and_no_letter_is_stuck(
    service: Service, relay: Relay
) -> None:
    service.start(STORE_AWAY)
    for title in ("Weirs", "Tides", "Fens"):
        service.place(title)
    service.rest(hurry=True)  # the doubt may have caught a notice, which is said again after a pause
    assert service.stop() == 0
    assert sorted(set(numbers(relay.to(LENDER)))) == ["B1-1", "B2-1", "B3-1"]
    assert len(numbers(relay.to(LENDER))) == 3
    fates = service.ask("SELECT state, count(*) FROM outgoing WHERE partner <> '' GROUP BY state")
    assert dict(fates)["in_doubt"] in (1, 2)
    assert set(dict(fates)) <= {"in_doubt", "handed_over"}
    assert service.cli("verify").code == 0
