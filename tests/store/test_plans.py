"""What is asked of the store on the way of a letter stays quick, however much lies there: no statement of
intake or of a step looks through a table that grows. Asked of both databases, by their own plans."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import isfunction
from itertools import takewhile
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection, event, inspect, text

from mailproc.ill.terms import Role, TransactionId
from mailproc.office import letters as office
from mailproc.store import (
    alarms,
    auto_replies,
    counters,
    events,
    find,
    heard,
    inbox,
    learned,
    letters,
    order_letters,
    outgoing,
    patrons,
    queue,
    requests,
    rotas,
    timers,
    transactions,
    undelivered,
)
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.inbox import NewLetter
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.requests import NewRequest
from mailproc.store.tables import EventRow, InboxRow
from mailproc.store.transactions import NewTransaction

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEW = {"counter", "identity", "partner", "mailbox", "template_good"}
"""Tables that hold a row for each thing of the configuration."""
SMALL = {"ix_partner_learned_paused", "ix_inbox_shelf", "alarm_pkey"}
"""Indexes of the few rows that are looked through."""
HALF: tuple[set[str], ...] = ({"role"}, {"kind"})
"""What many rows have in common."""
FEW_OF_A_KIND = {"alarm"}
"""Asked by the kind alone of one that has a row for each partner."""

LETTER = NewLetter(door="listener", raw=b"Subject: a letter\r\n\r\nwords\r\n", received_at=NOW)
REQUEST = NewRequest(role="REQUESTER", service="LOAN", item={}, title="", author="", created_at=NOW)
TRANSACTION = NewTransaction(
    request_id=1, attempt=1, role="REQUESTER", initial_requester="XX-A", tgq="B1", tq="1", partner="XX-BL",
    symbol="XX-BL", address="a@bl.example", codec="artemail", service="LOAN", updated_at=NOW,
)  # fmt: skip
EVENT = NewEvent(cause="letter", type="SHIPPED", at=NOW, inbox_id=1, position=0, transaction_id=1)
OURS = NewLetterOut(
    partner="XX-BL", mail_from="a@x.example", rcpt_to="a@bl.example", message_id="m@x.example",
    subject="", raw=b"", prepared_at=NOW,
)  # fmt: skip
NAMED = TransactionId("XX-A", "B1", "1", "")
HISTORY = {"transaction_id": 1, "event_id": 1, "at": NOW, "event": "E", "from_state": "A", "to_state": "B"}
FOUND = {"message_id": "m", "taken_from": "XX-BL"}


def _event(connection: Connection) -> Any:
    return events.load(connection, 1)


def _intent(connection: Connection) -> dict[str, Any]:
    return {**outgoing.of_event(connection, 1)[0]}


Call = Callable[[Connection], object]
ROWS: dict[ModuleType, dict[str, Call]] = {
    counters: {"take": lambda c: counters.take(c, "B")},
    inbox: {"keep": lambda c: inbox.keep(c, [LETTER])},
    requests: {
        "create": lambda c: requests.create(c, REQUEST),
        "add_candidates": lambda c: requests.add_candidates(c, 1, ["XX-BL"]),
    },
    transactions: {"create": lambda c: transactions.create(c, TRANSACTION)},
    events: {"add": lambda c: events.add(c, EVENT)},
    outgoing: {
        "add_letter": lambda c: outgoing.add_letter(c, OURS),
        "add_intent": lambda c: outgoing.add_intent(
            c, event_id=1, seq=0, kind="apdu", transaction_id=1, body={"apdu": {}}
        ),
    },
}
"""Writes the rows that the others ask for; each is on the way itself."""

ASKED: dict[ModuleType, dict[str, Call]] = {
    transactions: {
        "load": lambda c: transactions.load(c, 1),
        "by_key": lambda c: transactions.by_key(c, Role.REQUESTER, "", NAMED),
        "is_known": lambda c: transactions.is_known(c, Role.RESPONDER, NAMED),
        "of_request": lambda c: transactions.of_request(c, 1),
        "save": lambda c: transactions.save(c, transactions.load(c, 1), {}),
        "readdress": lambda c: transactions.readdress(c, transactions.load(c, 1), {}),
        "clear_attention": lambda c: transactions.clear_attention(c, 1, ()),
        "add_history": lambda c: transactions.add_history(c, **HISTORY, note=""),
        "refer": lambda c: transactions.refer(c, "XX-BL", "order_line", "9", transaction_id=1),
        "find": lambda c: transactions.find(c, "XX-BL", "number", "B1"),
        "order_lines": lambda c: transactions.order_lines(c, 1),
        "asked_by": lambda c: transactions.asked_by(c, "B1"),
        "owners_of": lambda c: transactions.owners_of(c, "number", ["B1", "B2"]),
    },
    events: {
        "load": lambda c: events.load(c, 1),
        "add_all": lambda c: events.add_all(c, []),
        "due_of_transaction": lambda c: events.due_of_transaction(c, 1),
        "ends_of_transaction": lambda c: events.ends_of_transaction(c, 1, 1),
        "of_transaction": lambda c: events.of_transaction(c, 1),
        "said_before": lambda c: events.said_before(c, _event(c), 1, 0),
        "last_of": lambda c: events.last_of(c, 1, ["SHIPPED", "ANSWER"]),
        "heard_since": lambda c: events.heard_since(c, 1, 0),
        "proven_since": lambda c: events.proven_since(c, 1, 0),
        "known_once": lambda c: events.known_once(c, "a click"),
        "shelved_of_letter": lambda c: events.shelved_of_letter(c, 1),
        "shelved_ids_of_letter": lambda c: events.shelved_ids_of_letter(c, 1),
        "recorded": lambda c: events.recorded(c, 1, "SHIPPED"),
        "waited": lambda c: events.waited(c, NOW, NOW + HOUR, 10),
        "wait_on_shelf": lambda c: events.wait_on_shelf(c, 1, NOW, "why"),
        "told_on_shelf": lambda c: events.told_on_shelf(c, _event(c), NOW.date(), "why"),
        "todo_again": lambda c: events.todo_again(c, _event(c), 1),
        "finish": lambda c: events.finish(c, _event(c)),
        "shelve": lambda c: events.shelve(c, 1, "why"),
        "dismiss": lambda c: events.dismiss(c, 1, "why"),
    },
    heard: {
        "unplaced": lambda c: heard.unplaced(c, "XX-BL", {"transaction": {"tgq": "B1"}}),
        "at_its_time": lambda c: heard.at_its_time(c, 1, _event(c)),
        "count": lambda c: heard.count(c, 1, _event(c)),
    },
    letters: {
        "load": lambda c: letters.load(c, 1),
        "sender_of": lambda c: letters.sender_of(c, 1),
        "earlier_copy": lambda c: letters.earlier_copy(c, "XX-BL", "d", "m", "cd"),
        "ours": lambda c: letters.ours(c, ["m@x.example"]),
        "named_by": lambda c: letters.named_by(c, ["a subject"], ["a@bl.example"], NOW),
        "quoted": lambda c: letters.quoted(c, ["B1"], ["a@bl.example"], NOW),
        "waits": lambda c: letters.waits(c, 1),
        "claimed_by": lambda c: letters.claimed_by(c, 1, partner="XX-BL", subject=""),
        "unproven_on_shelf": letters.unproven_on_shelf,
        "unproven_notes": lambda c: letters.unproven_notes(c, "XX-BL", "about", 9),
        "fitting": lambda c: letters.fitting(c, [(1, 0), (2, 0)], 1000),
        "settle": lambda c: letters.settle(c, 1, "done", **FOUND),
    },
    outgoing: {
        "load": lambda c: outgoing.load(c, 1),
        "change": lambda c: outgoing.change(c, 1, last_error="why"),
        "bounced": lambda c: outgoing.bounced(c, 1, "why"),
        "is_to_people": lambda c: outgoing.is_to_people(c, 1),
        "intents_of": lambda c: outgoing.intents_of(c, 1),
        "of_event": lambda c: outgoing.of_event(c, 1),
        "notices_of": lambda c: outgoing.notices_of(c, [1]),
        "notices_beside": lambda c: outgoing.notices_beside(c, _intent(c)),  # type: ignore[arg-type]
        "said": lambda c: outgoing.said(c, 1),
        "last_said": lambda c: outgoing.last_said(c, 1),
        "delivery": lambda c: outgoing.delivery(c, 1),
        "unsaid": lambda c: outgoing.unsaid(c, 1),
        "place": lambda c: outgoing.place(c, 1, "prepared", 1),
        "withdraw": lambda c: outgoing.withdraw(c, _intent(c)),  # type: ignore[arg-type]
        "renew_letter": lambda c: outgoing.renew_letter(c, 1),
    },
    undelivered: {
        "dismiss": lambda c: undelivered.dismiss(c, 1, "why"),
        "perhaps": lambda c: undelivered.perhaps(c, 1),
        "states_of": lambda c: undelivered.states_of(c, 1),
    },
    order_letters: {
        "came_back": lambda c: order_letters.came_back(c, 1),
        "is_with_nobody": lambda c: order_letters.is_with_nobody(c, 1),
        "attempts_in": lambda c: order_letters.attempts_in(c, 1),
        "returned": lambda c: order_letters.returned(c, 1),
        "still_wanted": lambda c: order_letters.still_wanted(c, 1),
    },
    requests: {
        "load": lambda c: requests.load(c, 1),
        "by_number": lambda c: requests.by_number(c, "B1"),
        "rota": lambda c: requests.rota(c, 1),
        "asked": lambda c: requests.asked(c, 1, 1, 1),
        "why_not": lambda c: requests.why_not(c, 1, "unfilled"),
        "close": lambda c: requests.close(c, 1, NOW, "filled"),
        "reopen": lambda c: requests.reopen(c, 1),
    },
    rotas: {
        "places": lambda c: rotas.places(c, 1),
        "told": lambda c: rotas.told(c, 1),
        "drop": lambda c: rotas.drop(c, 1, 9),
    },
    timers: {
        "become": lambda c: timers.become(c, 1, timers.waiting(c, 1), {"OVERDUE": NOW}, 1),
        "waiting": lambda c: timers.waiting(c, 1),
        "fired": lambda c: timers.fired(c, 1),
        "fire": lambda c: timers.fire(c, NOW, 10),
        "next_of": lambda c: timers.next_of(c, 1),
    },
    queue: {
        "claim": lambda c: queue.claim(c, InboxRow, 50, NOW),
        "claim_ids": lambda c: queue.claim_ids(c, EventRow, 50, NOW),
        "begin": lambda c: queue.begin(c, InboxRow, [(1, 0)]),
        "put_back": lambda c: queue.put_back(c, InboxRow, [1]),
        "later": lambda c: queue.later(c, InboxRow, 1, "why", NOW),
        "done": lambda c: queue.done(c, EventRow, 1),
        "shelve": lambda c: queue.shelve(c, EventRow, 1, "why"),
        "hold": lambda c: queue.hold(c, EventRow, 1, "why"),
        "release": lambda c: queue.release(c, EventRow, 1),
    },
    learned: {
        "learn": lambda c: learned.learn(c, "XX-BL", "b@bl.example", 1),
        "passed_on": lambda c: learned.passed_on(c, "XX-BL", "c@x.example", 1, 1, "XX-C"),
        "address_of": lambda c: learned.address_of(c, "XX-BL"),
        "waiting": lambda c: learned.waiting(c, "XX-BL", 1),
        "paused": learned.paused,
        "confirm": lambda c: learned.confirm(c, 1, NOW),
        "forget": lambda c: learned.forget(c, 1),
        "pause": lambda c: learned.pause(c, "XX-BL", 1),
        "resume": lambda c: learned.resume(c, "XX-BL"),
    },
    alarms: {
        "raise_once": lambda c: alarms.raise_once(c, "kind", "key", NOW),
        "clear": lambda c: alarms.clear(c, "kind", "key", NOW),
        "turn": lambda c: alarms.turn(c, "kind", "key", NOW, most=1, within=HOUR),
        "take": lambda c: alarms.take(c, alarms.turn(c, "kind", "key", NOW, most=1, within=HOUR), NOW),
        "count": lambda c: alarms.count(c, "kind", "key", NOW),
        "forget": lambda c: alarms.forget(c, NOW, 10),
        "was_raised": lambda c: alarms.was_raised(c, "kind", "key", NOW),
        "counts": lambda c: alarms.counts(c, "kind"),
        "all_told": lambda c: alarms.all_told(c, "kind"),
    },
    auto_replies: {"may_answer": lambda c: auto_replies.may_answer(c, "a@x.example", "XX-BL", NOW, 9)},
    find: {"keep": lambda c: find.keep(c, 1), "words_of": lambda c: find.words_of(c, 1)},
    patrons: {
        "load": lambda c: patrons.load(c, "r1"),
        "keep": lambda c: patrons.keep(c, {"id": "r1", "name": "A. Reader"}),
    },
}

NOT_ON_THE_WAY: dict[ModuleType, set[str]] = {
    transactions: {"led_to", "at_address"},
    letters: {"again", "dismiss", "shelved_because", "waiting"},
    events: {"count_on_shelf", "waiting_on_shelf"},
    outgoing: {
        "claim_intents", "claim_letter", "hold_intent", "in_state",
        "prepared_to", "still_wanted", "trouble_known",
        "unwritten",
    },
    rotas: {"correct", "put_next"},
    timers: {"counts", "next_ones"},
    learned: {"addresses", "load", "passed_on_to"},
    find: {"fits"},
}  # fmt: skip
"""What staff ask or do, and what the stations of letters that go out ask."""

_CALLS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": call
    for module, calls in ASKED.items()
    for name, call in calls.items()
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with one row of each kind; nothing that is asked of it is kept."""
    if request.param == "sqlite":
        store = Store.open("sqlite:///plans.db", base=tmp_path_factory.mktemp("plans"))
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.create()
        store = Store.open(server.url(name))
    store.write(_fill)
    yield store
    store.close()
    if request.param == "postgresql":
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _fill(connection: Connection) -> None:
    for calls in ROWS.values():
        for call in calls.values():
            call(connection)
    outgoing.place(connection, 1, "prepared", 1)
    for number in range(300):  # so many that it matters to PostgreSQL which index it takes
        inbox.keep(connection, [replace(LETTER, raw=b"%d" % number)])
        letters.settle(connection, number + 2, "done", message_id=f"m{number}", taken_from="XX-BL")
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE inbox"))


