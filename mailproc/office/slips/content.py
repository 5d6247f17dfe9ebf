"""Fill the names that the text of a slip may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.matching import reader_standing
from mailproc.flow.prepare import reader_notice
from mailproc.flow.prepare.notice_writer import NoticeWriter, Occasion, writer_of
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Money, Postal
from mailproc.ill.holding import Holding
from mailproc.ill.terms import Role
from mailproc.notices.citation import cited
from mailproc.notices.holding import availability
from mailproc.notices.order_details import post_lines
from mailproc.notices.shared_contexts import OurLibrary, PartnerLibrary, Request
from mailproc.notices.slips import BookBand, PullSlip, ReturnLabel, Slip
from mailproc.office.queries import entry_details, holdings
from mailproc.office.queries.listing import number_of_borrower
from mailproc.office.slips.kinds import RULES, SlipKind
from mailproc.store import item_barcodes, transactions
from mailproc.store.intent_bodies import NoticeToReader, NoticeToStaff
from mailproc.store.rows import StoredRequest, Transaction


@dataclass(frozen=True)
class FilledSlip:
    """What a slip says, and the ``language`` of its text."""

    content: Slip
    language: str


class _Shared(TypedDict):
    library: OurLibrary
    partner: PartnerLibrary
    request: Request
    number: str
    their_number: str
    printed: str
    reprint: str


def filled(
    connection: Connection,
    context: Context,
    kind: SlipKind,
    transaction: Transaction,
    *,
    again: bool = False,
) -> FilledSlip:
    """Return what the slip of this attempt says now. A band speaks the reader's language, others ours."""
    writer = _writer(connection, context, kind, transaction)
    if writer.request is None:
        raise LookupError(f"transaction {transaction.id} has no request")
    return FilledSlip(_FILL[kind](writer, transaction, writer.request, again), writer.tag)


def _writer(
    connection: Connection, context: Context, kind: SlipKind, transaction: Transaction
) -> NoticeWriter:
    name, to_reader = RULES[kind].template, kind is SlipKind.BANDS
    body = NoticeToReader(name) if to_reader else NoticeToStaff(name, {})
    occasion = Occasion(body, transaction.partner, transaction.request_id, transaction.id)
    return writer_of(connection, occasion, context, body.to)


def _shared(writer: NoticeWriter, row: Transaction, request: StoredRequest, again: bool) -> _Shared:
    language = writer.language
    return _Shared(
        library=writer.library(),
        partner=writer.partner(row.partner),
        request=writer.wanted(),
        number=request.number,
        their_number=_their_number(writer.connection, row, request.number),
        printed=writer.day(writer.context.today()),
        reprint=language.label("slips", "reprint") if again else "",
    )


def _their_number(connection: Connection, row: Transaction, ours: str) -> str:
    """Return the number under which the other library finds it: its own, or where it lends and has told
    none, the one that we ordered by."""
    own = transactions.order_lines(connection, row.id) if row.role is Role.REQUESTER else []
    return own[0] if own else _named(row, ours)


def _named(row: Transaction, ours: str) -> str:
    borrows = row.role is Role.RESPONDER
    return number_of_borrower(row.options, row.tgq, ours if borrows else "")


def _pull(writer: NoticeWriter, row: Transaction, request: StoredRequest, again: bool) -> PullSlip:
    item, delivery = request.item or {}, request.delivery or {}
    parts = cited(item, writer.language, (request.title, request.author))
    postal = delivery.get("postal")
    copy = _our_copy(writer, request) or Holding(source="")
    return PullSlip(
        **_shared(writer, row, request, again),
        shelfmark=copy.shelfmark,
        location=", ".join(filter(None, (copy.branch, copy.location))),
        available=availability(copy, writer.language, writer.context.today()),
        item_barcode=item_barcodes.latest(writer.connection, row.id) or copy.barcode,
        cited=tuple(f"{label}: {value}" for label, value in parts),
        needed_by=writer.day(request.need_before_on),
        post=post_lines(apdu_json.value_from_json(Postal, postal, "postal")) if postal else (),
        electronic=str(delivery.get("electronic") or ""),
        note=request.note,
        also_wanted=entry_details.also_wanted(writer.connection, request),
    )


def _our_copy(writer: NoticeWriter, request: StoredRequest) -> Holding | None:
    """Return the copy to fetch, as far as a catalogue has said."""
    if not writer.context.config.catalogue:
        return None
    return holdings.to_fetch(writer.connection, writer.context, request.id)


def _band(writer: NoticeWriter, row: Transaction, request: StoredRequest, again: bool) -> BookBand:
    reader = writer.reader
    return BookBand(
        **_shared(writer, row, request, again),
        reader=reader.name if reader else "",
        reader_id=request.patron_id or "",
        pickup=reader.pickup if reader else "",
        item_barcode=item_barcodes.latest(writer.connection, row.id),
        due=writer.day(reader_standing.due(writer.connection, row, writer.context)),
        conditions=reader_notice.conditions(writer),
    )


def _label(writer: NoticeWriter, row: Transaction, request: StoredRequest, again: bool) -> ReturnLabel:
    partner = writer.context.partners.get(row.partner)
    insured = ((row.options or {}).get("loan_terms") or {}).get("return_insurance")
    return ReturnLabel(
        **_shared(writer, row, request, again),
        address=(partner.letter.postal if partner else ()) or (writer.partner(row.partner).name,),
        sender=_sender(writer.context),
        insured=writer.language.amount(apdu_json.value_from_json(Money, insured, "insured"))
        if insured
        else "",
    )


def _sender(context: Context) -> tuple[str, ...]:
    return context.config.slips.address or post_lines(context.our_postal) or (context.config.library.name,)


_Fill = Callable[[NoticeWriter, Transaction, StoredRequest, bool], Slip]
_FILL: Mapping[SlipKind, _Fill] = {SlipKind.PULL: _pull, SlipKind.BANDS: _band, SlipKind.LABELS: _label}
