"""Suggest to staff what helps with a reason for attention, and say what each does."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.flow import delivery_mode, our_letters
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received, unconfirmed
from mailproc.flow.prepare import heard_suggestions
from mailproc.flow.prepare.notice_writer import NoticeWriter
from mailproc.flow.prepare.suggested import Suggestion
from mailproc.ill import actions, attention, machine
from mailproc.ill.actions import BY_NAME
from mailproc.ill.attention import Reason
from mailproc.ill.document_forwarding import SUPPLIED
from mailproc.ill.terms import Role, Service, State
from mailproc.notices.catalogue import Way
from mailproc.notices.language import Language
from mailproc.store import documents, events, order_letters, patrons, requests, transactions
from mailproc.store.intent_bodies import StaffFacts
from mailproc.store.rows import Transaction

MOST = 6
MOST_SAVED = 3
"""Letters with files that are offered at once."""

_ASKED_AGAIN = ("amend again", "again", "next", "next partner")
TO_READER = "pass on"
_OF_DOCUMENTS = ("read", "save", "act receive", TO_READER)
_WITH_WORDS = frozenset({Reason.MESSAGE, Reason.DOCUMENT_LINK})
_FOR_STAFF_TO_READ = _WITH_WORDS | {Reason.UNKNOWN_CODE}
QUIETLY = "receive quiet"


def ways(
    connection: Connection,
    facts: StaffFacts,
    transaction: Transaction,
    context: Context,
    language: Language,
) -> tuple[Suggestion, ...]:
    """Return at most ``MOST`` suggestions for each reason, each once.

    ``facts`` are the notice's: ``reasons`` are codes of attention; ``ours`` are the letters of ours that did
    not arrive, and only these are offered to be sent again.
    """
    ours: Sequence[int] = facts.get("ours", ())
    ordered = not ours or our_letters.carry_an_order(connection, ours)
    found = dict.fromkeys(
        key for reason in facts.get("reasons", ()) for key in _ways(reason, ordered=ordered)
    )
    open_now = _PossibleNow(connection, transaction, context)
    if Reason.READER_WROTE in facts.get("reasons", ()):
        found = dict.fromkeys(heard_suggestions.of_reader(connection, transaction, list(found)))
    first = _OF_DOCUMENTS if _brings_the_copy(connection, transaction, facts.get("reasons", ())) else ()
    found = dict.fromkeys([*first, *found])
    found = dict.fromkeys(open_now.meant(key) for key in found)
    known = [(key, one) for key in found if open_now.has(key) for one in open_now.each(key, ours)]
    ways = [open_now.suggested(key, one, language) for key, one in known]
    settles = [way for way, (key, _) in zip(ways, known, strict=True) if key == attention.NOTE]
    if not _FOR_STAFF_TO_READ.isdisjoint(facts.get("reasons", ())):
        place = sum(key in first for key, _ in known)
        ways[place:place] = heard_suggestions.ways(connection, transaction, open_now.number, language)
    each_once = tuple({way.command: way for way in reversed(ways)}.values())[::-1]
    return _few(each_once, settles, MOST * max(1, len(facts.get("reasons", ()))))


def in_a_letter(writer: NoticeWriter) -> tuple[Way, ...]:
    """Return the same as commands, for a letter to staff."""
    if writer.transaction is None:
        return ()
    found = ways(writer.connection, writer.facts, writer.transaction, writer.context, writer.language)
    return tuple(Way(command=one.command, does=one.does) for one in found)


def _brings_the_copy(connection: Connection, transaction: Transaction, reasons: Sequence[str]) -> bool:
    """Return whether what a partner's people wrote may be about a copy that has come, or a part of it."""
    row = transaction
    if row.role is not Role.REQUESTER or row.service is not Service.COPY or _WITH_WORDS.isdisjoint(reasons):
        return False
    under_way = row.state is State.SHIPPED or bool((row.options or {}).get("flaw"))
    return under_way or Reason.DOCUMENT_LINK in reasons or bool(documents.came_with(connection, row.id))


def _few(ways: tuple[Suggestion, ...], settles: Sequence[Suggestion], most: int) -> tuple[Suggestion, ...]:
    """Return ``most`` of them; what settles it without a letter is always among them."""
    few = [way for way in ways if way not in settles][: most - len(settles)]
    return tuple(way for way in ways if way in few or way in settles)


def commands(
    connection: Connection, transaction: Transaction, context: Context, language: Language
) -> tuple[Suggestion, ...]:
    """Return the commands possible beside the actions: to correct the order, ask again, go on."""
    open_now = _PossibleNow(connection, transaction, context)
    keys = [key for key in ("amend", *_ASKED_AGAIN) if open_now.has(key)]
    return tuple(open_now.suggested(key, 0, language) for key in keys)


def _ways(reason: str, *, ordered: bool) -> tuple[str, ...]:
    """Return what helps; ``ordered``: the letters of ours that did not arrive carry an order."""
    known = attention.ways(reason)
    if reason not in attention.ENDS_WITH_THE_LETTER:
        return known
    other = {"dismiss"} if ordered else set(_ASKED_AGAIN)  # an order is wanted; else it is not in question
    return tuple(key for key in known if key not in other)


