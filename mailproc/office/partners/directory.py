"""The directory of partners, and addresses learned from letters, which staff confirm or forget."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import unconfirmed
from mailproc.flow.pausing import paused
from mailproc.ill.attention import Reason
from mailproc.ill.facts import Facts
from mailproc.ill.status import term_word
from mailproc.office.acts.once import refuse_twice
from mailproc.sentence import Part, Sentence, sentence, stored
from mailproc.store import events, partner_addresses, requests, transactions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import LearnedAddress, Transaction

_ID = re.compile(r"A([0-9]{1,18})", re.IGNORECASE)
PARTNER_COLUMNS = ("symbol", "name", "address", "codec", "roles", "status", "proof")
_TO_US = {"RESPONDER": "lender", "REQUESTER": "borrower"}


@dataclass(frozen=True)
class Learned:
    """A learned address. ``id``: A3.

    ``confirmed_at`` (UTC): since then letters go there; None if it waits. ``number`` (B1-1) and ``symbol``:
    the partner says that it forwarded that request to this library, whose address this is; '' for the
    partner's own.
    """

    id: str
    partner: str
    address: str
    confirmed_at: datetime | None
    number: str = ""
    symbol: str = ""


@dataclass(frozen=True)
class Answered:
    """The effects of the staff's decision, as sentences."""

    learned: Learned
    words: tuple[Part, ...]


def listed(connection: Connection, context: Context) -> list[dict[str, str]]:
    """Return the partners.

    ``address``: where a new request would go; ``roles`` as text, ``status`` as it is now, no secrets.
    """
    waiting = paused(connection, context)
    return [
        _line(one, "paused" if one.symbol in waiting else "active", context.config.proofs_of(one))
        | {"address": partner_addresses.address_of(connection, one.symbol) or one.address}
        for one in context.partners
    ]


def _line(partner: Partner, status: str, proofs: tuple[str, ...]) -> dict[str, str]:
    return {
        "symbol": partner.symbol,
        "name": partner.name,
        "address": partner.address,
        "codec": partner.codec,
        "roles": ", ".join(_TO_US[role] for role in partner.roles),
        "status": status,
        "proof": ", ".join(proofs),
    }


def taught(connection: Connection) -> list[Learned]:
    """Return every learned address that config.toml does not have.

    Addresses of forwarded requests are included while staff can still decide about them.
    """
    rows = partner_addresses.addresses(connection)
    return [_learned(connection, row) for row in rows if not row.transaction_id or _asks(connection, row)]


def confirm(
    store: Store, context: Context, name: str, by: str = "", *, door: str = "cli", once: str = ""
) -> Answered:
    """Use the address for new transactions, or move the forwarded request to that library.

    Raise LocalFault if there is no such address, or it is too late; DoneBefore if the click with the mark
    ``once`` has done it.
    """

    who = _Who(by, door, once, context)

    def job(connection: Connection) -> Answered:
        refuse_twice(connection, once)
        found, row = _one(connection, name)
        if row.kind == partner_addresses.FORWARDED:
            words = _redirect(connection, found, row, who)
            partner_addresses.forget(connection, row.id)  # it stays in the history of the request
        else:
            partner_addresses.confirm(connection, row.id, context.clock())
            events.add(connection, who.decided("confirm-address", found))
            words = (sentence("new-requests-go", partner=found.partner, address=found.address),)
        _answered(connection, row)
        return Answered(found, words)

    return store.write(job)


def forget(
    store: Store, context: Context, name: str, by: str = "", *, door: str = "cli", once: str = ""
) -> Answered:
    """Forget the address: nothing more goes to it. Raise as ``confirm``."""
    from mailproc.office.partners import forgetting  # here: reading the directory needs no steps

    who = _Who(by, door, once, context)

    def job(connection: Connection) -> Answered:
        refuse_twice(connection, once)
        found, row = _one(connection, name)
        partner_addresses.forget(connection, row.id)
        if row.kind == partner_addresses.FORWARDED:
            _remain(connection, found, row, who)
        else:
            events.add(connection, who.decided("forget-address", found))
        _answered(connection, row)
        if row.kind == partner_addresses.FORWARDED:
            return Answered(found, tuple(_stays(connection, found, row)))
        return Answered(found, forgetting.move_away(connection, context, found.partner, found.address))

    return store.write(job)


