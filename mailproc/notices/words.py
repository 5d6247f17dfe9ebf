"""One table of words for people: what staff read instead of codes.

The command line's plain output and the notices use it (so it stands below both); codes stay in
``--json``. What has no word is shown as its code:
a new code must never hide a request. No exclamation marks; dates as "Mon 23 Nov".
"""

from collections.abc import Mapping
from datetime import date

from mailproc.ill.terms import Role, State

_BOTH: Mapping[State, str] = {
    State.SHELVED_CANCEL: "cancelled before it came",
    State.IDLE: "not yet asked",
    State.CONDITIONAL: "they have a condition",
    State.CANCELLED: "cancelled",
    State.UNKNOWN: "not known",
}

STATES: Mapping[Role, Mapping[State, str]] = {
    Role.REQUESTER: {
        **_BOTH,
        State.NOT_SUPPLIED: "they cannot supply",
        State.PENDING: "asked, no answer yet",
        State.IN_PROCESS: "they are working on it",
        State.FORWARD: "they passed it on",
        State.CANCEL_PENDING: "we asked to stop it",
        State.SHIPPED: "on its way to us",
        State.RECEIVED: "received by us",
        State.RENEW_PENDING: "we asked to keep it longer",
        State.NOT_RECEIVED_OVERDUE: "they say overdue, we have not received it",
        State.RENEW_OVERDUE: "overdue, we asked to keep it longer",
        State.OVERDUE: "overdue: must go back",
        State.RETURNED: "sent back by us",
        State.CHECKED_IN: "back with them",
        State.RECALL: "they want it back",
        State.LOST: "lost",
    },
    Role.RESPONDER: {
        **_BOTH,
        State.NOT_SUPPLIED: "we could not supply",
        State.PENDING: "asked of us",
        State.IN_PROCESS: "for us to answer",
        State.FORWARD: "passed on by us",
        State.CONDITIONAL: "we set a condition, no answer yet",
        State.CANCEL_PENDING: "they ask to stop it",
        State.SHIPPED: "sent by us",
        State.RECEIVED: "received by them",
        State.RENEW_PENDING: "they ask to keep it longer",
        State.NOT_RECEIVED_OVERDUE: "overdue, they say it never came",
        State.RENEW_OVERDUE: "overdue, they ask to keep it longer",
        State.OVERDUE: "overdue: must come back",
        State.RETURNED: "on its way back to us",
        State.CHECKED_IN: "back with us",
        State.RECALL: "we want it back",
        State.LOST: "lost",
    },
}

HEARD: Mapping[str, str] = {
    "ILL_REQUEST": "asked us for it",
    "FORWARD_NOTIFICATION": "passed our request on",
    "SHIPPED": "sent it",
    "ILL_ANSWER": "answered",
    "ANSWER.promise": "promised it",
    "ANSWER.conditional": "answered: only on a condition",
    "ANSWER.unfilled": "answered: cannot supply",
    "CONDITIONAL_REPLY": "answered our condition",
    "COND_REPLY.yes": "agreed to our condition",
    "COND_REPLY.no": "did not agree to our condition",
    "CANCEL": "asked us to stop it",
    "CANCEL_REPLY": "answered our cancellation",
    "CANCEL_REPLY.yes": "stopped it as we asked",
    "CANCEL_REPLY.no": "could not stop it any more",
    "RECEIVED": "received it",
    "RECALL": "want it back",
    "RETURNED": "sent it back",
    "CHECKED_IN": "have it back",
    "OVERDUE": "say it is overdue",
    "RENEW": "asked to keep it longer",
    "RENEW_ANSWER": "answered our wish to keep it longer",
    "RENEW_ANSWER.yes": "let us keep it longer",
    "RENEW_ANSWER.no": "did not let us keep it longer",
    "LOST": "say it is lost",
    "DAMAGED": "say it is damaged",
    "MESSAGE": "sent a message",
    "STATUS_QUERY": "asked how it stands",
    "STATUS_OR_ERROR_REPORT": "reported how it stands, or an error",
    "EXPIRED": "let the request run out",
    "WITHDRAWN": "withdrawn before its letter left",
    "UNDONE": "the last act was taken back",
    "CLOSED": "taken off the lists",
    "BOUNCED": "our letter came back undelivered",
    "SEND_FAILED": "our letter could not be sent",
    "IN_DOUBT": "our letter may have arrived",
    "HELD": "our letter is held back",
    "LOSSY": "our order left with some letters replaced",
}
"""What a letter from the other side did; also what happens beside the state tables."""