class _PossibleNow:
    """The suggestions that are possible for this transaction now."""

    def __init__(self, connection: Connection, transaction: Transaction, context: Context) -> None:
        role, state = transaction.role, transaction.state
        self._acts = _acts(connection, transaction, context)
        request = requests.load(connection, transaction.request_id)
        latest = transactions.of_request(connection, request.id)[-1].id == transaction.id
        self.number = request.number if latest else f"{request.number}-{transaction.attempt}"
        unheard = state is State.PENDING and order_letters.is_with_nobody(connection, transaction.id)
        over = transaction.gives_way or unheard
        self._correctable = role is Role.REQUESTER and state is State.PENDING
        self._ask_again = role is Role.REQUESTER and over and latest
        lent = state.lent_out and transaction.service is Service.LOAN
        waits = unconfirmed.asked_in(connection, transaction)
        self._learned = f"A{waits[-1].id}" if waits else ""
        rota = requests.rota(connection, transaction.request_id)
        told = events.last_of(connection, transaction.id, ("found", "lost", "LOST"))
        self._found = state is State.LOST and told is not None and told.type == "found"
        self._came, self._link = _letters_with_documents(connection, transaction)
        reader = patrons.load(connection, request.patron_id)
        sent_on = self._came[:1] if state in SUPPLIED and reader is not None and reader.email else ()
        self._files = {"save": self._came, TO_READER: sent_on}
        self._given = {**self._files, "read": self._link, "amend due": lent}
        self._reader = request.patron_id is not None
        self._told = self._reader and item_received.told_of_another(connection, transaction) is not None
        self._next = any(not one.tried and not one.why_not for one in rota)

    def meant(self, key: str) -> str:
        """Return the suggestion that serves here: no reader is told of a second copy."""
        return QUIETLY if key == "act receive" and self._told else key

    def has(self, key: str) -> bool:
        word, _, act = key.partition(" ")
        if self._found and key in ("act found", *_ASKED_AGAIN):
            return False  # it has been said, and the item is there
        if word == "act":
            return act in self._acts
        if key in _ASKED_AGAIN:
            return (
                self._ask_again
                and (key != "next" or self._next)
                and (key != "next partner" or not self._next)
            )
        if word == "partners":  # without an address of this transaction: the list
            return bool(self._learned) == bool(act)
        if key == "write reader":
            return self._reader
        if key == QUIETLY:
            return self._reader and "receive" in self._acts
        if key in self._given:
            return bool(self._given[key])
        return key not in ("amend", "declare") or self._correctable

    def each(self, key: str, ours: Sequence[int]) -> Sequence[int]:
        """Return the letters that the suggestion is about: each known one, or a placeholder where it is about
        none. ``ours``: the letters of ours."""
        if key in self._files:
            return self._files[key]
        return ours if key in ("redeliver", "dismiss") else (0,)

    def suggested(self, key: str, letter: int, language: Language) -> Suggestion:
        """Return it in words; ``letter``: as ``each`` names it."""
        return Suggestion(key, language.way_word(key), self.number, self._named(key, letter))

    def _named(self, key: str, letter: int) -> str:
        """Return the letter, or the learned address, that it is about."""
        if key.startswith("partners"):
            return self._learned
        if key == "read":
            return self._link
        if not letter:
            return ""
        return f"I{letter}" if key in self._files else f"O{letter}"


def _letters_with_documents(connection: Connection, transaction: Transaction) -> tuple[Sequence[int], str]:
    """Return the letters with files, and the latest with a link ('' for none).

    What came before a receipt of the wrong copy is not meant: the right one comes after it. Of files it is
    the latest letter; where staff pass them on themselves, each since their last note, the latest first.
    """
    if transaction.service is not Service.COPY:
        return (), ""
    wrong = item_received.wrong_receipt(connection, transaction.id)
    noted = events.last_of(connection, transaction.id, ("note",))
    came = [one for one in documents.came_with(connection, transaction.id) if one.id > wrong]
    open_still = Reason.DOCUMENT_CAME in (transaction.attention or ())
    here = [one for one in came if open_still and (noted is None or one.id > noted.id)]
    happened = events.standing(connection, transaction.id)
    links = [one.inbox_id for one in happened if one.id > wrong and (one.facts or {}).get("link")]
    letters = list(
        dict.fromkeys(one.inbox_id for one in here[:MOST_SAVED] or came[:1] if one.inbox_id is not None)
    )
    return letters, f"I{links[-1]}" if links else ""


def _acts(connection: Connection, transaction: Transaction, context: Context) -> frozenset[str]:
    """Return the actions possible now, each with its answer where it takes one: "renew-reply yes"."""
    row = transaction
    here = transaction.role is Role.REQUESTER and item_received.is_here(connection, row.id)
    more = {"receive"} if delivery_mode.receives_again(row) else set()
    return frozenset(
        f"{name} {answer}".rstrip()
        for name in {*delivery_mode.possible(transaction, context), *more}
        if here or name not in actions.WITHIN
        for answer, event in BY_NAME[name].said_as
        if name in more or machine.allows(row.role, row.service, row.state, row.state_before, event)
    )
