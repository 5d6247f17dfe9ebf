"""What `close` and `undo` mean, whose new state says little: what leaves, what is withdrawn, what is told."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from mailproc.flow.advance.steps import StepOutcome
from mailproc.ill import apdu_json
from mailproc.ill.event_names import spoken, told
from mailproc.ill.terms import Role
from mailproc.sentence import Part, Sentence, Word, sentence
from mailproc.store import events, hook_lists, outgoing, requests, transactions
from mailproc.store.intent_bodies import NoticeToReader, apdu_in
from mailproc.store.letters import DISMISSED
from mailproc.store.rows import Event, SaidIntent, Transaction

OF_READER = frozenset({"letter-to-reader", "letter-to-print", "reader-no-address", "reader-not-told"})
"""Sentences that say already what the reader hears."""

_READ_BY = {
    (True, True): "note-goes-to-both",
    (True, False): "note-goes-to-partner",
    (False, True): "note-goes-to-reader",
}
"""What is said of a note, by whether the partner and the reader read it."""


def of(connection: Connection, action: str, outcome: StepOutcome) -> tuple[Sentence, ...]:
    """Return what an act means that has had its step; () for the others, whose messages say it."""
    if action not in ("close", "undo") or outcome.transaction_id is None:
        return ()
    transaction = transactions.load(connection, outcome.transaction_id)
    event = events.load(connection, outcome.event_id)
    if event is None:
        return ()
    found = _closed if action == "close" else _undone
    return tuple(found(connection, event, transaction, outcome.words))


def of_note(
    connection: Connection, note: str, transaction: Transaction, outcome: StepOutcome
) -> tuple[Sentence, ...]:
    """Return who reads a note as it is: the partner, the reader, or both; () if nobody does."""
    written = [one.body for one in outgoing.of_event(connection, outcome.event_id)]
    said = [apdu_json.from_json(one) for one in map(apdu_in, written) if one is not None]
    to_partner = any(note in (getattr(one, "note", None) or "") for one in said)
    to_reader = any(isinstance(one, NoticeToReader) and one.note for one in written)
    code = _READ_BY.get((to_partner, to_reader))
    return (sentence(code, partner=transaction.partner),) if code else ()


def of_due(connection: Connection, before: Transaction, outcome: StepOutcome) -> tuple[Sentence, ...]:
    """Return word of a due date that was assumed when the item came; () if the lender named one."""
    if before.due_on is not None or outcome.transaction_id is None:
        return ()
    due = transactions.load(connection, outcome.transaction_id).due_on
    return (sentence("due-assumed", day=due, number=_number(connection, before)),) if due else ()


def of_others(connection: Connection, transaction: Transaction) -> tuple[Sentence, ...]:
    """Return which other libraries are still asked for what has come."""
    attempts = transactions.of_request(connection, transaction.request_id)
    others = (one for one in attempts if one.id != transaction.id and one.closed_at is None)
    return tuple(
        sentence("still-asked", partner=one.partner, number=requests.attempt_number(connection, one))
        for one in others
        if one.state.awaits_answer
    )


def _number(connection: Connection, transaction: Transaction) -> str:
    """Return the request's number; of an earlier attempt the attempt's."""
    latest = transactions.of_request(connection, transaction.request_id)[-1]
    if latest.id == transaction.id:
        return requests.number_of(connection, transaction.request_id)
    return requests.attempt_number(connection, transaction)


def _closed(
    connection: Connection, event: Event, transaction: Transaction, said: tuple[Part, ...]
) -> Iterator[Sentence]:
    if others := _going_on(connection, transaction):
        yield sentence("close-goes-on", other=others[-1])
    if (event.facts or {}).get("cost_open"):
        yield sentence("close-money-open")
    leaves = [one for one in map(_message, outgoing.unsaid(connection, transaction.id)) if one]
    for what in leaves:
        yield sentence("close-leaves", partner=transaction.partner, what=what)
    if not leaves:
        yield sentence("nothing-sent", partner=transaction.partner)
    if transaction.role is Role.REQUESTER and not _tells_reader(said):
        yield sentence("reader-hears-nothing")


def _going_on(connection: Connection, transaction: Transaction) -> list[str]:
    """Return the later attempts that are open."""
    attempts = transactions.of_request(connection, transaction.request_id)
    later = (one for one in attempts if one.attempt > transaction.attempt and one.closed_at is None)
    return [requests.attempt_number(connection, one) for one in later]


def _tells_reader(said: tuple[Part, ...]) -> bool:
    return any(isinstance(one, Sentence) and one.code in OF_READER for one in said)


def _undone(
    connection: Connection, event: Event, transaction: Transaction, _said: tuple[Part, ...]
) -> Iterator[Sentence]:
    first = (event.facts or {}).get("undone")
    undone = events.load(connection, first) if first else None
    if undone is None:
        return
    yield sentence("undone-act", what=_act(undone))
    ordered = outgoing.of_event(connection, undone.id)
    intents = [one for one in ordered if one.state == "withdrawn"]
    messages = [what for one in intents if (what := _message(one))]
    letters = _letters(intents)
    for what in messages:
        yield sentence("undone-message", partner=transaction.partner, what=what)
    if not messages:
        yield sentence("nothing-sent", partner=transaction.partner)
    for what in letters:
        yield sentence("undone-reader", what=what)
    has_left = _letters(one for one in ordered if one.letter_state in outgoing.LEFT)
    for what in has_left:
        yield sentence("undone-reader-told", what=what)
    if transaction.role is Role.REQUESTER and not letters and not has_left:
        yield sentence("reader-hears-nothing")
    yield from _library_system(connection, event, undone, transaction)


def _library_system(
    connection: Connection, event: Event, undone: Event, transaction: Transaction
) -> Iterator[Sentence]:
    """Say who was told of an act that is taken back; a hook that wants UNDONE hears of that too."""
    hears = {one.hook for one in hook_lists.of_event(connection, transaction.request_id, event.id)}
    for call in hook_lists.of_event(connection, transaction.request_id, undone.id):
        if call.hook in hears:
            continue
        if call.state in ("prepared", "held", "shelved"):
            yield sentence("undone-call-waits", hook=call.hook, command=f"mailproc dismiss {call.name}")
        elif call.state not in (DISMISSED, "withdrawn"):
            yield sentence("undone-call-told", hook=call.hook, call=call.name)


def _act(event: Event) -> Word:
    """Return what was done, or heard by telephone."""
    return Word("heard" if event.heard_by else "done", spoken(event.type, event.apdu))


def _message(intent: SaidIntent) -> Word | None:
    """Return what it says to the partner, to its system or to its people; None for a letter to others."""
    said = apdu_in(intent.body)
    return Word("told", told(apdu_json.from_json(said))) if said else None


def _letters(intents: Iterable[SaidIntent]) -> list[Word]:
    """Return what those tell that are letters to the reader."""
    notices = (one.body.name for one in intents if isinstance(one.body, NoticeToReader))
    return [Word("labels.untold", name.removeprefix("patron/")) for name in notices]
