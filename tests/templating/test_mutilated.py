"""No spoilt text for a machine lets anything leave that was not meant.

Each shipped machine template is damaged in every small way (``mutants``) and put into a site's
folder. Then each order either is held, or leaves as the shipped template would have written it.
"""

import os
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from mailproc.config import Account, Config, Library, Partner, PartnerArtemail
from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    CancelReply,
    Delivery,
    IllAnswer,
    IllRequest,
    Item,
    Overdue,
    Postal,
    Renew,
    Shipped,
    StatusQuery,
)
from mailproc.ill.terms import Ref, Results, Role, Service, TransactionId
from mailproc.mail.letter import Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.write.contracts import CANCEL, CHASE, CONTRACTS, FILE, ORDER, RENEW, REPORT
from mailproc.protocols.codec import Encoded, Wire
from mailproc.protocols.registry import load
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder

from .mutants import mutants

SHIPPED = Templates([shipped_folder()], CONTRACTS)
TODAY = date(2026, 8, 5)
PASSWORD = "S3CR3TPW"
WORDS = {"cancel": "CANCEL", "renew": "RENEWIT", "chase": "CHASEIT"}


def partner(symbol: str, direction: str, code: str) -> Partner:
    account = Account.model_validate(
        {"direction": direction, "customer_code": code, "password": SecretStr(PASSWORD)}
    )
    settings = PartnerArtemail(account=(account,), keywords=WORDS)
    return Partner(symbol=symbol, address=f"art@{symbol.lower()}.example", artemail=settings)


LENDER, BORROWER = partner("XX-BL", "out", "99-0001"), partner("XX-COLLEGE", "in", "99-0002")
OUT = Wire(Library(), LENDER, Role.REQUESTER, customer_code="99-0001", file_ref="4711", today=TODAY)
BACK = Wire(Library(), BORROWER, Role.RESPONDER, customer_code="99-0002", file_ref="12", today=TODAY)


def ours(number: str) -> TransactionId:
    return TransactionId("XX-LIBRARY", number, "1")


def theirs(number: str) -> Ref:
    return Ref("99-0002", number, file_ref="12")


ARTICLE = Item(
    title="Journal of Imaginary Hydrology",
    volume_issue="12(3)",
    publication_date="2019",
    pagination="201-219",
    article_title="Tidal memory",
    article_author="Okafor N",
    issn="1234-5679",
)
DESK = Postal(name="Engineering Librarian", street="1 Any Street", city="ANYTOWN", postcode="AN1 1AA")
COPY = IllRequest(
    transaction=ours("B1"),
    services=(Service.COPY,),
    item=ARTICLE,
    delivery=Delivery(electronic="reader.one@example.org"),
    keywords=("RZ", "COPYRT"),
)
LOAN = IllRequest(
    transaction=ours("B2"),
    services=(Service.LOAN,),
    item=Item(title="Cartography of vanished rivers", author="Marsh, Eleanor", publication_date="1974"),
    delivery=Delivery(postal=DESK),
    keywords=("WLX", "SL"),
)
TO_THE_DESK = IllRequest(transaction=ours("B3"), services=(Service.COPY,), item=ARTICLE)
SHORT = IllRequest(transaction=ours("B4"), services=(Service.LOAN,), item=Item(title="Rivers"))
STOP = Cancel(transaction=ours("B5"), note="Reader no longer needs it")

SAID: dict[str, tuple[Wire, Sequence[Apdu]]] = {
    FILE.path: (OUT, [COPY, STOP]),
    ORDER.path: (OUT, [COPY, LOAN, TO_THE_DESK, SHORT]),
    CANCEL.path: (OUT, [STOP, Cancel(transaction=ours("B6"))]),
    RENEW.path: (OUT, [
        Renew(transaction=ours("B7"), note="Until May, please, and here a second line of the remark"),
        Renew(transaction=ours("B8")),
    ]),
    CHASE.path: (OUT, [StatusQuery(transaction=ours("B9"), note="Please look"),
                       StatusQuery(transaction=ours("B10"))]),
    REPORT.path: (BACK, [
        CancelReply(ref=theirs("LIB-1"), answer=True),
        Shipped(ref=theirs("LIB-2"), shipped_service=Service.LOAN),
        IllAnswer(ref=theirs("LIB-3"), results=Results.HOLD_PLACED, position=3),
        IllAnswer(ref=theirs("lib_4.1"), results=Results.UNFILLED, reason="not-owned"),
        Overdue(ref=theirs("LIB-5"), level=2),
    ]),
}  # fmt: skip
"""For each machine template: messages that use every branch of it."""

