"""Station ③: one event, one step, one commit. Nobody else writes a transaction's state.

Event done, new state, a history row with the event as its cause, and everything to be said:
all or nothing. The command line calls ``step`` inside its own transaction, the daemon in the
writer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping

from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow import facts, manner, opening
from mailproc.flow.carry_out import Work, carry_out
from mailproc.flow.premises import Premises
from mailproc.ill import apdu_json, machine, policy, standing
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.effects import Finish, Send
from mailproc.ill.machine import Kind
from mailproc.ill.policy import OF_A_LETTER, OF_A_STATE
from mailproc.ill.standing import NOTED, Occurrence, Standing, Step
from mailproc.ill.terms import ApduType, Role
from mailproc.protocols.codec import Manner
from mailproc.store import events, requests, transactions

ASKED_OF_US = frozenset({"ILL_REQUEST", "CONDITIONAL_REPLY", "CANCEL", "RECEIVED", "RETURNED", "RENEW"})
"""APDUs that only a borrower says, so whoever hears one is the RESPONDER."""


@dataclass(frozen=True)
class Outcome:
    """What a step did. ``state`` of the event: done, or shelved with its ``note``."""

    event_id: int
    state: str
    transaction_id: int | None = None
    event: str = ""
    before: str = ""
    after: str = ""
    note: str = ""
    words: tuple[str, ...] = ()


def step(connection: Connection, event_id: int, premises: Premises) -> Outcome:
    """Take event ``event_id`` (state todo) its step, with what policy makes follow from it.

    LocalFault: refused before anything changed, with what is possible instead (acts).
    RemoteFault: nothing of ours matches (letters); the caller shelves the event.
    """
    event = events.load(connection, event_id)
    if event is None or event["state"] != "todo":
        return Outcome(event_id, "done", note="had its step before")
    apdu = apdu_json.from_json(event["apdu"]) if event["apdu"] else None
    transaction, apdu, cancels = _place(connection, event, apdu, premises)
    found = standing_of(transaction)
    for cancel in cancels:
        found = _overtaken(connection, cancel, transaction, found)
    known = facts.gather(connection, event, apdu, transaction, found, premises)
    occurrence = Occurrence(event_name(event, apdu), apdu, known)
    taken = standing.step(found, occurrence)
    _allowed(event, taken)
    if taken.outcome.replies:
        known["last_said"] = facts.last_said(connection, transaction["id"])
    effects = policy.effects(taken, occurrence, premises.settings)
    if event["heard_by"]:  # nothing is sent: whoever told us is told the same way
        effects = tuple(effect for effect in effects if not isinstance(effect, Send))
    elif event["cause"] == "staff":
        _speakable(effects, transaction, premises)
    work = _work(connection, event, transaction, premises, known, taken)
    carry_out(work, effects)
    if work.withdrew:
        known["withdrew"] = work.withdrew
    _reopen(work, taken, effects)
    _save(work, taken, occurrence, apdu, known)
    words = list(work.words)
    for follow_up in work.follow_ups:
        words += _follow(connection, follow_up, premises)
    return Outcome(
        event_id,
        "done",
        transaction["id"],
        event["type"],
        found.state.name,
        taken.after.state.name,
        taken.note,
        tuple(words),
    )


def standing_of(transaction: RowMapping) -> Standing:
    """The standing a row keeps."""
    kept = dict(transaction["options"] or {})
    return standing.from_json(
        Role[transaction["role"]],
        kept
        | {
            "service": transaction["service"],
            "state": transaction["state"],
            "state_before": transaction["state_before"] or None,
            "due_on": transaction["due_on"].isoformat() if transaction["due_on"] else None,
            "renewable": transaction["renewable"],
            "promise": transaction["promise"],
            "closed": transaction["closed_at"] is not None,
        },
    )


def event_name(event: RowMapping, apdu: Apdu | None) -> str:
    """The row of the state tables (or beside them) that this event is."""
    kind = event["type"]
    if kind == "undo":
        return "UNDONE"
    if kind in NOTED or kind in ("request", "close", "expire"):
        return str(kind)
    if kind in ApduType.__members__ and apdu is not None:
        return machine.event_heard(apdu)
    return machine.event_said(kind, getattr(apdu, "answer", None))


def _place(
    connection: Connection, event: RowMapping, apdu: Apdu | None, premises: Premises
) -> tuple[RowMapping, Apdu | None, Sequence[RowMapping]]:
    """The event's transaction (begun here if it begins one), and Cancels that came before it."""
    if event["transaction_id"] is not None:
        return transactions.load(connection, event["transaction_id"]), apdu, ()
    if event["type"] == "request":
        transaction, wanted = opening.ask(connection, event, premises)
        return transaction, wanted, ()
    if apdu is None:
        raise LocalFault(f"E{event['id']} belongs to no transaction.")
    known = find(connection, event["partner"], apdu)
    if known is not None:
        return known, apdu, ()
    if isinstance(apdu, IllRequest):
        cancels = _cancels_of(connection, event["partner"], apdu)
        return opening.accept(connection, event, apdu, premises), apdu, cancels
    raise RemoteFault(_unmatched(connection, event["partner"], apdu))