class _Undone(Exception):
    """Nothing of it is to be kept."""


@contextmanager
def _undone(store: Store) -> Iterator[Callable[[Call], None]]:
    def run(job: Call) -> None:
        def undone(connection: Connection) -> None:
            job(connection)
            raise _Undone

        with pytest.raises(_Undone):
            store.write(undone)

    yield run


@pytest.mark.parametrize("name", _CALLS)
def test_no_statement_looks_through_a_growing_table(filled: Store, name: str) -> None:
    found: list[str] = []
    with _undone(filled) as run:
        run(lambda connection: found.extend(_scans(connection, _CALLS[name])))
    assert found == []


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_the_shelf_is_found_by_an_index(filled: Store) -> None:
    """With the proof in it, which SQLite keeps behind the bytes of each letter, and PostgreSQL elsewhere."""
    with _undone(filled) as run:
        said: list[str] = []
        run(lambda connection: said.extend(_said_to_sqlite(connection, office.count_shelved)))
        plans: list[str] = []
        run(lambda connection: plans.extend(_plan_of(connection, said)))
    assert sum("ix_inbox_shelf" in line for line in plans) == 2


def _plan_of(connection: Connection, said: list[str]) -> list[str]:
    driver: Any = connection.connection.driver_connection
    return [row[3] for one in said for row in driver.execute(f"EXPLAIN QUERY PLAN {one}")]


