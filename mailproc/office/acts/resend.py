"""Repeat an action: the same message, with the time of the first.

(ISO 10161-1: date-time-of-original-service.)
"""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.ill.automatic_replies import said_again
from mailproc.ill.status import term_word
from mailproc.sentence import sentence
from mailproc.store import events, outgoing, transactions
from mailproc.store.intent_bodies import apdu_in
from mailproc.store.rows import Transaction


def repeated(connection: Connection, transaction: Transaction, action: str, answer: bool | None) -> Apdu:
    """Return what the last such action sent. Raise LocalFault if nothing was, or its state has passed."""
    said = _last(connection, transaction, action, answer)
    if said is None:
        raise LocalFault(sentence("nothing-to-repeat", action=action))
    event_id, first = said
    led_to, now = transactions.led_to(connection, event_id), transaction.state.name
    if led_to != now:
        raise LocalFault(sentence("repeat-state", action=action, then=term_word(led_to), now=term_word(now)))
    return said_again(first)


def _last(
    connection: Connection, transaction: Transaction, action: str, answer: bool | None
) -> tuple[int, Apdu] | None:
    """Return the event and the APDU of the last such action, however it was sent."""
    done = events.of_transaction(connection, transaction.id)
    same = (action, "amend") if action == "request" else (action,)  # a corrected order is an order too
    for event in reversed([one for one in done if one.type in same]):
        for intent in outgoing.of_event(connection, event.id):
            said = apdu_in(intent.body)
            if said is None or intent.state == "withdrawn":
                continue
            apdu = apdu_json.from_json(said)
            if answer in (None, getattr(apdu, "answer", None)):
                return event.id, apdu
    return None