def _unmatched(connection: Connection, partner: str, apdu: Apdu) -> str:
    """Why nothing of ours matches; the right number from the wrong partner is named as that."""
    key = opening.identity_of(apdu, partner)
    owner = transactions.asked_by(connection, key.tgq)
    if owner and owner != partner:
        return f"{_named(apdu)}: {owner} asked this of us, but the letter comes from {partner}"
    return f"no transaction with {partner} matches {_named(apdu)}"


def _named(apdu: Apdu) -> str:
    number = apdu.ref.number if apdu.ref else ""
    if apdu.transaction is not None:
        number = f"{apdu.transaction.tgq}/{apdu.transaction.tq}"
    return f"{apdu.type.name} {number}".strip()


def find(connection: Connection, partner: str, apdu: Apdu) -> RowMapping | None:
    """The transaction that ``partner``'s APDU speaks of: by reference, never by guessing."""
    if apdu.type.name in ASKED_OF_US:
        return _asked_of_us(connection, partner, apdu)
    # Only a hub is both sides under one number; then a question is more likely the borrower's.
    if apdu.type is ApduType.STATUS_QUERY:
        return _asked_of_us(connection, partner, apdu) or _asked_by_us(connection, partner, apdu)
    return _asked_by_us(connection, partner, apdu) or _asked_of_us(connection, partner, apdu)


def _asked_by_us(connection: Connection, partner: str, apdu: Apdu) -> RowMapping | None:
    number = apdu.ref.number if apdu.ref else ""
    row = transactions.find(connection, partner, "number", number.upper()) if number else None
    if row is None or row["transaction_id"] is None:
        return None
    return transactions.load(connection, row["transaction_id"])


def _asked_of_us(connection: Connection, partner: str, apdu: Apdu) -> RowMapping | None:
    key = opening.identity_of(apdu, partner)
    return transactions.by_key(connection, Role.RESPONDER, key.initial_requester, key.tgq, key.tq, key.stq)


def _cancels_of(connection: Connection, partner: str, wanted: IllRequest) -> list[RowMapping]:
    key = opening.identity_of(wanted, partner)
    waiting = events.waiting_cancels(connection, partner)
    return [row for row in waiting if opening.identity_of(apdu_json.from_json(row["apdu"]), partner) == key]


def _overtaken(
    connection: Connection, cancel: RowMapping, transaction: RowMapping, found: Standing
) -> Standing:
    """A Cancel that overtook its Request takes effect first."""
    apdu = apdu_json.from_json(cancel["apdu"])
    taken = standing.step(found, Occurrence(machine.event_heard(apdu), apdu))
    events.finish(connection, cancel, transaction_id=transaction["id"])
    _history(connection, cancel, transaction["id"], taken, "CANCEL", "came before its request")
    return taken.after


def _allowed(event: RowMapping, taken: Step) -> None:
    """Refuse an act (or what staff say they heard) that the law does not know here."""
    found = taken.before
    prohibited = event["heard_by"] and taken.outcome.kind is Kind.ERROR
    if taken.outcome.kind is not Kind.REFUSED and not prohibited:
        return
    why = f"{event['type']} is not possible while the {found.service.name} is {found.state.name}."
    possible = machine.possible(found.role, found.service, found.state, found.state_before)
    raise LocalFault(taken.note or why, possible)


