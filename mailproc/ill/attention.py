"""The reasons for attention: each once, with all that follows from it.

Their order is their urgency: first what may cost money or an item, then what somebody waits for, then what is
to be read. Lists, letters to staff and the end of a reason derive from this table; languages have its words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from mailproc.ill.terms import Role, State


class Reason(StrEnum):
    """The codes, as in the store and in ``--json``, the most urgent first."""

    IN_DOUBT = "in-doubt"
    FILE_REJECTED = "file-rejected"
    BOUNCED = "bounced"
    DELIVERY_FAILED = "delivery-failed"
    HELD_TEMPLATE = "held-template"
    HELD_VALUE = "held-value"
    DECLARATION_MISSING = "declaration-missing"
    PARTNER_GONE = "partner-gone"
    LETTERS_REPLACED = "letters-replaced"
    RECALLED = "recalled"
    FINAL_DEMAND = "final-demand"
    LOST = "lost"
    DAMAGED = "damaged"
    SUPPLIED_AFTER_END = "supplied-after-end"
    WRONG_ITEM = "wrong-item"
    NOT_WANTED = "not-wanted"
    LOST_AFTER_RETURNED = "lost-after-returned"
    FOUND_AFTER_LOST = "found-after-lost"
    CONDITION_AFTER_SHIPPED = "condition-after-shipped"
    CANCEL_ASKED = "cancel-asked"
    CANCEL_UNHEARD = "cancel-unheard"
    FORWARDED_ELSEWHERE = "forwarded-elsewhere"
    FORWARDED_OTHER_PROTOCOL = "forwarded-other-protocol"
    FORWARDED_UNKNOWN = "forwarded-unknown"
    LEARNED_ADDRESS = "learned-address"
    CONDITION = "condition"
    COST_OVER_LIMIT = "cost-over-limit"
    LENT_ON_CONDITIONS = "lent-on-conditions"
    YES_TO_WHICH = "yes-to-which"
    RENEWAL_ASKED = "renewal-asked"
    RENEWAL_REFUSED = "renewal-refused"
    RENEWAL_EARLIER = "renewal-earlier"
    READER_NO_LATER = "reader-no-later"
    OVERDUE = "overdue"
    DEMANDED_EARLY = "demanded-early"
    DUE_PASSED = "due-passed"
    SHIPPED_AFTER_CANCEL = "shipped-after-cancel"
    CANCEL_REFUSED = "cancel-refused"
    DEMANDED_AFTER_RETURN = "demanded-after-return"
    NOT_BACK = "not-back"
    SEND_BACK = "send-back"
    DUE_SOON = "due-soon"
    TO_PRINT = "to-print"
    LENDER_SILENT = "lender-silent"
    RECALL_UNHEARD = "recall-unheard"
    LOOK_FOR_IT = "look-for-it"
    END_OF_ROTA = "end-of-rota"
    NEED_BEFORE_PASSED = "need-before-passed"
    CANCELLED_NOT_OVER = "cancelled-not-over"
    ASK_CANNOT_MATCH = "ask-cannot-match"
    ASK_COPYRIGHT = "ask-copyright"
    ASK_COST = "ask-cost"
    ASK_ESTIMATE = "ask-estimate"
    ASK_LOCATIONS = "ask-locations"
    ASK_UNFILLED = "ask-unfilled"
    WRONG_COPY = "wrong-copy"
    PARTIAL_COPY = "partial-copy"
    ASK_RIGHT_ONE = "ask-right-one"
    CANCEL_SILENT = "cancel-silent"
    RENEWAL_SILENT = "renewal-silent"
    RENEWAL_NOT_COME = "renewal-not-come"
    NO_ANSWER = "no-answer"
    STILL_PROMISED = "still-promised"
    NOT_ARRIVED = "not-arrived"
    PROMISE_PASSED = "promise-passed"
    PROMISE_DUE = "promise-due"
    ASK_NOW = "ask-now"
    ASK_LATER = "ask-later"
    ANSWER_LATE = "answer-late"
    STATUS_ASKED = "status-asked"
    TO_ANSWER = "to-answer"
    TO_REVIEW = "to-review"
    PROMISED = "promised"
    CANNOT_BE_SAID = "cannot-be-said"
    TOO_MANY_ANSWERS = "too-many-answers"
    STATE_DIFFERS = "state-differs"
    NUMBER_USED_AGAIN = "number-used-again"
    SAME_TIME = "same-time"
    ANSWER_AFTER_END = "answer-after-end"
    NOT_POSSIBLE_NOW = "not-possible-now"
    DOCUMENT_LINK = "document-link"
    DOCUMENT_WITHHELD = "document-withheld"
    DOCUMENT_CAME = "document-came"
    UNKNOWN_CODE = "unknown-code"
    UNKNOWN_WORDS = "unknown-words"
    ADDRESS_DIFFERS = "address-differs"
    ERROR_REPORT = "error-report"
    MESSAGE = "message"
    READER_WROTE = "reader-wrote"
    STAFF_ANSWERED = "staff-answered"
    UNKNOWN_FILE_REJECTED = "unknown-file-rejected"
    FILE_REFUSED = "file-refused"
    UNPROVEN = "unproven"
    STRANGERS = "strangers"
    SHELVED = "shelved"
    UNREADABLE = "unreadable"
    IN_WORDS = "in-words"
    READER_IN_WORDS = "reader-in-words"
    UNKNOWN_REFERENCE = "unknown-reference"
    MAILBOX_UNREACHABLE = "mailbox-unreachable"
    LETTER_PASSED_OVER = "letter-passed-over"
    HUB_SILENT = "hub-silent"
    NO_DNS = "no-dns"
    TEMPLATE_BROKEN = "template-broken"
    HOOK_FAILED = "hook-failed"


class Until(StrEnum):
    """When a reason of a transaction ends."""

    DELIVERED = "the letter of ours is delivered, withdrawn or dismissed"
    WORDED = "the words are in a letter"
    STATE = "the transaction has come into another state; nothing would raise it again"
    STATE_OR_LOOK = "another state, or an act of staff"
    LOOK = "an act of staff"
    ANSWERED = "a note of staff, or an act that answers the words"
    NOTED = "a note of staff, and no other act"
    FOLLOWS = "it is not kept: it follows from where the request stands and from the day"
    TOLD = "it is not of a transaction: staff are told, and lists of letters and mailboxes show it"


Turn = tuple[Role, State]
_Q, _R, _S = Role.REQUESTER, Role.RESPONDER, State


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What follows from a reason.

    ``turn``: states where it is our turn without a stored reason too. ``listed``: in lists only, daily work.
    ``over_with_next``: settled once the next library was asked. ``ways``: what helps, the likeliest first.
    """

    until: Until
    turn: tuple[Turn, ...] = ()
    listed: bool = False
    over_with_next: bool = False
    ways: tuple[str, ...] = ()