TOLD: Mapping[str, str] = {
    "ILL_REQUEST": "we ask you for it",
    "FORWARD_NOTIFICATION": "we have passed your request on",
    "SHIPPED": "we have sent it",
    "ANSWER.promise": "we shall supply it",
    "ANSWER.conditional": "we can supply it on a condition",
    "ANSWER.unfilled": "we cannot supply it",
    "COND_REPLY.yes": "we agree to your condition",
    "COND_REPLY.no": "we do not agree to your condition",
    "CANCEL": "we ask you to stop it",
    "CANCEL_REPLY.yes": "it is stopped, as you asked",
    "CANCEL_REPLY.no": "it cannot be stopped any more",
    "RECEIVED": "we have received it",
    "RECALL": "we ask you to send it back",
    "RETURNED": "we have sent it back",
    "CHECKED_IN": "it is back with us",
    "OVERDUE": "it is overdue",
    "RENEW": "we ask to keep it longer",
    "RENEW_ANSWER.yes": "you may keep it longer",
    "RENEW_ANSWER.no": "you cannot keep it longer",
    "LOST": "it is lost",
    "DAMAGED": "it is damaged",
    "MESSAGE": "please see our remark",
    "STATUS_QUERY": "please tell us how it stands",
    "STATUS_OR_ERROR_REPORT": "please see our remark",
    "EXPIRED": "the time for it has run out",
}
"""The same letters as we say them to another library's people, where its protocol has no message."""

ACTIONS: Mapping[str, str] = {
    "cancel": "ask to stop it",
    "receive": "it has come",
    "return": "send it back",
    "renew": "ask to keep it longer",
    "answer-condition": "answer their condition",
    "lost": "say it is lost",
    "damaged": "say it is damaged",
    "message": "send a message",
    "query": "ask how it stands",
    "close": "take it off the lists",
    "undo": "take the last act back",
    "will-supply": "promise it",
    "hold": "put it on the waiting list",
    "conditional": "offer it on a condition",
    "answer-retry": "say: ask again later",
    "unfilled": "say we cannot supply it",
    "locations": "name other libraries",
    "estimate": "say what it would cost",
    "forward": "pass it on",
    "ship": "send it",
    "check-in": "it is back",
    "cancel-reply": "answer their wish to stop it",
    "renew-reply": "answer their wish to keep it longer",
    "overdue": "say it is overdue",
    "recall": "ask for it back",
}
"""What staff may do, as on a button; the names of the command line's ACTIONs."""

DONE: Mapping[str, str] = {
    "request": "asked for it",
    "condition-yes": "agreed to their condition",
    "condition-no": "did not agree to their condition",
    "answer-condition": "answered their condition",
    "cancel": "asked to stop it",
    "cancel-yes": "stopped it as they asked",
    "cancel-no": "could not stop it any more",
    "cancel-reply": "answered their wish to stop it",
    "receive": "received it",
    "return": "sent it back",
    "renew": "asked to keep it longer",
    "renew-yes": "let them keep it longer",
    "renew-no": "did not let them keep it longer",
    "renew-reply": "answered their wish to keep it longer",
    "lost": "said it is lost",
    "damaged": "said it is damaged",
    "message": "sent a message",
    "query": "asked how it stands",
    "close": "taken off the lists",
    "undo": "the last act was taken back",
    "promise": "promised it",
    "will-supply": "promised it",
    "hold": "put it on the waiting list",
    "conditional": "offered it on a condition",
    "unfilled": "said we cannot supply it",
    "answer-retry": "said: ask again later",
    "locations": "named other libraries",
    "estimate": "said what it would cost",
    "expire": "the request ran out",
    "forward": "passed it on",
    "ship": "sent it",
    "overdue": "said it is overdue",
    "recall": "asked for it back",
    "check-in": "it is back",
}
"""The same acts, and those of the clock and of our rules, in the history."""

EVENTS: Mapping[str, str] = {**HEARD, **DONE}

REASONS: Mapping[str, str] = {
    "in-use-on-loan": "it is on loan",
    "in-process": "it is being catalogued",
    "lost": "their copy is lost",
    "non-circulating": "it does not leave the house",
    "not-owned": "they do not own it",
    "on-order": "it is on order",
    "volume-issue-not-yet-available": "the volume or issue is not out yet",
    "at-bindery": "it is at the binder's",
    "lacking": "the volume or issue is missing",
    "not-on-shelf": "it is not on the shelf",
    "on-reserve": "it is on reserve",
    "poor-condition": "its condition is too poor",
    "cost-exceeds-limit": "it would cost more than our maximum",
    "charges": "there are charges",
    "prepayment-required": "it must be paid in advance",
    "lacks-copyright-compliance": "the copyright declaration is missing",
    "not-found-as-cited": "they cannot match what we cited",
    "locations-not-found": "no library was found that has it",
    "on-hold": "others are waiting for it",
    "policy-problem": "their rules do not allow it",
    "mandatory-messaging-not-supported": "a message that was demanded is not possible",
    "expiry-not-supported": "they cannot keep to an expiry date",
    "requested-delivery-services-not-supported": "they cannot deliver it that way",
    "preferred-delivery-time-not-possible": "they cannot deliver it in that time",
    "other": "for another reason",
    "responder-specific": "for a reason of their own",
}
"""Reason-Unfilled of ISO 10161-1, as the borrower reads it."""

