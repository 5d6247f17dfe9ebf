"""Suggest to staff how to record what a partner's people wrote: the act that their words may mean.

A short code names its act (``notices/short_codes.toml``). Then the acts of the other side follow that make
sense in this state; words of the letter (``notices/written_words.toml``) put the fitting one first. The same
words put first the act that a reader's letter may mean. Nothing is ever carried out: only staff read words.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from mailproc.flow.prepare.suggested import Suggestion
from mailproc.ill import expected_acts, machine, right_item
from mailproc.ill.actions import ANSWER, BY_MAIL, BY_NAME, Action
from mailproc.ill.event_names import heard_as, heard_reply
from mailproc.ill.events import READER_WROTE
from mailproc.ill.machine import CellKind
from mailproc.ill.terms import ApduType, Results, Role, Service
from mailproc.notices import short_codes, written_words
from mailproc.notices.language import Language
from mailproc.notices.short_codes import ShortCode
from mailproc.store import events
from mailproc.store.rows import Event, Transaction

MOST_OFFERED = 4
_WRITER = {Role.REQUESTER: "borrower", Role.RESPONDER: "lender"}


def ways(
    connection: Connection, transaction: Transaction, number: str, language: Language
) -> tuple[Suggestion, ...]:
    """Return how to record the last message of the partner, if people wrote it or its code is unknown.

    The likeliest first, with each command once. ``number``: the one that commands take; of an earlier attempt
    B1-1.
    """
    event = events.last_of(connection, transaction.id, (ApduType.MESSAGE.name,))
    if event is None or not (is_written(event) or _has_unknown_code(event)):
        return ()
    text = said(event)
    found = [*_of_codes(transaction, text, number, language), *_offered(transaction, text, number, language)]
    return tuple({way.command: way for way in reversed(found)}.values())[::-1]


def of_reader(connection: Connection, transaction: Transaction, keys: Sequence[str]) -> list[str]:
    """Return ``keys`` ("act renew", "note") with those first that the reader's last words may mean."""
    event = events.last_of(connection, transaction.id, (READER_WROTE,))
    meant = [f"act {one}" for one in written_words.meant(said(event), "reader")] if event else []
    return [*(key for key in meant if key in keys), *(key for key in keys if key not in meant)]


def is_written(event: Event) -> bool:
    """Return whether people wrote the message."""
    return bool((event.facts or {}).get("matched_by"))


def _has_unknown_code(event: Event) -> bool:
    return bool((event.facts or {}).get("unsure"))


def said(event: Event) -> str:
    """Return the words of a letter of people; of a machine's the code, which may be words too."""
    apdu, facts = event.apdu or {}, event.facts or {}
    return str(apdu.get("note") or facts.get("text") or apdu.get("reply_code") or "")


def _of_codes(transaction: Transaction, text: str, number: str, language: Language) -> Iterator[Suggestion]:
    if transaction.role is not Role.REQUESTER:
        return  # they are answers of who lends
    for code in short_codes.found(text):
        action = BY_NAME.get(code.act)
        if action is None:
            yield Suggestion("act message", _meant(code, "question", language), number)
        elif _is_possible(transaction, action):
            option, value = code.given
            does = _meant(code, "code", language)
            yield Suggestion(f"act {code.act}", does, number, heard_by=BY_MAIL, option=option, value=value)


def _meant(code: ShortCode, label: str, language: Language) -> str:
    means = language.texts.short_codes.get(code.word, code.means)
    return language.label("suggested", label, code=code.word, means=means)


def _offered(transaction: Transaction, text: str, number: str, language: Language) -> Iterator[Suggestion]:
    side = transaction.role.other
    sensible = expected_acts.expected(side, transaction.state).likely
    if right_item.may_come(transaction.role, transaction.state, (transaction.options or {}).get("flaw", "")):
        sensible = ("ship", *sensible)
    fits = written_words.meant(text, _WRITER[side])
    ordered = dict.fromkeys([*(name for name in fits if name in sensible), *sensible])
    possible = [
        name
        for name in ordered
        if _is_taken(transaction, name) and (name in fits or _was_lent(transaction, name))
    ]
    for name in possible[:MOST_OFFERED]:
        what = language.texts.labels["they_told"][name.replace(" ", "-")]
        does = language.label("suggested", "said", what=what)
        yield Suggestion(f"act {name}", does, number, heard_by=BY_MAIL)


def _was_lent(transaction: Transaction, name: str) -> bool:
    """Return whether there is a loan to lose; a copy is lost only where the words say so."""
    return name != "lost" or transaction.service is Service.LOAN


def _row(action: Action, answer: str = "") -> str:
    return heard_reply(action, answer) if answer else heard_as(action)


def _is_taken(transaction: Transaction, name: str) -> bool:
    """Return whether `act --heard-by` takes it now."""
    word, _, answer = name.partition(" ")
    return _kind(transaction, BY_NAME[word], answer) is not CellKind.ERROR


def _is_possible(transaction: Transaction, action: Action) -> bool:
    """Return whether it moves the transaction, or promises something, when it is recorded as heard."""
    if action.results in (Results.WILL_SUPPLY, Results.HOLD_PLACED):
        return transaction.state.awaits_answer  # a promise moves no state
    answers = ("yes", "no") if ANSWER in action.options else ("",)
    kinds = {_kind(transaction, action, answer) for answer in answers}
    return not kinds.isdisjoint({CellKind.BECOMES, CellKind.STAY})


def _kind(transaction: Transaction, action: Action, answer: str) -> CellKind:
    row = transaction
    return machine.next_state(row.role, row.service, row.state, row.state_before, _row(action, answer)).kind
