"""Write sample letters and read them back, as before sending, so that a broken template shows early."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mailproc.config import Library, Partner, PartnerArtemail
from mailproc.errors import LocalFault
from mailproc.ill.apdu import (
    Cancel,
    Delivery,
    IllAnswer,
    IllRequest,
    Item,
    Postal,
    Renew,
    Shipped,
    StatusQuery,
)
from mailproc.ill.terms import Ref, Results, Role, Service
from mailproc.protocols.artemail import plain
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.requests import Orders
from mailproc.protocols.artemail.write import file_receipt, order_file, status_report
from mailproc.protocols.codec import Encoded, Held, Renderer, Wire

CODE = "99-0001"
_TODAY = date(2026, 8, 5)
_LIBRARY = Library(symbol="XX-LIBRARY", name="Example Library", email="ill@library.example")
_WORDS = {"cancel": "CANCEL", "renew": "RENEW", "chase": "CHASE"}
_ITEM = Item(
    title="Journal of Imaginary Hydrology", volume_issue="12(3)", publication_date="2019",
    pagination="201-219", article_title="Tidal memory", article_author="Sample, A.",
)  # fmt: skip
_COPY = IllRequest(
    ref=Ref(number="LIB-B1-1"),
    services=(Service.COPY,),
    item=_ITEM,
    delivery=Delivery(electronic="reader.one@library.example"),
)
_LOAN = IllRequest(
    ref=Ref(number="LIB-B2-1"),
    services=(Service.LOAN,),
    item=Item(title="Cartography of vanished rivers", author="Sample, A."),
    delivery=Delivery(postal=Postal(name="Example Library", street="1 Any Street", city="Town")),
)
_BARE = IllRequest(ref=Ref(number="LIB-B3-1"), services=(Service.LOAN,), item=Item(title="A book"))
_MARKED = IllRequest(
    ref=Ref(number="LIB-B4-1"), services=(Service.COPY,), item=_ITEM, keywords=("COPYRT",),
    delivery=Delivery(electronic="reader.one@library.example"),
)  # fmt: skip

_REMARK = "The reader has it now, from the shelves of another library"
"""Longer than one line, for a partner whose lines are wrapped."""


@dataclass
class _Noting:
    """A renderer that remembers which file it rendered last; a fault after that is that file's."""

    renderer: Renderer
    last: str = ""

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        self.last = path
        return self.renderer.render(path, context)


def faults(codec: ArtemailCodec, renderer: Renderer) -> dict[str, Held]:
    """Return, by template, the first thing lost in a letter that only this template breaks."""
    found: dict[str, Held] = {}
    for write in _letters(codec):
        noting = _Noting(renderer)
        held = _tried(write, noting)
        if held is not None:
            found.setdefault(noting.last, held)
    return found


def _tried(write: Callable[[Renderer], Encoded | None], noting: _Noting) -> Held | None:
    try:
        encoded = write(noting)
    except LocalFault as fault:
        return Held(0, "", str(fault))
    return encoded.held[0] if encoded and encoded.held else None


def _letters(codec: ArtemailCodec) -> Iterator[Callable[[Renderer], Encoded | None]]:
    asks, lends = _wire(Role.REQUESTER), _wire(Role.RESPONDER)
    acts = (Cancel, Renew, StatusQuery)
    actions = (act(ref=_COPY.ref, note=note) for act in acts for note in (_REMARK, None))
    for said in (_COPY, _LOAN, _BARE, _MARKED, *actions):
        yield lambda renderer, said=said: order_file.order_file([said], asks, renderer, codec.words)  # type: ignore[misc]
    yield lambda renderer: order_file.order_file([_COPY, _LOAN, _MARKED], asks, renderer, codec.words)
    scheme = Orders(codec.words, asks.partner.artemail, Ref(CODE))
    for said in (_COPY, _LOAN):
        yield lambda renderer, said=said: plain.letter([said], asks, renderer, scheme)  # type: ignore[misc]
    replies = (
        IllAnswer(ref=Ref(CODE, "LIB-20001"), results=Results.UNFILLED, reason="not-owned"),
        Shipped(ref=Ref(CODE, "LIB-20002"), shipped_service=Service.COPY),
    )
    yield lambda renderer: status_report.report(replies, lends, renderer, codec.replies)
    refused = ("Line 14: LIB-20003 REJECTED - it has no bibliographic lines",)
    for orders, rejected in ((3, ()), (2, refused), (0, refused)):
        receipt = file_receipt.Receipt(CODE, "4711", orders, rejected)
        yield lambda renderer, receipt=receipt: _receipt(receipt, renderer, codec)  # type: ignore[misc]


def _receipt(receipt: file_receipt.Receipt, renderer: Renderer, codec: ArtemailCodec) -> None:
    file_receipt.letter(receipt, renderer, codec.replies)


def _wire(role: Role) -> Wire:
    settings = PartnerArtemail(keywords=_WORDS, rz_with_copyrt=True, overflow="wrap")
    partner = Partner(symbol="XX-PARTNER", address="orders@partner.example", artemail=settings)
    file_ref = "1" if role is Role.REQUESTER else ""
    return Wire(_LIBRARY, partner, role, customer_code=CODE, file_ref=file_ref, today=_TODAY)