def _speakable(effects: Sequence[Any], transaction: RowMapping, premises: Premises) -> None:
    """Refuse, before anything changed, an act whose letter the partner's protocol cannot carry."""
    codec = premises.registry.by_name(transaction["codec"])
    partner = premises.partners.get(transaction["partner"])
    for effect in effects:
        if not isinstance(effect, Send):
            continue
        role, kind = Role[transaction["role"]], effect.apdu.type
        if refused := codec.refuses(effect.apdu):
            raise LocalFault(f"{transaction['partner']} cannot be told this: {refused}.")
        if manner.effective(codec, partner, kind, role, transaction["dialect"]) is Manner.REFUSE:
            raise LocalFault(
                f"{transaction['partner']} cannot be told this: {codec.name} has no word for {kind.name}."
                " Write to its people instead, and record what they answer with --heard-by."
            )


def _work(
    connection: Connection,
    event: RowMapping,
    row: RowMapping,
    premises: Premises,
    known: dict[str, Any],
    taken: Step,
) -> Work:
    had = [why for why in row["attention"] or () if taken.entered is None or why not in OF_A_STATE]
    if event["type"] == "undo":
        had = list(known.get("attention") or ())
    elif event["type"] == "close":
        had = []
    elif event["cause"] == "staff" and not event["heard_by"]:
        had = [reason for reason in had if reason in OF_A_LETTER]  # staff have looked
    return Work(connection, event, row, premises, attention=had)


def _reopen(work: Work, taken: Step, effects: Sequence[Any]) -> None:
    """A request that was over and moves again is open again."""
    if taken.moved and not any(isinstance(effect, Finish) for effect in effects):
        requests.reopen(work.connection, work.transaction["request_id"])


def _save(work: Work, taken: Step, occurrence: Occurrence, apdu: Apdu | None, known: dict[str, Any]) -> None:
    event, transaction = work.event, work.transaction
    changes = _columns(taken.after, transaction)
    moved = (taken.before.state, taken.before.due_on) != (taken.after.state, taken.after.due_on)
    if moved or occurrence.event == "request":
        changes["moved_event_id"] = event["id"]
    changes |= {"attention": work.attention or None, "updated_at": event["at"]}
    if work.last_service_at:
        changes["last_service_at"] = work.last_service_at
    if not taken.after.closed:
        changes["closed_at"] = None
    elif transaction["closed_at"] is None:
        changes["closed_at"] = event["at"]
    transactions.save(work.connection, transaction, changes)
    found_out: dict[str, Any] = {"facts": known or None}
    if apdu is not None and event["apdu"] is None:
        found_out["apdu"] = apdu_json.to_json(apdu)
    events.finish(
        work.connection,
        event,
        transaction_id=transaction["id"],
        request_id=transaction["request_id"],
        partner=transaction["partner"],
        **found_out,
    )
    _history(work.connection, event, transaction["id"], taken, occurrence.event, _note(taken, apdu))


def _columns(after: Standing, transaction: RowMapping) -> dict[str, Any]:
    number = (transaction["options"] or {}).get("number")
    kept = standing.to_json(after)
    beside = {name: kept[name] for name in ("agreed", "offered", "renewal_on") if name in kept}
    return {
        "service": after.service.name,
        "state": after.state.name,
        "state_before": after.state_before.name if after.state_before else "",
        "promise": after.promise,
        "due_on": after.due_on,
        "renewable": after.renewable,
        "options": ({"number": number} if number else {}) | beside or None,
    }


def _note(taken: Step, apdu: Apdu | None) -> str:
    said = (taken.note, apdu.reply_code if apdu else None, apdu.note if apdu else None)
    return "; ".join(dict.fromkeys(part for part in said if part))[:500]


def _history(
    connection: Connection, event: RowMapping, transaction_id: int, taken: Step, name: str, note: str
) -> None:
    transactions.add_history(
        connection,
        transaction_id=transaction_id,
        event_id=event["id"],
        at=event["at"],
        event=name,
        from_state=taken.before.state.name,
        to_state=taken.after.state.name,
        note=note,
    )


def _follow(connection: Connection, event_id: int, premises: Premises) -> tuple[str, ...]:
    """A follow-up of policy in the same commit; what it cannot do is shelved, not thrown."""
    try:
        return step(connection, event_id, premises).words
    except LocalFault as fault:
        events.shelve(connection, event_id, str(fault))
        return (str(fault),)
