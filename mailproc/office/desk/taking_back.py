"""What was just done at the desk and can be taken back: its letters have not left yet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailproc.flow.advance import undoing
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill.event_names import spoken
from mailproc.ill.events import PUT_OFF, SHOWN_AGAIN
from mailproc.ill.terms import State
from mailproc.office.acts import overtaken, perform
from mailproc.office.acts.act_writing import ActWriting, T, at_once
from mailproc.office.acts.staff_act import StaffAct
from mailproc.office.desk import row_acts
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.store import outgoing, put_off, requests, submissions, transactions, waiting_acts
from mailproc.store.engine import Store
from mailproc.store.rows import Event, Transaction

MOST = 10
"""Acts that a list names."""
MOST_LETTERS = 50


@dataclass(frozen=True)
class JustDone:
    """An act whose letters wait. ``what`` was done, ``by`` whom, with the ``login``; ``event_id``: of it.
    ``leaves``: until when, in words; ``may``: it can still be taken back, else ``go_on`` says what else can
    be done; ``act``: that takes it back; ``seen``: the mark of what has happened so far."""

    number: str
    what: str
    by: str
    login: str
    event_id: int
    leaves: str
    may: bool
    go_on: str
    seen: str
    act: str = "undo"


def of_transaction(
    connection: Connection, row: Transaction, number: str, context: Context
) -> JustDone | None:
    """Return what was done last to the latest attempt of ``number``; None if none of its letters waits, and
    it was not put off."""
    if hidden := next((one for one in _put_off(connection, context) if one.number == number), None):
        return hidden
    at = waiting_acts.leaves_at(connection, row.id, context.clock())
    return _done(connection, row, number, at, context) if at is not None else None


def just_done(connection: Connection, context: Context) -> tuple[JustDone, ...]:
    """Return the acts whose letters wait, the one that leaves next first, and what was just put off."""
    waiting = tuple(_listed(connection, context))[:MOST]
    return (*waiting, *tuple(_put_off(connection, context))[-MOST:])


def _listed(connection: Connection, context: Context) -> Iterator[JustDone]:
    for transaction_id, at in waiting_acts.following(connection, context.clock(), MOST_LETTERS):
        row = transactions.load(connection, transaction_id)
        if row.attempt == transactions.of_request(connection, row.request_id)[-1].attempt:
            yield _done(connection, row, requests.number_of(connection, row.request_id), at, context)


def _put_off(connection: Connection, context: Context) -> Iterator[JustDone]:
    """Yield what was put off within the time in which an act can be taken back; nothing leaves with it."""
    language, today = context.language, context.today()
    since = context.clock() - timedelta(seconds=context.config.web.undo_seconds)
    for one in put_off.lately(connection, today, since):
        yield JustDone(
            number=one.number,
            what=language.event_word(PUT_OFF),
            by=_who("staff", one.actor, context),
            login=one.actor,
            event_id=one.event_id,
            leaves=language.label("desk", "put_off_until", day=language.day_word(one.until_on, today)),
            may=True,
            go_on="",
            seen=row_acts.seen_mark(connection, request_of(connection, one.number)),  # who puts it off anew
            act=SHOWN_AGAIN,
        )


def _done(connection: Connection, row: Transaction, number: str, at: datetime, context: Context) -> JustDone:
    last, words = undoing.last_done(connection, row), context.language.texts.labels["desk"]
    way = _way(connection, row, last)
    return JustDone(
        number=number,
        what=context.language.event_word(spoken(last.type, last.apdu)) if last is not None else "",
        by=_by(last, context),
        login=last.actor if last is not None and last.cause == "staff" else "",
        event_id=last.id if last is not None else 0,
        leaves=context.language.label("desk", "leaves", time=f"{context.local(at):%H:%M:%S}"),
        may=bool(way),
        go_on="" if way else words["not_taken_back"],
        seen=overtaken.mark(connection, row.id),
    )


def _by(last: Event | None, context: Context) -> str:
    if last is None:
        return ""
    return _who(last.cause, last.actor, context)


def _who(cause: str, actor: str, context: Context) -> str:
    return f"{context.language.texts.labels['cause'].get(cause, cause)} {actor}".strip()


def key_for(done: Sequence[JustDone], login: str) -> str:
    """Return the number of the request of which one key takes the last act back: the person's own latest; ''
    for none. What a colleague has done takes more than a key."""
    own = [one for one in done if one.may and one.login == login]
    return max(own, key=lambda one: one.event_id).number if own else ""


def _way(connection: Connection, row: Transaction, last: Event | None) -> str:
    """Return the act that takes ``last`` back, '' for none. An order that has not left is cancelled."""
    if undoing.may_undo(connection, row):
        return "undo"
    if last is None or last.type != "request" or row.state is not State.PENDING:
        return ""
    letters = outgoing.of_event(connection, last.id)
    return "" if any(one.letter_state in outgoing.LEFT for one in letters) else "cancel"


def take_back(store: Store, context: Context, act: StaffAct) -> StepOutcome:
    """Take back what was done last. Raise as ``perform``.

    An order that has not left is cancelled. Where it was entered by hand, and nobody was asked before, that
    was all of it; else the request stays open: staff look for another library.
    """
    with store.read() as connection:
        row = transaction_of(connection, act.number)
        way = _way(connection, row, undoing.last_done(connection, row))
        slip = row.attempt == 1 and submissions.load(connection, row.request_id) is None
    if way != "cancel":
        return perform.perform(store, context, act)
    cancel = replace(act, action="cancel")
    return perform.perform(store, context, cancel, at_once if slip else _staying_open(row.request_id))


def _staying_open(request_id: int) -> ActWriting:
    def write(store: Store, job: Callable[[Connection], T]) -> T:
        def both(connection: Connection) -> T:
            done = job(connection)
            requests.reopen(connection, request_id)
            return done

        return store.write(both)

    return write
