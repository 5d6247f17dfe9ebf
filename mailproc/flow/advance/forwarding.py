"""Update a transaction's other end after a letter: who answers now, and at which address.

ISO 10161-1, Forward-Notification: the request was forwarded, and another library answers. If that is a
partner of config.toml the transaction moves at once; an unknown address must be confirmed by staff.
APDU-Delivery-Info (1.0.10161.13.3): answers go where the last message asked for. An address in the partner's
own domain is used at once, for this transaction; another one must be confirmed by staff.
"""

from dataclasses import replace

from mailproc.config import Partner
from mailproc.config_load.value_checks import is_address
from mailproc.flow.advance import own_domain
from mailproc.flow.advance.follow_ups import follow_with
from mailproc.flow.advance.work import Work
from mailproc.flow.matching import transaction_lookup
from mailproc.flow.matching.unconfirmed import ANSWERS_FROM, answers_under
from mailproc.flow.reading.letter_reading import unproven
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, Cancel, ForwardNotification, IllAnswer, IllRequest, ReplyTo, Shipped
from mailproc.ill.attention import Reason
from mailproc.ill.terms import Role, State, TransactionId
from mailproc.ill.transaction_state import Occurrence, Step
from mailproc.mail.addresses import ascii_lower
from mailproc.sentence import sentence, stored
from mailproc.store import letters, partner_addresses, rotas, transactions
from mailproc.store.partner_addresses import AddressStatus
from mailproc.store.rows import Transaction

REDIRECT = "redirect"
"""The event by which staff confirm."""
REMAIN = "forget"
"""The event by which staff decline: a line in the history."""
OURS = "BER_IN_MIME"
"""The encoding that we can write (APDU-Encoding)."""


def learn(work: Work, taken: Step, occurrence: Occurrence) -> None:
    """Move the transaction's other end to where the message, or staff, say it is."""
    apdu, facts = occurrence.apdu, occurrence.facts
    if work.event.type == REDIRECT:
        _move_to_confirmed(work, facts["symbol"], facts["address"])
        return
    heard = work.event.cause == "letter" or work.event.heard_by
    if apdu is None or not heard or facts.get("old_responder") or facts.get("repeat"):
        return
    if isinstance(apdu, IllRequest | IllAnswer | Shipped) and apdu.optional_messages is not None:
        work.pinned["optional_messages"] = apdu_json.value_to_json(apdu.optional_messages)
    if isinstance(apdu, ForwardNotification):
        _forwarded(work, taken, apdu)
    else:
        _follow_reply_address(work, apdu)


def _forwarded(work: Work, taken: Step, apdu: ForwardNotification) -> None:
    row, context = work.transaction, work.context
    if row.role != Role.REQUESTER or not taken.after.state.awaits_answer or not apdu.responder:
        return
    address = _mailable((apdu.responder_address,) if apdu.responder_address else ())
    new = context.partners.get(apdu.responder) or context.partners.at(address)
    if new is not None and new.codec == row.codec:
        _move_to_partner(work, new)
        named = TransactionId(row.initial_requester, row.tgq, row.tq, row.stq)
        transaction_lookup.process_early_messages(
            work.connection, new.symbol, replace(apdu, transaction=named), row.id
        )
    elif new is not None:
        work.attend(Reason.FORWARDED_OTHER_PROTOCOL)
    elif not address:
        work.attend(Reason.FORWARDED_UNKNOWN)
    elif ascii_lower(address) != (row.options or {}).get(ANSWERS_FROM):
        _ask_staff(work, apdu.responder, address)


def _ask_staff(work: Work, symbol: str, address: str) -> None:
    """Ask staff to confirm the other library; nothing moves before that.

    Otherwise whoever can write as the partner could send the transaction's letters to any address. The
    partner is still heard; letters of the other library are shelved.
    """
    row, event_id = work.transaction, work.event.id
    kept = partner_addresses.passed_on(work.connection, row.partner, address, event_id, row.id, symbol)
    work.attend(Reason.FORWARDED_ELSEWHERE)
    said = {"partner": row.partner, "library": symbol, "address": address}
    if kept is AddressStatus.FULL:
        work.words.append(sentence("passed-on-full", **said, most=partner_addresses.MOST_WAITING))
    else:
        work.words.append(sentence("passed-on-asked", **said))