NOTE = "note"
_UNWANTED = ("act receive", "receive quiet", "act return")  # a reader may still want it, or have another
_AGAIN = ("amend again", "next", "next partner")
_RETURN, _ASK = ("act return", "act renew"), ("act query", "act cancel")
_READERS = ("write reader", "act renew", "act brought-back", "act lost", "act collected", "act cancel")
_ADDRESS = ("partners confirm", "partners forget", "partners")
_YES_OR_NO = ("answer-condition", "renew-reply", "cancel-reply")
_LATE = (*(f"act {act} {said}" for act in _YES_OR_NO for said in ("yes", "no")), "act ship", "act unfilled")


def _letter(*ways: str, until: Until = Until.DELIVERED) -> Rule:
    """A letter of ours did not arrive; a new attempt replaces its order."""
    return Rule(until=until, over_with_next=True, ways=ways)


def _state(*ways: str, turn: tuple[Turn, ...] = (), next_settles: bool = False) -> Rule:
    return Rule(until=Until.STATE_OR_LOOK, turn=turn, over_with_next=next_settles, ways=ways)


def _said_last(*ways: str) -> Rule:
    """A timer has sent its last message."""
    return Rule(until=Until.STATE, ways=ways)


def _look(*ways: str) -> Rule:
    return Rule(until=Until.LOOK, ways=ways)


