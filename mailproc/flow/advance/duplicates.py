"""Was it said before? What must be looked up for it, frozen into the event.

Where the wire names a service by its time (ISO 10161-1), identity decides; elsewhere equal words
since the transaction last moved are the same words (the English twin of a code, a daily demand).
"""

from sqlalchemy import Connection

from mailproc.ill import apdu_json, repeats
from mailproc.ill.apdu import Apdu, ConditionalReply
from mailproc.ill.event_names import event_heard
from mailproc.ill.facts import Facts
from mailproc.ill.repeats import Heard
from mailproc.store import earlier_messages, events, outgoing
from mailproc.store.rows import Event, Transaction


def facts_of_repeat(
    connection: Connection, event: Event, apdu: Apdu | None, transaction: Transaction
) -> Facts:
    """``repeat``: it happened already; ``delivered_again``: by the very same letter; ``answer``: our
    last answer to the question that is asked again; ``same_time``: another one had this name;
    ``unclear``: it may be the letter to what staff were told by telephone."""
    if event.cause != "letter" or apdu is None:
        return {}
    if repeats.has_time(apdu):
        return _by_time(connection, event, apdu, transaction)
    since = transaction.moved_event_id
    if event.repeat_key and events.said_before(connection, event, transaction.id, since):
        return {"repeat": True}
    return {}


def _by_time(connection: Connection, event: Event, apdu: Apdu, transaction: Transaction) -> Facts:
    earlier = earlier_messages.at_its_time(connection, transaction.id, event)
    match repeats.judge(apdu, map(apdu_json.from_json, earlier)):
        case Heard.DELIVERED_AGAIN:
            return {"repeat": True, "delivered_again": True}
        case Heard.SAME_TIME:
            return {"same_time": True}
        case Heard.NEW if isinstance(apdu, ConditionalReply) and _told_before(connection, event, transaction):
            return {"unclear": True}
        case Heard.SAID_AGAIN:
            said = [apdu_json.from_json(one) for one in outgoing.said(connection, transaction.id)]
            answer = repeats.our_answer(apdu, said)
            return {"repeat": True, "answer": event_heard(answer)} if answer else {"repeat": True}
    return {}


def _told_before(connection: Connection, event: Event, transaction: Transaction) -> bool:
    """Have staff recorded more replies (by telephone) than letters have confirmed? Then this may be
    the letter to one of them: a Conditional-Reply does not say which condition it answers."""
    told = events.recorded(connection, transaction.id, event.type)
    return told > earlier_messages.count(connection, transaction.id, event)
