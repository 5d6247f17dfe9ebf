"""Find out whether the item has arrived, and whether its reader still waits for it.

The state alone does not always tell: a recalled item is with the reader, or still on its way.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill import rota
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.date_arithmetic import later
from mailproc.ill.effects import FORWARDED
from mailproc.ill.message_content import WRONG, flaw
from mailproc.ill.reader_due import due_of_reader
from mailproc.ill.reader_news import ACKNOWLEDGED
from mailproc.ill.terms import Role, State
from mailproc.ill.transaction_state import DUE_CORRECTED, RENEWAL_ASKED
from mailproc.store import events, outgoing, requests, transactions
from mailproc.store.rows import Event, Transaction

ENDS = ("cancel", "CANCEL_REPLY", "close")
WENT_BACK = ("return", "CHECKED_IN")
RECALLS, RENEWALS = ("RECALL", "recall"), ("renew", "RENEW_ANSWER")
TOLD_THE_END = frozenset({"patron/arrived", FORWARDED, "patron/unfilled", "patron/cancelled"})


def is_here(connection: Connection, transaction_id: int) -> bool:
    """Return whether staff have recorded the item as received, and have not undone it."""
    return receipt_event(connection, transaction_id) is not None


def reader_waits(connection: Connection, event: Event, transaction: Transaction) -> bool:
    """Return whether a reader waits, uninformed of arrival or end, for a request that ends here."""
    request = requests.load(connection, transaction.request_id)
    if transaction.role != Role.REQUESTER or request.patron_id is None or _goes_on(event):
        return False
    attempts = transactions.of_request(connection, request.id)
    others = (one for one in attempts if one.id != transaction.id and one.closed_at is None)
    if any(not one.gives_way for one in others):
        return False
    left = rota.next_candidate(requests.rota(connection, request.id))
    if event.type != "close" and left is not None:
        return False
    counts = [one.id for one in attempts if (one.options or {}).get("flaw") != WRONG]
    return not TOLD_THE_END & outgoing.notices_of(connection, counts)


def is_acknowledged(connection: Connection, transaction: Transaction) -> bool:
    """Return whether the reader was told that we have the request."""
    attempts = transactions.of_request(connection, transaction.request_id)
    return outgoing.is_written(connection, [one.id for one in attempts], ACKNOWLEDGED)


def somebody_left(connection: Connection, event: Event, transaction: Transaction) -> bool:
    """Return whether staff may ask another library of the rota after this end."""
    if transaction.role != Role.REQUESTER or event.type == "close" or _goes_on(event):
        return False
    if is_followed(connection, transaction):
        return False
    return rota.next_candidate(requests.rota(connection, transaction.request_id)) is not None


def is_followed(connection: Connection, transaction: Transaction) -> bool:
    """Return whether the request has a later attempt: another library was asked, or the same one again."""
    attempts = transactions.of_request(connection, transaction.request_id)
    return any(one.id > transaction.id for one in attempts)


def we_cancelled(connection: Connection, transaction_id: int) -> bool:
    """Return whether staff have asked the library to stop it, and have not undone that."""
    return events.last_of(connection, transaction_id, ("cancel",)) is not None


def was_closed(connection: Connection, transaction_id: int) -> bool:
    """Return whether staff have closed it, and have not undone that; what came then opened it again."""
    return events.last_of(connection, transaction_id, ("close",)) is not None


def _goes_on(event: Event) -> bool:
    """Return whether the order was cancelled only to be placed again."""
    return bool((event.facts or {}).get("goes_on"))


def told_here(connection: Connection, transaction_id: int) -> bool:
    """Return whether its reader was told, or will be, that the item is here, or has the copy itself."""
    return bool({"patron/arrived", FORWARDED} & outgoing.notices_of(connection, (transaction_id,)))


def told_of_another(connection: Connection, transaction: Transaction) -> Transaction | None:
    """Return another attempt of the request whose item is here, as its reader was told; None if none is."""
    attempts = transactions.of_request(connection, transaction.request_id)
    others = (one for one in attempts if one.id != transaction.id and not one.gives_way)
    with_us = (one for one in others if one.state not in (State.RETURNED, State.LOST))
    return next((one for one in with_us if told_here(connection, one.id)), None)


def sent_by_another(connection: Connection, transaction: Transaction) -> Transaction | None:
    """Return another attempt whose library has sent the item, which is not here yet, while the library of
    this one has sent nothing; None if there is none."""
    if not (transaction.state.awaits_answer or transaction.state.gives_way):
        return None
    attempts = transactions.of_request(connection, transaction.request_id)
    others = (one for one in reversed(attempts) if one.id != transaction.id and one.closed_at is None)
    sent = (one for one in others if one.state.lent_out)
    return next((one for one in sent if not is_here(connection, one.id)), None)


def receipt_event(connection: Connection, transaction_id: int) -> Event | None:
    """Return the event by which staff recorded the item as received, if it was not undone; None otherwise."""
    return _receipt(events.standing(connection, transaction_id))


def receipts(connection: Connection, transaction_id: int) -> list[Event]:
    """Return every receipt that staff recorded and did not undo, the first one first."""
    return [one for one in events.standing(connection, transaction_id) if one.type == "receive"]


def flawed_receipt(connection: Connection, transaction_id: int) -> int:
    """Return the id of the last receipt of a wrong item or of a part only; 0 if there is none."""
    flawed = (one.id for one in receipts(connection, transaction_id) if flaw(one.facts or {}))
    return max(flawed, default=0)


def wrong_receipt(connection: Connection, transaction_id: int) -> int:
    """Return the id of the last receipt of a wrong item, which covers all that had come before; 0 if none."""
    wrong = (one.id for one in receipts(connection, transaction_id) if (one.facts or {}).get("wrong"))
    return max(wrong, default=0)


def given_on(connection: Connection, transaction_id: int, context: Context) -> date | None:
    """Return the first day that the reader's due date may be: no letter asks for the past.

    It is the day on which staff recorded the item as received, or the day after the one on which the due date
    changed later (the library's own days); None if the item has not come.
    """
    happened = events.standing(connection, transaction_id)
    receipt = _receipt(happened)
    if receipt is None:
        return None
    changed = [event for event in _due_changes(happened) if event.id > receipt.id]
    if not changed:
        return context.local(receipt.at).date()
    return later(context.local(max(event.at for event in changed)).date(), 1)


def wanted_by(connection: Connection, transaction_id: int, state: State) -> date | None:
    """Return the day that the last recall names, theirs or ours; None if it names none."""
    recall = events.last_of(connection, transaction_id, RECALLS) if state is State.RECALL else None
    named = (recall.facts or {}).get("wanted_by") if recall is not None else None
    return date.fromisoformat(named) if named else None


def recalled_by(
    connection: Connection, transaction_id: int, state: State, due_on: date | None, context: Context
) -> date | None:
    """Return by when the reader is asked for a recalled loan; None for at once.

    It is as many days before the day that the recall names as policy wants, and leaves the reader half of the
    time from the day after the recall (``due_of_reader``); not after the reader's own date, ``due_on``.
    """
    recall = events.last_of(connection, transaction_id, RECALLS) if state is State.RECALL else None
    named = (recall.facts or {}).get("wanted_by") if recall is not None else None
    if recall is None or named is None:
        return None
    tomorrow = later(context.local(recall.at).date(), 1)
    day = due_of_reader(date.fromisoformat(named), context.reader_term, tomorrow)
    return min(day, due_on or day)


def renewal_answered(connection: Connection, transaction_id: int, state: State) -> bool:
    """Return whether the lender has answered our last renewal, though the state still waits for it."""
    said = events.last_of(connection, transaction_id, RENEWALS) if state in RENEWAL_ASKED else None
    return said is not None and said.type == "RENEW_ANSWER"


def supplied_elsewhere(connection: Connection, transaction: Transaction) -> bool:
    """Return whether another attempt of the request has brought the item, or it is on its way from there.

    What staff have closed before it came is on its way no more.
    """
    attempts = transactions.of_request(connection, transaction.request_id)
    others = (one for one in attempts if one.id != transaction.id and not one.gives_way)
    supplied = (one for one in others if one.state > State.IDLE and not one.state.awaits_answer)
    return any(one.closed_at is None or _brought_it(connection, one.id) for one in supplied)


def _brought_it(connection: Connection, transaction_id: int) -> bool:
    """Return whether the item came to us, or its reader got the copy itself."""
    forwarded = FORWARDED in outgoing.notices_of(connection, [transaction_id])
    return forwarded or is_here(connection, transaction_id)


def _due_changes(happened: Sequence[Event]) -> Iterator[Event]:
    """Yield the events that changed the due date. A message without a date, or with that day, changes none.

    A renewal without a date counts; one to an earlier day does not (``transaction_state``, G3).
    """
    due_on: date | None = None
    for event in happened:
        named = _named_due(event)
        if event.type == "RENEW_ANSWER" and (event.apdu or {}).get("answer"):
            changes = named is None or due_on is None or named > due_on
        else:
            changes = named is not None and named != due_on
        if changes:
            due_on = named or due_on
            yield event


def _named_due(event: Event) -> date | None:
    """Return the due date that the event sets if it takes effect."""
    facts = event.facts or {}
    if event.type in ("receive", DUE_CORRECTED):
        named = facts.get("due_on")
    elif event.type in ("SHIPPED", "RENEW_ANSWER") and not (
        facts.get("due_passed") or facts.get("renewed_since")
    ):
        apdu: ApduJson = event.apdu or {}
        named = (apdu.get("due") or {}).get("on")
    else:
        return None
    return date.fromisoformat(named) if named else None


def _receipt(happened: Sequence[Event]) -> Event | None:
    """Return the first receipt of what stands; a wrong item that went back is here no more."""
    first, wrong = None, False
    for event in happened:
        if event.type == "receive":
            first, wrong = first or event, flaw(event.facts or {}) == WRONG
        elif event.type in WENT_BACK and wrong:
            first, wrong = None, False
    return first