def test_a_scan_is_seen(filled: Store) -> None:
    """And a table that nobody has classed counts as one that grows."""
    found: list[str] = []
    look = text("SELECT id FROM inbox WHERE note = 'x'")
    with _undone(filled) as run:
        run(lambda connection: found.extend(_scans(connection, lambda c: c.execute(look).all())))
    assert len(found) == 1
    with filled.read() as connection:
        assert set(inspect(connection).get_table_names()) > FEW


@pytest.mark.parametrize("module", ASKED, ids=lambda module: module.__name__)
def test_every_question_of_the_store_is_classed(module: ModuleType) -> None:
    """A new one is put among those of a letter's way, or among the others."""
    classed = {*ROWS.get(module, ()), *ASKED[module], *NOT_ON_THE_WAY.get(module, ())}
    functions = {name: found for name, found in vars(module).items() if isfunction(found)}
    own = {name for name, found in functions.items() if found.__module__ == module.__name__}
    asks = {name for name in own if "connection" in functions[name].__annotations__}
    assert classed == {name for name in asks if not name.startswith("_")}


def _scans(connection: Connection, call: Call) -> list[str]:
    """The steps of the plans of all that ``call`` asks that go through a whole growing table."""
    if connection.dialect.name == "sqlite":
        told = _said_to_sqlite(connection, call)
        return [line for said in told for line in _sqlite_scans(connection, said)]
    heard = _said_to_postgresql(connection, call)
    return [line for said in heard for line in _postgresql_scans(connection, said)]


