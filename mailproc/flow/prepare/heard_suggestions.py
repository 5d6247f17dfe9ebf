"""Suggest to staff how to record what a partner's people wrote: the act that their words may mean.

A short code names its act (``notices/short_codes.toml``). Else the acts that are possible for the other side
now are offered. Nothing is ever carried out: only staff read words.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from mailproc.ill import actions, machine
from mailproc.ill.actions import BY_MAIL, BY_NAME, Action
from mailproc.ill.event_names import heard_as
from mailproc.ill.machine import CellKind
from mailproc.ill.terms import ApduType, Results, Role
from mailproc.notices import short_codes
from mailproc.notices.catalogue import Way
from mailproc.notices.language import Language
from mailproc.notices.short_codes import ShortCode
from mailproc.store import events, requests
from mailproc.store.rows import Event, Transaction

MOST_OFFERED = 3
_LIKELY = {
    Role.RESPONDER: (
        "ship", "unfilled", "will-supply", "conditional", "renew-reply yes", "renew-reply no", "check-in",
    ),
    Role.REQUESTER: ("renew", "return", "receive", "cancel", "lost"),
}  # fmt: skip
"""What each side most likely writes by hand."""


def ways(connection: Connection, transaction: Transaction, language: Language) -> tuple[Way, ...]:
    """Return how to record the last message of the partner, if people wrote it."""
    event = events.last_of(connection, transaction.id, (ApduType.MESSAGE.name,))
    if event is None or not is_written(event):
        return ()
    number = requests.load(connection, transaction.request_id).number
    codes = _of_codes(transaction, said(event), number, language)
    return tuple(dict.fromkeys([*codes, *_offered(transaction, number, language)]))


def is_written(event: Event) -> bool:
    """Return whether people wrote the message."""
    return bool((event.facts or {}).get("matched_by"))


def said(event: Event) -> str:
    """Return the words of a letter of people."""
    return str((event.apdu or {}).get("note") or (event.facts or {}).get("text", ""))


def _of_codes(transaction: Transaction, text: str, number: str, language: Language) -> Iterator[Way]:
    if transaction.role is not Role.REQUESTER:
        return  # they are answers of who lends
    for code in short_codes.found(text):
        action = BY_NAME.get(code.act)
        if action is not None and _is_possible(transaction, action):
            yield Way(command=_command(number, code.command), does=_meant(code, language))


def _meant(code: ShortCode, language: Language) -> str:
    means = language.texts.short_codes.get(code.word, code.means)
    return language.label("suggested", "code", code=code.word, means=means)


def _offered(transaction: Transaction, number: str, language: Language) -> Iterator[Way]:
    likely = _LIKELY[transaction.role.other]
    possible = [name for name in likely if _is_possible(transaction, BY_NAME[name.split()[0]])]
    for name in possible[:MOST_OFFERED]:
        word, *answer = name.split()
        typed = f"{word} --answer {answer[0]}" if answer else word
        what = language.event_word(_row(BY_NAME[word], *answer))
        does = language.label("suggested", "said", what=what)
        yield Way(command=_command(number, typed), does=does)


def _row(action: Action, answer: str = "") -> str:
    return f"{heard_as(action)}.{answer}" if answer else heard_as(action)


def _is_possible(transaction: Transaction, action: Action) -> bool:
    """Return whether it moves the transaction, or promises something, when it is recorded as heard."""
    if action.results in (Results.WILL_SUPPLY, Results.HOLD_PLACED):
        return transaction.state.awaits_answer  # a promise moves no state
    answers = ("yes", "no") if actions.ANSWER in action.options else ("",)
    row = transaction
    kinds = {
        machine.next_state(row.role, row.service, row.state, row.state_before, _row(action, answer)).kind
        for answer in answers
    }
    return not kinds.isdisjoint({CellKind.BECOMES, CellKind.STAY})


def _command(number: str, typed: str) -> str:
    return f"mailproc act {number} {typed} --heard-by {BY_MAIL}"
