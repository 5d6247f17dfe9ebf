"""Station ⑤: send letters.

``sending_since`` is committed before the connection is used and ``handed_over`` after the relay's answer. So
a letter that a crash caught between the two is known to be in doubt.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from mailproc.errors import GiveUp, InDoubt, LocalFault, TryLater
from mailproc.flow import retrying
from mailproc.flow.context import Context
from mailproc.flow.leaving import envelope_of, unmasked
from mailproc.flow.parallel import OwnHost, ParallelSender, SendResult, own_hosts
from mailproc.flow.pausing import paused
from mailproc.ill.facts import Facts
from mailproc.log import following, mask
from mailproc.mail import verp
from mailproc.mail.letter import BY_MAIL, Envelope
from mailproc.sentence import LONGEST, Part, changed, sentence, shortened, stored
from mailproc.store import (
    events,
    outgoing,
    partner_turns,
    queue,
    restore_hold,
    taken_numbers,
    undelivered,
)
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import OutgoingLetter
from mailproc.store.tables import OutgoingRow

_log = logging.getLogger(__name__)

Deliver = Callable[[Envelope, bytes, str], tuple[str, str]]
"""(envelope, bytes, name) -> (handed_over | filed, the answer or file); or TryLater, InDoubt, GiveUp."""

Withdrawn = Callable[[Connection, OutgoingLetter, Context], bool]
"""Withdraws a letter that is no longer true, and returns whether it did."""

LOOK = 0.5
"""Seconds between checks for another letter while some are being sent and a connection is free."""


def run(
    store: Store,
    context: Context,
    deliver: Deliver,
    limit: int = 20,
    goes_on: Callable[[], bool] = lambda: True,
    withdrawn: Withdrawn = lambda *_: False,
) -> int:
    """Send the letters that are due, at most ``limit``, while ``goes_on``; return how many were tried.

    ``withdrawn`` is asked about each in the commit before it leaves: it may have waited for days.
    ``deliver.max_connections`` letters are sent at once, and beside them one to each partner with a host of
    its own; while one of those is under way ``limit`` does not count. Letters of one request go one after the
    other. After the first TryLater of the relay no more are started there: the next call tries the next one.
    Letters being sent are always finished first, also if the store or this program fails; then that error
    is raised.
    """
    if store.is_held:
        _hold(store)
        return 0
    hosts = bool(_own_hosts(context))
    sender = ParallelSender(
        _at_once(context), lambda row: _send_one(row, store, context, deliver), hosts=hosts
    )
    tried, more, trouble = 0, True, None
    while more or sender.ids:
        try:
            more = more and goes_on()
            while more and (tried < limit or sender.engaged) and sender.may_start:
                row = store.write(lambda connection: _begin(connection, context, sender, withdrawn))
                if row is None:
                    break
                tried += 1
                if row.state != "withdrawn":
                    sender.start(row)
            more = bool(sender.ids) and _end(store, sender, context) and more
        except TryLater as error:  # the store cannot write now: the result of a letter is not recorded
            more, trouble = False, trouble or error
        except Exception:  # not BaseException: the end of the process must not wait
            _end_all(store, sender, context)
            raise
    if trouble is not None:
        raise trouble
    return tried


def _hold(store: Store) -> None:
    """Hold what was composed since the store was put back from a copy: it may have left before."""
    with store.read() as connection:
        found = restore_hold.has_to_hold(connection)
    if found:
        store.write(restore_hold.hold_what_came_since)


def _at_once(context: Context) -> int:
    deliver = context.config.deliver
    return deliver.max_connections if deliver.mode == "smtp" else 1


def _own_hosts(context: Context) -> list[OwnHost]:
    """Return the partners who may have a letter beside those to the relay, each with the transport."""
    return own_hosts(context.partners) if context.config.deliver.mode == "smtp" else []


def _begin(
    connection: Connection, context: Context, sender: ParallelSender, withdrawn: Withdrawn
) -> OutgoingLetter | None:
    now = context.clock()
    hosts = _own_hosts(context)
    others = {*paused(connection, context), *sender.busy(hosts)}
    if sender.has_room:
        row = partner_turns.claim_letter(connection, others, now, sender.ids)
    else:
        free = [one for one in hosts if one[0] not in others]
        row = partner_turns.claim_letter_by(connection, free, now, sender.ids)
    if row is None or withdrawn(connection, row, context):  # one in a commit: hundreds may have waited
        return row and outgoing.load(connection, row.id)
    taken_numbers.letter(connection, row.id, now)  # before it leaves: a copy does not know of this try
    return _with_verp_sender(connection, row, context)


def _with_verp_sender(connection: Connection, row: OutgoingLetter, context: Context) -> OutgoingLetter:
    """Give the letter its envelope sender (VERP) in the commit before it is sent.

    So the address is durable before anybody sees it, and the same at every try.
    """
    deliver, ours = context.config.deliver, context.config.library.email
    if not deliver.verp or deliver.mode == "folder" or (row.mail_from, row.transport) != (ours, BY_MAIL):
        return row
    own = verp.address(ours, row.id)
    outgoing.change(connection, row.id, mail_from=own, unfinished=row.unfinished)  # as it was claimed
    return outgoing.load(connection, row.id) or row


def _send_one(row: OutgoingLetter, store: Store, context: Context, deliver: Deliver) -> SendResult:
    """Send one letter; an error is part of the result, because another thread handles it.

    The store is asked once more whose it is: this process may have been frozen since the claim, and another
    service have taken over.
    """
    with following(f"O{row.id}", row.trace):
        try:
            raw = unmasked(row, store, context)
            store.check_run()
            state, answer = deliver(envelope_of(row, store), raw, f"O{row.id}")
        except BaseException as error:
            return SendResult(row, error=error)
        return SendResult(row, state, answer)


def _end(store: Store, sender: ParallelSender, context: Context) -> bool:
    """Record the next result of a letter; return whether another one may be tried at once."""
    result = sender.ended(LOOK)
    if result is None:  # none has finished yet, and another one may be due
        return True
    with following(f"O{result.row.id}", result.row.trace):
        store.write(_ending(result, context))
    return not isinstance(result.error, TryLater) or sender.goes_on_after(result.row)


def _end_all(store: Store, sender: ParallelSender, context: Context) -> None:
    """Wait for the letters being sent and record their results, as far as the store can."""
    while sender.ids:
        try:
            _end(store, sender, context)
        except Exception as error:  # the first error is raised; this letter will be found in doubt
            _log.error("the result of a sending could not be stored", exc_info=error)


def _ending(result: SendResult, context: Context) -> Callable[[Connection], None]:
    row, error = result.row, result.error
    if error is None:
        answer = mask(result.answer)
        return lambda connection: _done(connection, row, result.state, answer, context)
    if not isinstance(error, Exception):
        raise error
    if not isinstance(error, TryLater | InDoubt | GiveUp | LocalFault):
        # a bug affects its own letter only, which may have left
        _log.error("O%s could not be sent", row.id, exc_info=error)
        fault = sentence("program-fault", error=type(error).__name__)
        return lambda connection: doubt(connection, row, fault, context)
    why = changed(error.said, mask)  # a relay may quote what it received
    end = {TryLater: _later, InDoubt: doubt}
    written = next((write for kind, write in end.items() if isinstance(error, kind)), _fail)
    return lambda connection: written(connection, row, why, context)


def _done(connection: Connection, row: OutgoingLetter, state: str, answer: str, context: Context) -> None:
    where = {"file": answer} if state == "filed" else {"reply": answer[:500]}
    if _ended(connection, row, state, handed_over_at=context.clock(), unfinished=0, last_error="", **where):
        _log.info("O%s %s: %s", row.id, state, answer)


def _ended(connection: Connection, row: OutgoingLetter, state: str, **values: Any) -> bool:
    """Record the end; False if the letter has another result meanwhile (it bounced), which stands."""
    return outgoing.end_sending(connection, row.id, state=state, **values)


def _later(connection: Connection, row: OutgoingLetter, why: Part, context: Context) -> None:
    """Try again after a pause, until the days of policy are over, counted from the first try."""
    days = context.config.policy.give_up_days
    if queue.waited(row.attempts) >= timedelta(days=days):
        _fail(connection, row, sentence("given-up", days=f"{days:g}", why=why), context)
        return
    kept = stored(shortened(why))
    known = row.last_error == kept or undelivered.trouble_known(connection, kept)  # logged once, not for each
    _log.log(logging.DEBUG if known else logging.WARNING, "O%s waits: %s", row.id, why)
    if not _ended(connection, row, "prepared"):
        return
    pause = retrying.longest_pause(connection, row, context)
    queue.later(connection, OutgoingRow, row.id, kept, context.clock(), was="prepared", longest=pause)


def _fail(connection: Connection, row: OutgoingLetter, why: Part, context: Context) -> None:
    if not _ended(connection, row, "shelved", unfinished=0, last_error=stored(shortened(why))):
        return
    _log.error("O%s failed: %s", row.id, why)
    _tell(connection, row, "SEND_FAILED", why, context)


def doubt(connection: Connection, row: OutgoingLetter, why: Part, context: Context) -> None:
    """Handle a letter that may have arrived.

    If the receiver discards repeats, or the letter is to people (a second copy does no harm), the same bytes
    are sent again after a pause; otherwise staff decide.
    """
    if outgoing.is_to_people(connection, row.id) or retrying.repeat_safe(connection, row, context):
        _later(connection, row, why, context)
    else:
        _leave_to_staff(connection, row, why, context)


def _leave_to_staff(connection: Connection, row: OutgoingLetter, why: Part, context: Context) -> None:
    if not _ended(connection, row, "in_doubt", unfinished=0, last_error=stored(shortened(why))):
        return
    _log.warning("O%s in doubt: %s", row.id, why)
    _tell(connection, row, "IN_DOUBT", why, context)


def _tell(connection: Connection, row: OutgoingLetter, kind: str, why: Part, context: Context) -> None:
    """Record what happened to the letter as an event of every transaction in it."""
    events_by_transaction: dict[int, list[int]] = {}
    for intent in outgoing.intents_of(connection, row.id):
        if intent.transaction_id is not None:
            events_by_transaction.setdefault(intent.transaction_id, []).append(intent.event_id)
    what = sentence("of-our-letter", letter=f"O{row.id}", why=why)
    facts: Facts = {"text": str(what)[:LONGEST], "why": stored(shortened(what)), "ours": [row.id]}
    for transaction_id, said_by in sorted(events_by_transaction.items()):
        due = events.due_to_letters(connection, said_by)
        event = NewEvent(
            cause="policy",
            type=kind,
            at=context.clock(),
            partner=row.partner,
            transaction_id=transaction_id,
            facts=facts | due,
        )
        events.add(connection, event)


ENDED = sentence("program-ended")


def recover(store: Store, context: Context, why: Part = ENDED, *, died: bool = True) -> int:
    """Mark letters that were being sent as in doubt, as no result was recorded; return how many.

    Called at start; not ``died`` where the last process ended as it was asked to, or the store failed the
    sender, for which no letter is to blame. A letter during which the process died five times is not sent
    again automatically, whoever it is for.
    """

    def job(connection: Connection) -> int:
        rows = outgoing.in_state(connection, "sending")
        for row in rows:
            deaths = row.unfinished - (not died)
            if deaths >= queue.DEATHS:
                _leave_to_staff(connection, row, queue.KILLED, context)
                continue
            doubt(connection, row, why, context)
            outgoing.change(connection, row.id, unfinished=max(deaths, 0))
        return len(rows)

    return store.write(job)