DELIVERY: Mapping[str, str] = {
    "waiting": "waits to be sent",
    "sending": "is being sent",
    "handed_over": "handed to our mail server",
    "in_doubt": "may have arrived: please say",
    "held": "held back",
    "bounced": "came back undelivered",
    "failed": "could not be sent",
    "shelved": "could not be placed",
    "filed": "written to the folder, NOT SENT",
    "withdrawn": "withdrawn, not sent",
}

ATTENTION: Mapping[str, str] = {
    "answer-after-end": "they answered after the end",
    "ask-cannot-match": "they cannot match what we cited: correct it, or say how to go on",
    "ask-cost": "it costs more than our maximum: say how to go on",
    "ask-later": "they say: ask again later; wait, or go on",
    "ask-locations": "they name other libraries: say whom to ask",
    "ask-unfilled": "they cannot supply it this way: say how to go on",
    "bounced": "our letter came back undelivered",
    "cancel-asked": "they ask to stop it",
    "cannot-be-said": "their protocol has no message for it: tell them another way",
    "condition": "they have a condition",
    "damaged": "it is damaged",
    "delivery-failed": "our letter could not be sent",
    "end-of-rota": "nobody left to ask",
    "error-report": "they reported an error",
    "file-rejected": "they rejected the whole file: nothing in it was asked",
    "file-refused": "an order file with a wrong customer code or password was refused",
    "final-demand": "their last demand to send it back",
    "held-template": "a broken text holds the letter back",
    "in-doubt": "our letter may have arrived: please say",
    "learned-address": "they wrote from a new address: is it theirs?",
    "lost": "they say it is lost",
    "lost-after-returned": "said to be lost, after it was sent back",
    "letters-replaced": "letters of another script were replaced by ? in our order",
    "mailbox-unreachable": "a mailbox cannot be reached",
    "message": "they sent a message",
    "no-answer": "no answer for too long",
    "not-possible-now": "they sent what is not possible in this state",
    "number-used-again": "a known number came with another item",
    "overdue": "it is overdue",
    "promise-passed": "the day they promised has passed",
    "recalled": "they want it back",
    "refused-by-partner": "they refused our letter",
    "renewal-asked": "they ask to keep it longer",
    "renewal-refused": "we may not keep it longer",
    "restored": "the store was restored from a backup: say go",
    "shelved": "a letter could not be placed",
    "state-differs": "they see it in another state than we do",
    "supplied-after-end": "it was supplied after the request had ended",
    "template-broken": "a changed text fails its check; another goes out meanwhile",
    "to-answer": "for us to answer",
    "too-many-answers": "their letters made us answer too often within an hour: the rest was not answered",
    "unknown-code": "their answer has a code that we do not know",
    "unproven": "we cannot tell whether this really came from them",
    "unreadable": "a letter of theirs could not be read",
}
"""Why a human is needed: as a heading, and in the letter to staff."""

_STATE_WORDS = {
    (role.value, state.name): word for role, table in STATES.items() for state, word in table.items()
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def state_word(role: Role | str, state: State | str) -> str:
    """How a transaction stands, seen from our side. Takes the members or their names."""
    code = state.name if isinstance(state, State) else state
    return _STATE_WORDS.get((str(role), code), code)


def event_word(event: str) -> str:
    """What happened: letters by their row in CAPITALS (what they did), acts in lower case (we)."""
    return EVENTS.get(event, event)


def told_word(event: str) -> str:
    """What we tell another library's people, by the row of the letter ("LOST", "RENEW_ANSWER.no")."""
    return TOLD.get(event, event)


def reason_word(reason: str) -> str:
    """Why it cannot be supplied, by the standard's name."""
    return REASONS.get(reason, reason)


def delivery_word(word: str) -> str:
    """Where our last letter is."""
    return DELIVERY.get(word, word)


def attention_word(reason: str) -> str:
    """Why a human is needed."""
    return ATTENTION.get(reason, reason)


def action_word(action: str) -> str:
    """What staff may do."""
    return ACTIONS.get(action, action)


def date_word(day: date, today: date) -> str:
    """ "Mon 23 Nov", with its year where that is not today's. Both in the library's time zone."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"