def _to_read(*ways: str) -> Rule:
    """Words to be read: a note of staff settles them too."""
    return Rule(until=Until.LOOK, ways=(*ways, NOTE))


def _unfilled(*ways: str) -> Rule:
    return Rule(until=Until.LOOK, over_with_next=True, ways=ways)


_AMISS = Rule(until=Until.STATE, over_with_next=True, ways=("act receive", *_AGAIN, "act close"))
_TOLD = Rule(until=Until.TOLD)
_PASS_ON = Rule(until=Until.NOTED, ways=("read", "save", "act receive", "pass on", NOTE))

_ROWS: dict[Reason, Rule] = {
    Reason.IN_DOUBT: _letter("redeliver"),
    Reason.FILE_REJECTED: _letter(),
    Reason.BOUNCED: _letter("redeliver", "dismiss", "again", "next", "next partner"),
    Reason.DELIVERY_FAILED: _letter("redeliver", "dismiss", "next", "next partner"),
    Reason.HELD_TEMPLATE: _letter("templates", until=Until.WORDED),
    Reason.HELD_VALUE: _letter("amend", "act cancel", until=Until.WORDED),
    Reason.DECLARATION_MISSING: _letter("declare", "act cancel", until=Until.WORDED),
    Reason.PARTNER_GONE: _letter(until=Until.WORDED),
    Reason.LETTERS_REPLACED: _to_read(),
    Reason.RECALLED: _state(*_RETURN, turn=((_Q, _S.RECALL),)),
    Reason.FINAL_DEMAND: _state("act brought-back", "act return", "act lost"),
    Reason.LOST: Rule(
        until=Until.STATE,  # also when another library is asked: it is settled with its owner, or found
        turn=((_Q, _S.LOST), (_R, _S.LOST)),
        ways=("act check-in", "act found", "act message", "next", "next partner", "again", "act close"),
    ),
    Reason.DAMAGED: _look("act message"),
    Reason.SUPPLIED_AFTER_END: _look(*_UNWANTED),
    Reason.WRONG_ITEM: Rule(until=Until.STATE, ways=("act return", *_AGAIN)),
    Reason.NOT_WANTED: Rule(until=Until.STATE, ways=("act return",)),
    Reason.LOST_AFTER_RETURNED: _look("act message"),
    Reason.FOUND_AFTER_LOST: _look("act check-in", "act message", "act close"),
    Reason.CONDITION_AFTER_SHIPPED: _look("act message", "act return"),
    Reason.CANCEL_ASKED: _state(
        "act cancel-reply yes", "act cancel-reply no", turn=((_R, _S.CANCEL_PENDING),)
    ),
    Reason.CANCEL_UNHEARD: _look("act cancel", "act query"),
    Reason.FORWARDED_ELSEWHERE: _look(*_ADDRESS, "act message", "act query", "act cancel"),
    Reason.FORWARDED_OTHER_PROTOCOL: _look("act cancel", "act message", "act query"),
    Reason.FORWARDED_UNKNOWN: _look("act message", "act query", "act cancel"),
    Reason.LEARNED_ADDRESS: _look(*_ADDRESS),
    Reason.CONDITION: _state(
        "act answer-condition yes", "act answer-condition no", turn=((_Q, _S.CONDITIONAL),)
    ),
    Reason.COST_OVER_LIMIT: _look("act message", "act return"),
    Reason.LENT_ON_CONDITIONS: _look("act receive", "act message"),
    Reason.YES_TO_WHICH: _state(),
    Reason.RENEWAL_ASKED: _state(
        "act renew-reply yes", "act renew-reply no", turn=((_R, _S.RENEW_PENDING), (_R, _S.RENEW_OVERDUE))
    ),
    Reason.RENEWAL_REFUSED: _state("act return"),
    Reason.RENEWAL_EARLIER: _said_last("act message", "amend due", "act return"),
    Reason.READER_NO_LATER: _look("act renew", "act return"),
    Reason.OVERDUE: _state(*_RETURN, turn=((_Q, _S.NOT_RECEIVED_OVERDUE),)),
    Reason.DEMANDED_EARLY: _state(*_RETURN, "amend due", "act message"),
    Reason.DUE_PASSED: _look("act message", "amend due", "act return"),
    Reason.SHIPPED_AFTER_CANCEL: _state(*_UNWANTED),
    Reason.CANCEL_REFUSED: _state("act query", "act message"),
    Reason.DEMANDED_AFTER_RETURN: _look("act message"),
    Reason.NOT_BACK: _said_last("act brought-back", "act check-in", *_RETURN, "act recall", "act lost"),
    Reason.SEND_BACK: _state(*_RETURN),
    Reason.DUE_SOON: _state(*_RETURN),
    Reason.TO_PRINT: _said_last("print", *_RETURN),
    Reason.LENDER_SILENT: _said_last("act query"),
    Reason.RECALL_UNHEARD: _said_last("act query", "act message", "act lost"),
    Reason.LOOK_FOR_IT: _said_last("act check-in", "act query", "act overdue", "act lost"),
    Reason.END_OF_ROTA: _unfilled("next partner", "amend again", "act close"),
    Reason.NEED_BEFORE_PASSED: _state("act cancel", "act unfilled", "next", "act close", next_settles=True),
    Reason.CANCELLED_NOT_OVER: _unfilled("act close", "next", "again"),
    **dict.fromkeys((Reason.ASK_CANNOT_MATCH, Reason.ASK_COPYRIGHT), _unfilled(*_AGAIN)),
    Reason.ASK_COST: _unfilled("act message", "next", "next partner", "amend again"),
    Reason.ASK_ESTIMATE: _unfilled(*_AGAIN),
    Reason.ASK_LOCATIONS: _unfilled("next partner", "amend again"),
    Reason.ASK_UNFILLED: _unfilled(*_AGAIN, "act close"),
    Reason.WRONG_COPY: _AMISS,
    Reason.PARTIAL_COPY: _AMISS,
    Reason.ASK_RIGHT_ONE: Rule(until=Until.FOLLOWS, ways=_AGAIN),
    Reason.CANCEL_SILENT: _said_last("act query"),
    Reason.RENEWAL_SILENT: _said_last("act query"),
    Reason.RENEWAL_NOT_COME: _said_last("act renew", "act query", "act message", "act return"),
    Reason.NO_ANSWER: _state(*_ASK, next_settles=True),
    Reason.STILL_PROMISED: _state(*_ASK, next_settles=True),
    Reason.NOT_ARRIVED: _state("act receive", "act query", "act message", "act lost"),
    Reason.PROMISE_PASSED: Rule(until=Until.FOLLOWS, ways=_ASK),
    Reason.PROMISE_DUE: _state("act ship", "act unfilled"),
    Reason.ASK_NOW: _state("again", "next", "next partner", next_settles=True),
    Reason.ASK_LATER: _unfilled("next", "next partner", "again"),
    Reason.ANSWER_LATE: _state(*_LATE),
    Reason.STATUS_ASKED: _look("act will-supply", "act hold", "act ship", "act unfilled", "act message"),
    Reason.TO_ANSWER: Rule(until=Until.STATE_OR_LOOK, turn=((_R, _S.IN_PROCESS),), listed=True),
    Reason.TO_REVIEW: Rule(until=Until.FOLLOWS),
    Reason.PROMISED: Rule(until=Until.FOLLOWS),
    Reason.CANNOT_BE_SAID: _to_read(),
    Reason.TOO_MANY_ANSWERS: _to_read(),
    Reason.STATE_DIFFERS: _state(),
    Reason.NUMBER_USED_AGAIN: _to_read(),
    Reason.SAME_TIME: _to_read(),
    Reason.ANSWER_AFTER_END: _to_read(),
    Reason.NOT_POSSIBLE_NOW: _to_read(),
    **dict.fromkeys((Reason.DOCUMENT_LINK, Reason.DOCUMENT_WITHHELD, Reason.DOCUMENT_CAME), _PASS_ON),
    Reason.UNKNOWN_CODE: Rule(until=Until.ANSWERED, ways=("act message", NOTE)),
    Reason.UNKNOWN_WORDS: Rule(until=Until.LOOK, listed=True, ways=(NOTE,)),
    **dict.fromkeys((Reason.ADDRESS_DIFFERS, Reason.ERROR_REPORT), _to_read()),
    Reason.MESSAGE: Rule(until=Until.ANSWERED, ways=(NOTE, "act message")),
    Reason.READER_WROTE: Rule(until=Until.ANSWERED, ways=(*_READERS, NOTE)),
    **dict.fromkeys((
        Reason.STAFF_ANSWERED, Reason.UNKNOWN_FILE_REJECTED, Reason.FILE_REFUSED, Reason.UNPROVEN,
        Reason.STRANGERS, Reason.SHELVED, Reason.UNREADABLE, Reason.IN_WORDS, Reason.READER_IN_WORDS,
        Reason.UNKNOWN_REFERENCE, Reason.MAILBOX_UNREACHABLE, Reason.LETTER_PASSED_OVER, Reason.HUB_SILENT,
        Reason.NO_DNS, Reason.TEMPLATE_BROKEN, Reason.HOOK_FAILED,
    ), _TOLD),
}  # fmt: skip
RULES: Mapping[Reason, Rule] = MappingProxyType(_ROWS)

