"""Put a message of ours in words for a partner's people, whatever its protocol: one place for each text."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.flow.prepare.notice_writer import NoticeWriter, Occasion, writer_of
from mailproc.ill.apdu import Apdu, IllRequest, Overdue, Recall, Received, RenewAnswer, Returned, Shipped
from mailproc.ill.event_names import told
from mailproc.ill.note_sentences import WANTED_BY, WRONG, parted
from mailproc.ill.terms import Role, Service
from mailproc.log import mask_shown
from mailproc.mail.letter import Body, Part
from mailproc.notices import last_good, order_details
from mailproc.notices.last_good import Rendered, render_safely
from mailproc.notices.outgoing_details import telling
from mailproc.notices.partner import PartnerDocument, PartnerNotice, PartnerOrder, PartnerReturned, ToPartner
from mailproc.notices.render import Notice
from mailproc.notices.shared_contexts import EnclosedDocument, Request
from mailproc.store import documents, events, transactions
from mailproc.store.engine import Store
from mailproc.store.intent_bodies import NoticeToPartner
from mailproc.store.rows import Intent
from mailproc.templating.contract import sample_of

RENEW_REPLY = "renew-reply"
"""The action by which we answer a request for more time."""


def content_of(writer: NoticeWriter, apdu: Apdu) -> ToPartner:
    """Return what the letter says."""
    known = _known(writer, apdu)
    if isinstance(apdu, IllRequest):
        return PartnerOrder(**known, **_wanted(writer, apdu))
    known["their_number"] = _numbered(writer, apdu)[1]
    if isinstance(apdu, Returned):
        return PartnerReturned(
            **known,
            returned=writer.day(apdu.returned_on or writer.context.today()),
            via=apdu.returned_via or "",
            insured=writer.language.amount(apdu.insured_for),
            wrong=parted(apdu.note).said == WRONG,
            wanted=_is_wanted(writer),
        )
    kind, language = told(apdu), writer.language
    role, service = _place(writer)
    return PartnerNotice(
        **known,
        kind=kind,
        what=language.told_word(kind),
        opening=language.opening(kind, role, service),
        said=telling(apdu, writer.context.today(), language, lambda symbol: writer.partner(symbol).name),
        please=_please(writer, apdu),
        back_to=_back_to(writer, apdu),
    )


def _back_to(writer: NoticeWriter, apdu: Apdu) -> tuple[str, ...]:
    """Return where a loan of ours goes back to, in letters that bring it or demand it."""
    loan = writer.transaction
    if loan is None or loan.role is not Role.RESPONDER or loan.service is not Service.LOAN:
        return ()
    if not isinstance(apdu, Shipped | Overdue | Recall):
        return ()
    return order_details.post_lines(writer.context.our_postal)


def _place(writer: NoticeWriter) -> tuple[str, str]:
    """Return our role and the service of what the letter is about."""
    row, request = writer.transaction, writer.request
    if row is not None:
        return str(row.role), str(row.service)
    return (str(request.role), str(request.service)) if request is not None else ("", "")


def _please(writer: NoticeWriter, apdu: Apdu) -> str:
    """Return what they are asked to do; no renewal is offered after a refusal, or at the last level."""
    language, loan = writer.language, writer.transaction
    if isinstance(apdu, RenewAnswer) and not apdu.answer and loan is not None and loan.due_on is not None:
        return language.texts.please["BACK_BY"].format(day=writer.day(loan.due_on))
    if isinstance(apdu, Overdue) and _is_over(writer, apdu):
        return language.texts.please["RECALL"]
    if isinstance(apdu, Received) and parted(apdu.note).said == WRONG and not _is_wanted(writer):
        return ""
    by_a_day = parted(apdu.note).said == WANTED_BY
    return language.please(told(apdu), _place(writer)[0], WANTED_BY if by_a_day else "")


def _is_wanted(writer: NoticeWriter) -> bool:
    """Return whether this library may still send what we asked for: nobody was asked after it."""
    row, request = writer.transaction, writer.request
    if row is None or request is None or request.closed_at is not None:
        return False
    return transactions.of_request(writer.connection, request.id)[-1].id == row.id


def _is_over(writer: NoticeWriter, demand: Overdue) -> bool:
    """Return whether we lend it no longer: this is our last reminder, or we refused to renew it."""
    levels = writer.context.config.policy.overdue_levels
    if levels and (demand.level or 1) >= levels:
        return True
    if demand.due is not None and demand.due.renewable is False:
        return True
    loan = writer.transaction
    told_last = events.last_of(writer.connection, loan.id, (RENEW_REPLY,)) if loan is not None else None
    return told_last is not None and (told_last.apdu or {}).get("answer") is False


def documents_of(writer: NoticeWriter, apdu: Apdu, files: Sequence[int]) -> PartnerDocument:
    """Return what the letter says that brings files; without any (a preview), with one as an example."""
    rows, octets = documents.load(writer.connection, files), writer.language.counted
    named = tuple(EnclosedDocument(name=one.name, size=octets("octets", one.size)) for one in rows)
    number = _numbered(writer, apdu)[1]
    enclosed = named or (sample_of(EnclosedDocument),)
    return PartnerDocument(**_known(writer, apdu), their_number=number, documents=enclosed)


def _known(writer: NoticeWriter, apdu: Apdu) -> dict[str, Any]:
    """Return what every letter to people says."""
    partner = writer.context.partners.get(writer.occasion.partner)
    return {
        "library": writer.library(),
        "partner": writer.partner(writer.occasion.partner),
        "address": partner.letter.postal if partner else (),
        "signer": partner.letter.signer if partner else (),
        "request": _numbered(writer, apdu)[0],
        "note": parted(apdu.note).note,
    }


def _wanted(writer: NoticeWriter, wanted: IllRequest) -> dict[str, Any]:
    told = writer.reader  # None unless they are to know ([partner.letter] name_reader)
    delivery, billing = wanted.delivery, wanted.billing
    return {
        "cited": order_details.item_lines(wanted, writer.language),
        "wishes": order_details.wish_lines(wanted, writer.context.today(), writer.language),
        "reader": order_details.reader_line(wanted.patron, told.name) if told else "",
        "post": order_details.post_lines(delivery.postal if delivery else None),
        "electronic": (delivery.electronic if delivery else "") or "",
        "bill": order_details.post_lines(billing.postal if billing else None),
        "copyright": order_details.copyright_line(wanted, writer.language),
    }


def _numbered(writer: NoticeWriter, apdu: Apdu) -> tuple[Request, str]:
    """Return the request with the number that the partner uses: its own where we lend, else ours."""
    transaction, wanted = writer.transaction, writer.wanted()
    known_as = apdu.ref.number if apdu.ref else str(transaction.tgq) if transaction is not None else ""
    if transaction is not None and transaction.role == Role.REQUESTER:
        return replace(wanted, number=known_as or wanted.number), ""
    return wanted, known_as if known_as != wanted.number else ""  # entered without a number of theirs


def body_of(notice: Notice) -> Body:
    """Return the letter; a stranger may have written a secret in a name, an address or a subject."""
    return Body(mask_shown(notice.subject), (Part("text/plain", b"", text=mask_shown(notice.text)),))


@dataclass
class PeopleWriter:
    """Writes the messages of one transaction as letters, for a codec that is people's.

    ``rendered``: what was written; the caller stores what is to be remembered or reported of it.
    """

    store: Store
    context: Context
    intent: Intent
    rendered: list[Rendered[Notice]] = field(default_factory=list)

    def __call__(self, apdu: Apdu) -> Body:
        """Return the letter. Raise BrokenTemplate only if the shipped text fails too."""
        intent, name = self.intent, delivery_mode.text_of(apdu)
        body = NoticeToPartner(name, intent.message)
        occasion = Occasion(body, intent.partner, intent.request_id, intent.transaction_id, intent.event_id)
        with self.store.read() as connection:
            writer = writer_of(connection, occasion, self.context, body.to)
            content = content_of(writer, apdu)
            made = render_safely(
                self.context.templates,
                name,
                writer.tag,
                content,
                lambda path: last_good.good(connection, path),
            )
        self.rendered.append(made)
        return body_of(made.notice)