def _stays(connection: Connection, found: Learned, row: LearnedAddress) -> Iterator[Part]:
    transaction = transactions.load(connection, row.transaction_id)
    yield (
        sentence(
            "stays-with",
            number=found.number,
            library=transaction.symbol,
            address=transaction.address,
            other=found.symbol,
            elsewhere=found.address,
        )
    )


def _answered(connection: Connection, row: LearnedAddress) -> None:
    """Clear the question to staff, unless another one waits in the same place."""
    transaction_id = unconfirmed.learned_in(connection, row)
    reason = Reason.FORWARDED_ELSEWHERE if row.transaction_id else Reason.LEARNED_ADDRESS
    if transaction_id is None:
        return
    left = partner_addresses.waiting(connection, row.partner, row.transaction_id)
    if not any(unconfirmed.learned_in(connection, one) == transaction_id for one in left):
        transactions.clear_attention(connection, transaction_id, (reason,))


def _redirect(connection: Connection, found: Learned, row: LearnedAddress, who: "_Who") -> tuple[Part, ...]:
    """Take the step of a confirmation; return what it did, as text."""
    from mailproc.flow.advance import forwarding, steps  # as above

    transaction = transactions.load(connection, row.transaction_id)
    if not _asks(connection, row):
        why = sentence("redirect-too-late", number=found.number, state=term_word(transaction.state))
        raise LocalFault(why, (f"mailproc partners --forget {found.id}",))
    text = sentence("has-it-now-at", library=found.symbol, address=found.address)
    outcome = steps.begin(connection, who.moved(forwarding.REDIRECT, found, transaction, text), who.context)
    moved = sentence("moved-by-yes", number=found.number, partner=found.partner)
    return (moved, *outcome.words, *_believed(found, who.context))


def _remain(connection: Connection, found: Learned, row: LearnedAddress, who: "_Who") -> None:
    """Take the step of a refusal."""
    from mailproc.flow.advance import forwarding, steps  # as above

    transaction = transactions.load(connection, row.transaction_id)
    text = sentence("not-with", library=found.symbol, address=found.address)
    steps.begin(connection, who.moved(forwarding.REMAIN, found, transaction, text), who.context)


@dataclass(frozen=True)
class _Who:
    """Who decides, and by which door."""

    by: str
    door: str
    once: str
    context: Context

    def decided(self, kind: str, found: Learned) -> NewEvent:
        """Return the event of a decision that moves no request."""
        return NewEvent(
            cause="staff",
            type=kind,
            at=self.context.clock(),
            actor=self.by,
            door=self.door,
            once=self.once or None,
            partner=found.partner,
            facts={"address": found.address},
            state="done",
        )

    def moved(self, kind: str, found: Learned, transaction: Transaction, text: Sentence) -> NewEvent:
        """Return the event of a decision about a forwarded request."""
        facts: Facts = {
            "symbol": found.symbol,
            "address": found.address,
            "text": str(text),
            "why": stored(text),
        }
        return replace(
            self.decided(kind, found),
            transaction_id=transaction.id,
            partner=transaction.partner,
            facts=facts,
            state="todo",
        )


def _believed(found: Learned, context: Context) -> Iterator[Part]:
    """Yield what letters of the new library may do without confirmation."""
    from mailproc.flow.intake import forwarded_senders  # as above

    partner = context.partners.get(found.partner)
    if partner is not None and "none" not in (proofs := forwarded_senders.proofs_of(partner, context)):
        either: Part = proofs[0]
        for proof in proofs[1:]:
            either = sentence("either-proof", first=either, second=proof)
        yield sentence("letters-count-if-proven", address=found.address, proofs=either)


def _one(connection: Connection, name: str) -> tuple[Learned, LearnedAddress]:
    typed = _ID.fullmatch(name.strip())
    if not typed:
        raise LocalFault(sentence("learned-name", name=name))
    row = partner_addresses.load(connection, int(typed[1]))
    if row is None:
        shown = ("mailproc partners",)
        raise LocalFault(sentence("learned-gone", name=name), shown)
    return _learned(connection, row), row


def _learned(connection: Connection, row: LearnedAddress) -> Learned:
    number = _number(connection, row.transaction_id) if row.transaction_id else ""
    return Learned(f"A{row.id}", row.partner, row.value, row.confirmed_at, number, row.symbol)


def _asks(connection: Connection, row: LearnedAddress) -> bool:
    """Return whether the forwarded request still waits for an answer."""
    return transactions.load(connection, row.transaction_id).state.awaits_answer


def _number(connection: Connection, transaction_id: int) -> str:
    return requests.attempt_number(connection, transactions.load(connection, transaction_id))