def _move_to_confirmed(work: Work, symbol: str, address: str) -> None:
    """Move the transaction to a library that is not in config.toml and that staff have confirmed.

    It is heard from this address only, and is addressed in the standard's dialect. Its shelved letters are
    read again.
    """
    row, sender = work.transaction, ascii_lower(address)
    _pin_forwarded(work, row.partner, address=sender)
    _move(work, symbol=symbol, address=address, dialect="")
    under = answers_under(row)
    transactions.refer(work.connection, sender, ANSWERS_FROM, under, transaction_id=row.id)
    work.attention = [reason for reason in work.attention if reason != Reason.FORWARDED_ELSEWHERE]
    work.words.append(sentence("has-it-now-at", library=symbol, address=address))
    why = unproven(sender)
    for inbox_id in letters.shelved_because(work.connection, (stored(why), str(why)), row.codec):
        letters.again(work.connection, inbox_id)
        work.words.append(sentence("read-from-shelf", letter=inbox_id))
    if row.state is State.CANCEL_PENDING:  # the library that got our Cancel no longer has the request
        follow_with(work, "cancel", Cancel())


def _move_to_partner(work: Work, new: Partner) -> None:
    row = work.transaction
    if new.symbol == row.partner and new.symbol not in _had_it_before(row):
        return
    _pin_forwarded(work, row.partner, new.symbol)
    address = partner_addresses.address_of(work.connection, new.symbol) or new.address
    _move(work, partner=new.symbol, symbol=new.symbol, address=address, dialect=new.dialect)
    _drop_from_rota(work, new.symbol)
    work.words.append(sentence("has-it-now", library=new.symbol))
    if row.state is State.CANCEL_PENDING:  # a partner's letter must not make us write to a third party
        work.attend(Reason.CANCEL_UNHEARD)


def _drop_from_rota(work: Work, symbol: str) -> None:
    """Remove the new responder from the rest of the rota: it has the request already."""
    request_id = work.transaction.request_id
    for place in rotas.places(work.connection, request_id):
        if place.transaction_id is None and place.partner == symbol:
            rotas.drop(work.connection, request_id, place.position)


def _pin_forwarded(work: Work, old: str, new: str = "", address: str = "") -> None:
    """Store who had the request before, and the ``address`` of an unknown library that has it now."""
    before = [one for one in _had_it_before(work.transaction) if one not in (old, new)]
    work.pinned["forwarded_by"] = before if old == new else [*before, old]
    work.pinned[ANSWERS_FROM] = address


def _had_it_before(row: Transaction) -> list[str]:
    return list((row.options or {}).get("forwarded_by") or [])


def _follow_reply_address(work: Work, apdu: Apdu) -> None:
    row, address = work.transaction, _mailable(apdu.reply_to)
    if not address or ascii_lower(address) == ascii_lower(row.address):
        return
    if strangers := (row.options or {}).get(ANSWERS_FROM):
        if own_domain.same(address, strangers):  # its addresses are never taken for the partner's
            _move(work, address=address)
        return
    partner = work.context.partners.get(row.partner)
    if partner is None:
        return
    if ascii_lower(address) == ascii_lower(partner.address):
        _move(work, address=partner.address)
        return
    if own_domain.is_own(address, partner, work.context.partners, work.context.addresses):
        _move(work, address=address)
        return
    kept = partner_addresses.learn(work.connection, partner.symbol, address, work.event.id)
    if kept is AddressStatus.CONFIRMED:
        _move(work, address=address)
    elif kept is not AddressStatus.WAITS:
        work.attend(Reason.LEARNED_ADDRESS)
    if kept is AddressStatus.FULL:
        work.words.append(sentence("address-not-kept", address=address, most=partner_addresses.MOST_WAITING))


def _mailable(offered: tuple[ReplyTo, ...]) -> str:
    """Return the first address that we can write to in an encoding that it reads."""
    for one in offered:
        if one.service.upper() == "SMTP" and OURS in (one.encodings or (OURS,)) and is_address(one.address):
            return one.address
    return ""


def _move(work: Work, **ends: str) -> None:
    transactions.readdress(work.connection, work.transaction, ends)