OF_OUR_LETTER: Mapping[str, Reason] = MappingProxyType(
    {
        "BOUNCED": Reason.BOUNCED,
        "SEND_FAILED": Reason.DELIVERY_FAILED,
        "IN_DOUBT": Reason.IN_DOUBT,
        "HELD": Reason.HELD_TEMPLATE,
        "VALUE_HELD": Reason.HELD_VALUE,
        "DECLARATION_MISSING": Reason.DECLARATION_MISSING,
        "PARTNER_GONE": Reason.PARTNER_GONE,
    }
)
"""Events of a letter of ours (beside the tables), and the reason that each raises."""

OUR_TURN: Mapping[Turn, Reason] = MappingProxyType(
    {turn: reason for reason, rule in RULES.items() for turn in rule.turn}
)
"""When it is our turn, although staff have looked."""

ENDS_WITH_THE_LETTER = frozenset(
    reason for reason, rule in RULES.items() if rule.until in (Until.DELIVERED, Until.WORDED)
)
ENDS_WITH_THE_WORDS = frozenset(reason for reason, rule in RULES.items() if rule.until is Until.WORDED)
ENDS_WITH_THE_STATE = frozenset(
    reason for reason, rule in RULES.items() if rule.until in (Until.STATE, Until.STATE_OR_LOOK)
)
OUTLASTS_A_LOOK = ENDS_WITH_THE_LETTER | {
    reason for reason, rule in RULES.items() if rule.until in (Until.STATE, Until.NOTED, Until.ANSWERED)
}
ENDS_WITH_A_NOTE = frozenset(reason for reason, rule in RULES.items() if NOTE in rule.ways)
"""Words that staff have read; what waits for an act is not among them."""
OVER_WITH_THE_NEXT = frozenset(reason for reason, rule in RULES.items() if rule.over_with_next)
OF_RECEIPT = frozenset({Reason.WRONG_ITEM, Reason.WRONG_COPY, Reason.PARTIAL_COPY})
"""What came was not what was asked for; a later receipt says again how it is."""
ONLY_LISTED = frozenset(reason for reason, rule in RULES.items() if rule.listed)


def ways(reason: str) -> tuple[str, ...]:
    """Return what staff can do about it; () for a code of another release."""
    return RULES[Reason(reason)].ways if reason in _RANKS else ()


def rank(reason: str) -> tuple[int, str]:
    """Return the sort key: the most urgent first, unknown codes of another release last."""
    return (_RANKS.get(reason, len(_RANKS)), reason)


_RANKS: Mapping[str, int] = MappingProxyType({reason.value: place for place, reason in enumerate(Reason)})
