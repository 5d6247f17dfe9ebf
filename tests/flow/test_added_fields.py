"""A server between adds a field to a letter that its sender signed: nothing of the letter is lost by it."""

from dataclasses import replace

import pytest

from mailproc.office.mailroom import incoming
from tests.proof import signer
from tests.proof.verifier import Keys
from tests.support.partners import ADDRESS, BL, partner_lines

BY_SIGNATURE = partner_lines(BL, ["RESPONDER"], "out", more='proof = ["dkim"]')
MARKS = (b"Auto-Submitted: auto-replied", b"X-Autoreply: yes", b"Precedence: auto_reply")


@pytest.fixture(scope="module")
def key():
    return signer.ed25519_key()


@pytest.fixture
def signing(make_world, sqlite_url, key):
    world = make_world(sqlite_url, partners=BY_SIGNATURE)
    keys = Keys({f"{signer.SELECTOR}._domainkey.bl.example": key.record})
    world.app = replace(world.app, context=replace(world.app.context, make_keys=lambda: keys))
    world.place()
    return world


def signed(world, key, text, subject="Replies"):
    return signer.signed(world.letter(text, ADDRESS[BL], subject), key, d="bl.example")


def report(world, line):
    return f"REPLIES FOR 99-0001   {world.now:%d-%m-%Y}\n\n{line}\n"


def hear(world, raw, state="done"):
    inbox_id = world.inject(raw, ADDRESS[BL], peer="203.0.113.9")
    world.run()
    row = world.row("inbox", inbox_id)
    assert (row["state"], row["proof"]) == (state, "dkim")
    return row


@pytest.mark.parametrize("mark", MARKS)
def test_a_report_waits_for_staff(signing, key, mark):
    """Most signers leave these fields unsigned, so the mark may be an autoresponder's own: nothing moves."""
    raw = signed(signing, key, report(signing, "B1-1 NOT"))
    row = hear(signing, mark + b"\r\n" + raw, "shelved")
    assert (signing.state("B1"), len(signing.notices())) == ("PENDING", 1)
    assert "automatic reply" in signing.shelf()[f"I{row['id']}"]
    incoming.release(signing.app.store, signing.app.context, f"I{row['id']}")
    signing.run()
    assert signing.state("B1") == "NOT_SUPPLIED"


@pytest.mark.parametrize("mark", MARKS)
def test_a_report_is_taken_when_it_comes_as_it_was_written(signing, key, mark):
    raw = signed(signing, key, report(signing, "B1-1 NOT"))
    marked = mark + b"\r\n" + raw
    hear(signing, marked, "shelved")
    hear(signing, b"X-Way: 2\r\n" + marked, "shelved")
    assert len(signing.notices()) == 1
    hear(signing, raw)
    assert signing.state("B1") == "NOT_SUPPLIED"
    assert hear(signing, b"X-Way: 3\r\n" + marked)["note"].startswith("the same letter")


@pytest.mark.parametrize("mark", MARKS)
def test_a_letter_in_words_is_taken_as_it_was_written(signing, key, mark):
    raw = signed(signing, key, "Please send the book back at once.", "B1-1")
    for _ in range(2):
        hear(signing, mark + b"\r\n" + raw)
    assert signing.events("B1") == ["request", "AUTOMATIC_REPLY"]
    for _ in range(2):
        hear(signing, raw)
    assert signing.events("B1") == ["request", "AUTOMATIC_REPLY", "MESSAGE"]
    assert "message" in signing.attention("B1")


def test_a_mark_that_is_signed_is_the_senders(signing, key):
    raw = MARKS[0] + b"\r\n" + signing.letter(report(signing, "B1-1 NOT"), ADDRESS[BL], "B1-1")
    hear(signing, signer.signed(raw, key, d="bl.example", h=signer.SIGNED + ":auto-submitted"), "shelved")
    assert (signing.state("B1"), len(signing.notices())) == ("PENDING", 1)


@pytest.mark.parametrize("field", [b"In-Reply-To", b"References"])
def test_a_field_that_names_another_request_hides_no_letter(signing, key, field):
    signing.place(title="Another book")
    asked = signing.sent[-1].raw
    other = next(line.split(b": ")[1] for line in asked.split(b"\r\n") if line.startswith(b"Message-ID"))
    raw = signed(signing, key, "It has been sent back to you for repair.", "Your request B1-1")
    for _ in range(2):
        hear(signing, field + b": " + other + b"\r\n" + raw, "shelved")
    for _ in range(2):
        hear(signing, raw)
    assert signing.events("B1")[1:] == ["MESSAGE"]
    assert signing.events("B2")[1:] == []


def test_nor_does_one_that_names_the_only_request(signing, key):
    """Words that name nothing go where the field says; the letter itself is no copy of that one."""
    signing.place(title="Another book")
    asked = signing.sent[-1].raw
    other = next(line.split(b": ")[1] for line in asked.split(b"\r\n") if line.startswith(b"Message-ID"))
    raw = signed(signing, key, "It has been sent back to you for repair.", "Your book")
    hear(signing, b"In-Reply-To: " + other + b"\r\n" + raw)
    assert signing.events("B2")[1:] == ["MESSAGE"]
    hear(signing, raw, "shelved")
