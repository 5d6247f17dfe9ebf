"""ISO 10161 by mail: a file is a further part of the letter, with ours and with theirs."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mailproc.config import Documents
from mailproc.mail.attachments import attachments
from mailproc.mail.parse import parse
from tests.support.files import PDF

from .conftest import BORROWER, LENDER, MAIL


def with_pdf(raw: bytes) -> bytes:
    """As a mail program adds a file to what it sends."""
    letter = message_from_bytes(raw, policy=SMTP)
    assert isinstance(letter, EmailMessage)
    letter.make_mixed()
    letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="article.pdf")
    return letter.as_bytes()


def test_ours_carries_the_message_and_the_file(iso, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    iso.asks(services=["COPY"])
    iso.act("L1", "ship", service="COPY", attach=(str(tmp_path / "a.pdf"),))
    assert iso.last()["type"] == "SHIPPED"
    letter = iso.world.to(MAIL[BORROWER])[-1]
    assert [one.content for one in attachments(parse(letter.raw)) if one.type.name == "pdf"] == [PDF]


@pytest.mark.parametrize("forward", [True, False])
def test_theirs_is_read_and_the_file_goes_to_the_reader(make_iso, forward: bool) -> None:
    iso = make_iso(documents=Documents(forward=forward))
    iso.place(LENDER, service="COPY")
    at = {"sent_at": "2026-03-02T11:00:00", "shipped_service": "COPY"}
    iso.letter_of(LENDER, {"type": "SHIPPED", "transaction": iso.id_of_ours()} | at, change=with_pdf)
    assert iso.state("B1") == "SHIPPED"
    line = next(one for one in iso.shown("B1").history if one.event == "SHIPPED")
    assert line.documents == 1
    sent = [one for one in iso.world.reader() if attachments(parse(one.raw))]
    assert [attachments(parse(one.raw))[0].content for one in sent] == ([PDF] if forward else [])
