"""Order what goes to a partner: a message to its system, or a letter to its people."""

from dataclasses import replace
from urllib.parse import urlsplit

from mailproc.config import Partner
from mailproc.flow import delivery_mode
from mailproc.flow.advance import attached_files, hub_number, message_way
from mailproc.flow.advance.work import Work
from mailproc.ill import apdu_json
from mailproc.ill.apdu import (
    Apdu,
    ForwardNotification,
    IllAnswer,
    IllRequest,
    OptionalMessages,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.attention import Reason
from mailproc.ill.effects import Send
from mailproc.ill.event_names import told
from mailproc.ill.terms import ApduType, Ref, Role, TransactionId
from mailproc.mail.letter import BY_MAIL
from mailproc.notices import not_told
from mailproc.protocols.codec import Codec, Manner
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store import auto_replies
from mailproc.store.intent_bodies import NoticeToPartner, SendApdu


def send(work: Work, effect: Send) -> None:
    """Order the message to the partner, or the letter to its people; say which in the act's answer."""
    transaction, context = work.transaction, work.context
    codec = context.registry.by_name(transaction.codec)
    partner = context.partners.get(transaction.partner)
    way = message_way.of(work, effect.apdu, codec, partner)
    files = attached_files.rows(work)
    if way is Manner.LOCAL:
        _leave_unsent(work, effect.apdu, files)
        return
    unnumbered = way is Manner.SEND and hub_number.is_missing(codec, transaction, effect.apdu)
    if way is Manner.REFUSE or unnumbered:
        work.attend(Reason.CANNOT_BE_SAID)
        return
    if work.event.cause == "letter" and not _may_answer(work):
        work.attend(Reason.TOO_MANY_ANSWERS)
        return
    if way is Manner.SEND and codec.lacks_word(effect.apdu, transaction.dialect):
        way = Manner.NOTICE
    if work.event.cause == "letter":
        work.answered.append(told(effect.apdu))
    if way is Manner.SEND:
        _send_message(work, effect.apdu, codec, partner, files)
        return
    apdu = apdu_json.to_json(_addressed(work, effect.apdu))
    work.intend(NoticeToPartner(delivery_mode.text_of(effect.apdu), apdu, files))
    work.words.append(_letter_to_people(work, effect.apdu))


def _send_message(
    work: Work, apdu: Apdu, codec: Codec, partner: Partner | None, files: tuple[int, ...]
) -> None:
    said = _with_optional(work, apdu, codec, partner)
    addressed = _addressed(work, said)
    as_json = apdu_json.to_json(addressed)
    encloses = codec.encloses and (partner is None or partner.transport == BY_MAIL)
    work.intend(SendApdu(as_json, files if encloses else ()))
    unsaid = codec.unsaid(said, work.transaction.dialect, partner)  # then it leaves it out of the letter
    if unsaid:
        nothing = sentence("nothing-sent", partner=work.transaction.partner)
        work.words.append(codec.by_hand(addressed, partner) or nothing)
    else:
        to_people = codec.for_people
        work.words.append(_letter_to_people(work, apdu) if to_people else _message_to(work, partner, apdu))
    if files and not encloses:
        attached_files.send_alone(work, as_json, files)
    if not unsaid:
        _note_losses(work, apdu, codec, partner)


def _note_losses(work: Work, apdu: Apdu, codec: Codec, partner: Partner | None) -> None:
    """Keep what the partner will not read of the message. Of an answer, ``act`` names the options."""
    lost = codec.not_told(apdu, work.transaction.dialect, partner)
    work.not_told += [{"field": one.field, "words": one.words} for one in lost]
    if lost and work.transaction.role is Role.REQUESTER:
        work.words.append(not_told.told(work.not_told))


def _leave_unsent(work: Work, apdu: Apdu, files: tuple[int, ...]) -> None:
    """Send nothing but attached files; a question about the status that no report can answer is for staff."""
    work.words.append(sentence("nothing-sent", partner=work.transaction.partner))
    if files:
        attached_files.send_alone(work, apdu_json.to_json(_addressed(work, apdu)), files)
    asked = work.event.cause == "letter" and work.event.type == ApduType.STATUS_QUERY.name
    if asked and isinstance(apdu, StatusOrErrorReport):
        work.attend(Reason.STATUS_ASKED)


def _with_optional(work: Work, apdu: Apdu, codec: Codec, partner: Partner | None) -> Apdu:
    """Add which optional messages we shall send (ISO 10161-1); we desire the partner's and require none."""
    if not isinstance(apdu, IllRequest | IllAnswer | Shipped) or apdu.optional_messages is not None:
        return apdu
    role, dialect = work.transaction.role, work.transaction.dialect
    ours, theirs = delivery_mode.OPTIONAL[role], delivery_mode.OPTIONAL[role.other]
    able = [
        kind.name
        for kind in ours
        if delivery_mode.effective(codec, partner, kind, role, dialect) is Manner.SEND
    ]
    wanted = tuple(kind.name for kind in theirs)
    return replace(apdu, optional_messages=OptionalMessages(can_send=tuple(able), desires=wanted))


def _may_answer(work: Work) -> bool:
    """Return whether one more automatic answer to this address is allowed: no loop can run away."""
    most = work.context.config.policy.answers_an_hour
    now = work.context.clock()
    row = work.transaction
    return auto_replies.may_answer(work.connection, row.address, row.partner, now, most)


def _addressed(work: Work, apdu: Apdu) -> Apdu:
    """Return the APDU with the transaction's names, both symbols and its service time."""
    row, options = work.transaction, work.transaction.options or {}
    wire = options.get("wire", {})
    ours, theirs = wire.get("responder") or work.context.config.library.symbol, row.symbol
    borrowing = row.role == Role.REQUESTER
    named = wire.get("initial_requester", row.initial_requester)
    code = "" if borrowing else row.tq
    forwarded = isinstance(apdu, ForwardNotification) and apdu.responder is not None
    return replace(
        apdu,
        transaction=TransactionId(named, row.tgq, row.tq, row.stq),
        ref=None if wire else Ref(code, hub_number.of(options), options.get("order_line", "")),
        requester=ours if borrowing else wire.get("requester") or theirs,
        responder=apdu.responder if forwarded else theirs if borrowing else ours,
        sent_at=work.service_time(),
    )


def _letter_to_people(work: Work, apdu: Apdu) -> Sentence:
    row = work.transaction
    what = Word("told", told(apdu))
    return sentence("letter-to-people", library=row.symbol, address=row.address, what=what)


def _message_to(work: Work, partner: Partner | None, apdu: Apdu) -> Sentence:
    """Say where the message goes: by mail to an address, by another transport to a server."""
    row, what = work.transaction, Word("told", told(apdu))
    server = _server(work, partner) if partner is not None else ""
    if partner is None or not server:
        return sentence("message-to", library=row.symbol, address=row.address, what=what)
    way = partner.transport.upper()
    return sentence("message-by", library=row.symbol, way=way, server=server, what=what)


def _server(work: Work, partner: Partner) -> str:
    """Return the server that takes what does not go by mail; '' of mail."""
    if partner.transport == "http":
        return urlsplit(work.context.config.hub.url).hostname or ""
    return {"tcp": partner.tcp.address, "slnp": partner.slnp.info.host}.get(partner.transport, "")
