"""The number that a hub gives to a transaction: learnt from what it brings, and written into our messages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailproc.flow.advance.work import Work
from mailproc.flow.matching import transaction_lookup
from mailproc.flow.matching.learned_state import is_learned
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.attention import Reason
from mailproc.ill.event_names import event_heard
from mailproc.ill.terms import Role
from mailproc.ill.transaction_state import Occurrence
from mailproc.protocols.codec import Codec
from mailproc.sentence import sentence
from mailproc.store import events, outgoing, transactions, undelivered
from mailproc.store.rows import Transaction


def of(options: Mapping[str, Any]) -> str:
    """Return the number of an order on the wire: the hub's, if it has given one."""
    return str(options.get("hub_number") or options.get("number", ""))


def is_missing(codec: Codec, transaction: Transaction, apdu: Apdu) -> bool:
    """Return whether the hub would not know what the message is about."""
    if not codec.by_hub or transaction.role is not Role.REQUESTER or isinstance(apdu, IllRequest):
        return False
    return not (transaction.options or {}).get("hub_number")


def learn(work: Work, occurrence: Occurrence) -> None:
    """Keep the number of what the hub brings, and settle what waited for it.

    A request that was in doubt has arrived, since the hub has numbered it; messages that came before wait on
    the shelf under this number.
    """
    row, apdu = work.transaction, occurrence.apdu
    codec = work.context.registry.by_name(row.codec)
    number = apdu.ref.number if apdu is not None and apdu.ref else ""
    known = (row.options or {}).get("hub_number")
    if not codec.by_hub or row.role is not Role.REQUESTER or known or not number.isdecimal() or apdu is None:
        return
    work.pinned["hub_number"] = number
    transactions.refer(work.connection, row.partner, "number", number, transaction_id=row.id)
    work.words.append(sentence("hub-number", number=number))
    _arrived(work)
    _take_from_shelf(work, replace(apdu, transaction=None))


def _take_from_shelf(work: Work, named: Apdu) -> None:
    """Process what came before its number was known: of a message and the state that it made, the message."""
    heard = set[str]()
    for early in transaction_lookup.waiting(work.connection, work.transaction.partner, named):
        said = apdu_json.from_json(early.apdu or {})
        if event_heard(said) in heard and is_learned(said):
            events.dismiss(work.connection, early.id, sentence("hub-known"))
        else:
            events.todo_again(work.connection, early, work.transaction.id)
        heard.add(event_heard(said))


def _arrived(work: Work) -> None:
    """Take the order as handed over: letters in doubt before the number was known are no other."""
    for outgoing_id in undelivered.of_transactions(work.connection, [work.transaction.id]):
        letter = outgoing.record(work.connection, outgoing_id)
        if letter is not None and letter.state == "in_doubt":
            outgoing.change(work.connection, outgoing_id, state="handed_over", last_error="")
    work.attention = [reason for reason in work.attention if reason != Reason.IN_DOUBT]