ORDERS = [path for path in SAID if path != REPORT.path]
SHARE = 1 if os.environ.get("REQUIRE_ALL") == "1" else 3
"""Every third damage is tried, all of them where everything is required."""

SPOILT_REPORTS = list(mutants(SHIPPED.shipped_text(REPORT.path)))[::SHARE]
REPLY = re.compile(r"^\S+ {3}\S.*$", re.MULTILINE)

DAMAGED = [
    pytest.param(path, name, text, id=f"{path}: {name}")
    for path in ORDERS
    for name, text in mutants(SHIPPED.shipped_text(path))
][::SHARE]


@pytest.fixture(scope="module")
def codec() -> ArtemailCodec:
    return load(Config(partner=(LENDER, BORROWER))).by_name("artemail")


def site(folder: Path, path: str, text: str) -> Templates:
    file = folder / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return Templates([folder, shipped_folder()], CONTRACTS)


def text_of(encoded: Encoded) -> str:
    return (encoded.body.parts[0].text or "") if encoded.body else ""


def as_shipped(codec: ArtemailCodec, path: str, held: set[int]) -> str:
    """What the shipped template writes of the messages that were not held."""
    wire, said = SAID[path]
    left = [apdu for index, apdu in enumerate(said) if index not in held]
    return text_of(codec.encode(left, wire, SHIPPED)) if left else ""


def test_the_templates_are_damaged_in_many_ways() -> None:
    assert len(DAMAGED) * SHARE > 1000
    assert len(SPOILT_REPORTS) * SHARE > 200


@pytest.mark.parametrize("path", SAID)
def test_by_the_shipped_texts_all_leave(codec: ArtemailCodec, path: str) -> None:
    wire, said = SAID[path]
    encoded = codec.encode(said, wire, SHIPPED)
    assert encoded.held == ()
    assert text_of(encoded)


def spaced(text: str) -> list[str]:
    """The lines with single blanks. A blank behind TX is for the site to choose."""
    lines = [" ".join(line.split()) if line.strip() else line for line in text.split("\n")]
    return [re.sub(r"^TX (?!RZ )", "TX", line) for line in lines]


def cannot_be_read(name: str) -> bool:
    """A typo, a torn bracket, a missing begin or end: the text is no template at all."""
    return name.startswith(("typo in", "half of")) or re.fullmatch(r"(if|for|end).* out", name) is not None


@pytest.mark.parametrize(("path", "name", "text"), DAMAGED)
def test_a_spoilt_order_is_held_or_leaves_as_it_was_meant(
    codec: ArtemailCodec, tmp_path: Path, path: str, name: str, text: str
) -> None:
    wire, said = SAID[path]
    encoded = codec.encode(said, wire, site(tmp_path, path, text))
    left, held = text_of(encoded), {each.index for each in encoded.held}
    assert spaced(left) == spaced(as_shipped(codec, path, held))
    assert PASSWORD not in left
    assert all(each.field and each.text for each in encoded.held)
    if cannot_be_read(name):
        assert held == set(range(len(said)))
        assert all(
            each.field == "template" and re.search(r"\.txt, line \d", str(each.text)) for each in encoded.held
        )


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in SPOILT_REPORTS])
def test_a_spoilt_report_is_held_or_says_the_same(
    codec: ArtemailCodec, tmp_path: Path, name: str, text: str
) -> None:
    """A site may greet in a report, for people read it too; but each answer is there, once, and no other;
    above them stands the date, and nowhere a line that is an order to another reader."""
    wire, said = SAID[REPORT.path]
    encoded = codec.encode(said, wire, site(tmp_path, REPORT.path, text))
    if cannot_be_read(name) or encoded.held:
        assert text_of(encoded) == ""
        assert {each.index for each in encoded.held} == set(range(len(said)))
        return
    shipped = codec.encode(said, wire, SHIPPED)
    found, meant = codec.decode(letter(encoded)), codec.decode(letter(shipped))
    assert sorted(map(repr, found.apdus)) == sorted(map(repr, meant.apdus))
    assert (found.unsure, found.faults) == ((), ())
    wanted = REPLY.findall(text_of(shipped).partition("\n\n")[2])
    assert len(wanted) == len(said)
    lines = [line.strip() for line in text_of(encoded).split("\n")]
    assert sorted(line for line in lines if line in wanted) == sorted(wanted)
    assert "05-08-2026" in "\n".join(lines[: lines.index(wanted[0])])
    assert not [line for line in lines if line.startswith(("TX", "NNNN", ":", "99-0009"))]


def letter(encoded: Encoded) -> Letter:
    assert encoded.body
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
    return Letter(raw=b"", subject=encoded.body.subject, date=at, parts=encoded.body.parts)
