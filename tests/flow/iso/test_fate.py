"""What becomes of letters that a partner made us write: staff hear of it within that partner's ceiling."""

from dataclasses import replace

import pytest

from mailproc.errors import InDoubt
from mailproc.flow import retrying

from .conftest import BORROWER, MAIL

MOST, FLOOD = 3, 8


@pytest.fixture
def few(iso):
    """Staff have at most three letters an hour about what one partner sends."""
    policy = iso.app.config.policy.model_copy(update={"notices_an_hour": MOST})
    config = iso.app.config.model_copy(update={"policy": policy})
    iso.world.app = replace(iso.app, config=config, context=replace(iso.app.context, config=config))
    return iso


def refuses(iso):
    iso.world.refuses = lambda letter: letter.to == MAIL[BORROWER]


def questions(iso, tgq="G", count=FLOOD):
    """Requests, and a question about each, which we answer by ourselves."""
    names = [iso.asks(f"{tgq}{number}") for number in range(count)]
    refuses(iso)
    for named in names:
        iso.hears("STATUS_QUERY", BORROWER, named)


def refused(iso, tgq="G", count=FLOOD):
    """Requests that are refused as they come, by an act of ours that follows."""
    refuses(iso)
    for number in range(count):
        iso.asks(f"{tgq}{number}", transaction_type="CHAINED")


@pytest.mark.parametrize("flood", [questions, refused])
def test_letters_that_a_partner_brought_about_and_the_relay_refuses(few, flood):
    flood(few)
    failed = [row for row in few.rows("event") if row["type"] == "SEND_FAILED"]
    assert len(failed) == FLOOD
    assert len(few.notices()) == MOST
    numbers = [f"L{number}" for number in range(1, FLOOD + 1)]
    assert all("delivery-failed" in few.attention(number) for number in numbers), "the lists show them all"
    few.later(hours=1)
    flood(few, "H", 1)
    assert f"And {FLOOD - MOST} more" in few.notices()[-1].text


def test_letters_in_doubt_count_too(few, monkeypatch):
    names = [few.asks(f"G{number}") for number in range(FLOOD)]
    monkeypatch.setattr(retrying, "repeat_safe", lambda _connection, _row, _premises: False)

    def deliver(envelope, raw, name):
        if envelope.rcpt_to == MAIL[BORROWER]:
            raise InDoubt("the connection broke")
        return few.world.__class__._deliver(few.world, envelope, raw, name)

    monkeypatch.setattr(few.world, "_deliver", deliver)
    for named in names:
        few.hears("STATUS_QUERY", BORROWER, named)
    assert len([row for row in few.rows("event") if row["type"] == "IN_DOUBT"]) == FLOOD
    assert len(few.notices()) == MOST


def test_failures_of_letters_by_staff_are_always_reported(few):
    """However much the partner's own questions cost: it is about an act of theirs."""
    questions(few)
    before = len(few.notices())
    for number in range(1, FLOOD + 1):
        few.asks(f"H{number}")
        few.act(f"L{FLOOD + number}", "ship")
    assert len(few.notices()) - before == FLOOD
