"""Where a transaction's other end is, after a letter: who answers us now, and at which address.

ISO 10161-1, Forward-Notification: the request went on, another library answers. To a partner of config.toml
the transaction moves at once, to an unknown address when staff have said yes. APDU-Delivery-Info
(1.0.10161.13.3): answers go where the last letter asked for them. An address of the partner's own
domain is used for this transaction at once; another one waits until staff have confirmed it.
"""

from dataclasses import replace

from mailproc.config import Partner
from mailproc.config_load.value_checks import is_address
from mailproc.flow.advance import own_domain
from mailproc.flow.advance.carry_out import Work, follow_with
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
"""The event of their yes."""
REMAIN = "forget"
"""The event of their no: a line in the history."""
OURS = "BER_IN_MIME"
"""What we can write (APDU-Encoding)."""


def learn(work: Work, taken: Step, occurrence: Occurrence) -> None:
    """Move the transaction's other end to where the letter says it is, or where staff say it is."""
    apdu, facts = occurrence.apdu, occurrence.facts
    if work.event.type == REDIRECT:
        _now_with_stranger(work, facts["symbol"], facts["address"])
        return
    heard = work.event.cause == "letter" or work.event.heard_by
    if apdu is None or not heard or facts.get("old_responder") or facts.get("repeat"):
        return
    if isinstance(apdu, IllRequest | IllAnswer | Shipped) and apdu.optional_messages is not None:
        work.pinned["optional_messages"] = apdu_json.value_to_json(apdu.optional_messages)
    if isinstance(apdu, ForwardNotification):
        _forwarded(work, taken, apdu)
    else:
        _answers_go(work, apdu)


def _forwarded(work: Work, taken: Step, apdu: ForwardNotification) -> None:
    row, context = work.transaction, work.context
    if row.role != Role.REQUESTER or not taken.after.state.awaits_answer or not apdu.responder:
        return
    address = _mailable((apdu.responder_address,) if apdu.responder_address else ())
    new = context.partners.get(apdu.responder) or context.partners.at(address)
    if new is not None and new.codec == row.codec:
        _now_with(work, new)
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
    """Nothing moves before they say yes: whoever can speak as the partner could else send the transaction's
    letters to any address. The partner is still heard; the other one's letters lie on the shelf."""
    row, event_id = work.transaction, work.event.id
    kept = partner_addresses.passed_on(work.connection, row.partner, address, event_id, row.id, symbol)
    work.attend(Reason.FORWARDED_ELSEWHERE)
    said = {"partner": row.partner, "library": symbol, "address": address}
    if kept is AddressStatus.FULL:
        work.words.append(sentence("passed-on-full", **said, most=partner_addresses.MOST_WAITING))
    else:
        work.words.append(sentence("passed-on-asked", **said))


def _now_with_stranger(work: Work, symbol: str, address: str) -> None:
    """A library that config.toml does not know and staff have confirmed: it is heard from this address, and
    of its system nothing is known but the standard. What it has said lies on the shelf as a stranger's."""
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
    if row.state is State.CANCEL_PENDING:  # who has heard of it has the request no more
        follow_with(work, "cancel", Cancel())


def _now_with(work: Work, new: Partner) -> None:
    row = work.transaction
    if new.symbol == row.partner and new.symbol not in _had_it_before(row):
        return
    _pin_forwarded(work, row.partner, new.symbol)
    address = partner_addresses.address_of(work.connection, new.symbol) or new.address
    _move(work, partner=new.symbol, symbol=new.symbol, address=address, dialect=new.dialect)
    _asked_already(work, new.symbol)
    work.words.append(sentence("has-it-now", library=new.symbol))
    if row.state is State.CANCEL_PENDING:  # a letter of theirs makes us ask nobody by ourselves
        work.attend(Reason.CANCEL_UNHEARD)


def _asked_already(work: Work, symbol: str) -> None:
    """Who has the request now is not to be asked for it in turn."""
    request_id = work.transaction.request_id
    for place in rotas.places(work.connection, request_id):
        if place.transaction_id is None and place.partner == symbol:
            rotas.drop(work.connection, request_id, place.position)


def _pin_forwarded(work: Work, old: str, new: str = "", address: str = "") -> None:
    """Who had it before, and from which ``address`` a library that we do not know has it now."""
    before = [one for one in _had_it_before(work.transaction) if one not in (old, new)]
    work.pinned["forwarded_by"] = before if old == new else [*before, old]
    work.pinned[ANSWERS_FROM] = address


def _had_it_before(row: Transaction) -> list[str]:
    return list((row.options or {}).get("forwarded_by") or [])


def _answers_go(work: Work, apdu: Apdu) -> None:
    row, address = work.transaction, _mailable(apdu.reply_to)
    if not address or ascii_lower(address) == ascii_lower(row.address):
        return
    if strangers := (row.options or {}).get(ANSWERS_FROM):
        if own_domain.same(address, strangers):  # what it says is never of the partner who passed it on
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
    """The first address to which we can write what it reads."""
    for one in offered:
        if one.service.upper() == "SMTP" and OURS in (one.encodings or (OURS,)) and is_address(one.address):
            return one.address
    return ""


def _move(work: Work, **ends: str) -> None:
    transactions.readdress(work.connection, work.transaction, ends)
