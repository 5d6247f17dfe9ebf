"""Where a system wants it, its letters say the same to people, in the partner's language."""

from email import message_from_bytes
from email.policy import default

from mailproc.config import Iso10161

from .conftest import BORROWER, partner


def test_an_answer_of_ours(make_iso, tmp_path):
    overlay = tmp_path / "dialects.toml"
    overlay.write_text('[""]\nreadable_part = true\n')
    iso = make_iso(partner(BORROWER, language="de"), iso10161=Iso10161(dialects=str(overlay)))
    iso.asks(item={"title": "A Journal", "article_title": "An Article", "pagination": "33-40"})
    iso.act("L1", "unfilled", reason="at-bindery", note="Until May")
    letter = message_from_bytes(iso.sent[-1].raw, policy=default)
    text = letter.get_body(("plain",)).get_content()
    assert letter["Subject"].endswith(": wir können nicht liefern")
    for words in (
        "Aufsatz: An Article",
        "Zeitschrift oder Buch: A Journal",
        "der Grund: beim Buchbinder",
        "Until May",
    ):
        assert words in text.splitlines()
    assert iso.last()["reason"] == "at-bindery"  # the message itself is as it was