def _said_to_sqlite(connection: Connection, call: Call) -> list[str]:
    """The statements, with their values; those of triggers are comments."""
    said: list[str] = []
    driver: Any = connection.connection.driver_connection
    driver.set_trace_callback(said.append)
    try:
        call(connection)
    finally:
        driver.set_trace_callback(None)
    return [one for one in said if one.split(" ")[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")]


def _sqlite_scans(connection: Connection, said: str) -> list[str]:
    """SQLite knows nothing of what the tables hold: it goes by how the question is put. "SCAN x USING INDEX"
    goes through the whole of it too, and so does nearly a search for what half of the rows have."""
    driver: Any = connection.connection.driver_connection
    plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {said}")]
    return [f"{line}: {said}" for line in plan if _goes_through_all(line)]


def _goes_through_all(line: str) -> bool:
    """ "(subquery-1)", "anon_1" are what was found before; "main." is the index of words' own."""
    step, name, *rest = line.split()
    if rest[-1:] and rest[-1] in SMALL:
        return False
    if step == "SEARCH" and name not in FEW_OF_A_KIND:
        return {one.split("=")[0] for one in re.findall(r"\w+=\?", " ".join(rest))} in HALF
    return step == "SCAN" and not name.startswith(("(", "anon_", "main.", "CONSTANT")) and name not in FEW


Said = tuple[str, Any]


def _said_to_postgresql(connection: Connection, call: Call) -> list[Said]:
    said: list[Said] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        said.append((statement, values[0] if many else values))

    event.listen(connection, "before_cursor_execute", hear)
    try:
        call(connection)
    finally:
        event.remove(connection, "before_cursor_execute", hear)
    return said


def _postgresql_scans(connection: Connection, said: Said) -> list[str]:
    """A table of one row is scanned by choice: that choice is taken away, and what is left is need."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {said[0]}", said[1])
        plan = cursor.fetchone()[0][0]["Plan"]
    columns = _columns(connection)
    return [f"{step['Node Type']}: {said[0]}" for step in _steps(plan) if _reads_all(step, columns)]


def _columns(connection: Connection) -> dict[str, list[str]]:
    """By name of an index: its columns in order."""
    known = text(
        "SELECT i.indexrelid::regclass::text AS name, a.attname FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indexrelid ORDER BY a.attnum"
    )
    columns: dict[str, list[str]] = {}
    for row in connection.execute(known):
        columns.setdefault(row.name, []).append(row.attname)
    return columns


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        yield from _steps(below)


def _reads_all(step: dict[str, Any], columns: dict[str, list[str]]) -> bool:
    """Of an index that part is read which its first columns name, as far as the condition has them."""
    if step.get("Relation Name") in FEW or step.get("Index Name") in SMALL:
        return False
    if "Index Name" not in step:
        return bool(step["Node Type"] == "Seq Scan")
    named = set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'|::\S+", "", step.get("Index Cond", ""))))
    read = set(takewhile(named.__contains__, columns[step["Index Name"]]))
    return not read or (read in HALF and step.get("Relation Name") not in FEW_OF_A_KIND)
