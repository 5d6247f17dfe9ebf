"""Look up whether a message was sent before; the result is stored with the event.

If a message carries its service time (ISO 10161-1), identity decides. Otherwise a message equal to one since
the transaction last moved is a repeat (the plain-English form of a reply code, a daily demand).
"""

from mailproc.flow.case import Case
from mailproc.ill import apdu_json, repeats
from mailproc.ill.apdu import Apdu, ConditionalReply
from mailproc.ill.event_names import event_heard
from mailproc.ill.facts import Facts
from mailproc.ill.repeats import Heard
from mailproc.store import earlier_messages, events, outgoing
from mailproc.store.rows import Event


def facts_of_repeat(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    """Return what is known of earlier messages.

    ``repeat``: it has happened already; ``delivered_again``: the very same message; ``answer``: our last
    answer to a question that is repeated; ``same_time``: another message had this time; ``unclear``: it may
    confirm what staff recorded by telephone.
    """
    if event.cause != "letter" or apdu is None:
        return {}
    if repeats.has_time(apdu):
        return _by_time(case, event, apdu)
    since = case.transaction.moved_event_id
    if event.repeat_key and events.said_before(case.connection, event, case.id, since):
        return {"repeat": True}
    return {}


def _by_time(case: Case, event: Event, apdu: Apdu) -> Facts:
    earlier = earlier_messages.at_its_time(case.connection, case.id, event)
    match repeats.judge(apdu, map(apdu_json.from_json, earlier)):
        case Heard.DELIVERED_AGAIN:
            return {"repeat": True, "delivered_again": True}
        case Heard.SAME_TIME:
            return {"same_time": True}
        case Heard.NEW if isinstance(apdu, ConditionalReply) and _told_before(case, event):
            return {"unclear": True}
        case Heard.SAID_AGAIN:
            said = [apdu_json.from_json(one) for one in outgoing.said(case.connection, case.id)]
            answer = repeats.our_answer(apdu, said)
            return {"repeat": True, "answer": event_heard(answer)} if answer else {"repeat": True}
    return {}


def _told_before(case: Case, event: Event) -> bool:
    """Return whether staff have recorded more replies (by telephone) than messages have confirmed.

    Then this may confirm one of them: a Conditional-Reply does not say which condition it answers.
    """
    stands = events.standing(case.connection, case.id)
    told = sum(one.type == event.type and bool(one.heard_by) for one in stands)
    return told > earlier_messages.count(case.connection, case.id, event)
