"""The words by which people say something: a table in data that orders what staff are offered."""

import pytest

from mailproc.ill.actions import BY_NAME
from mailproc.ill.terms import Role
from mailproc.notices import written_words
from mailproc.notices.written_words import WrittenWords, meant

WRITERS = {"lender": Role.RESPONDER, "borrower": Role.REQUESTER, "reader": Role.REQUESTER}


@pytest.mark.parametrize("row", written_words.table(), ids=lambda row: f"{row.writer} {row.meant}")
def test_a_row_names_an_act_of_its_writer_in_words_that_can_be_found(row: WrittenWords) -> None:
    action = BY_NAME[row.act]
    assert action.role in (None, WRITERS[row.writer])
    assert row.answer in (("yes", "no") if action.asks else ("",))
    for phrase in row.phrases:
        assert row.meant in meant(phrase, row.writer), phrase


@pytest.mark.parametrize(
    ("writer", "text", "first"),
    [
        ("lender", "OK, cancelled.", "cancel-reply yes"),
        ("lender", "Sorry, we can’t cancel it any more", "cancel-reply no"),
        ("lender", "It was posted yesterday", "ship"),
        ("lender", "Wir brauchen das Buch leider bis Mai zurück.", "recall"),
        ("lender", "Das Buch ist überfällig", "overdue"),
        ("lender", "Keine Verlängerung möglich", "renew-reply no"),
        ("borrower", "Wir haben es gestern zurückgeschickt.", "return"),
        ("borrower", "It has been FOUND.", "found"),
        ("reader", "I have lost it, sorry. What must I pay?", "lost"),
        ("reader", "I returned it to your desk last week!", "brought-back"),
        ("reader", "Please renew the book.", "renew"),
    ],
)
def test_words_mean_an_act(writer: str, text: str, first: str) -> None:
    assert meant(text, writer)[0] == first


@pytest.mark.parametrize("text", ["", "We need a pen. Come back.", "unsent", "x" * 3_000 + " cancelled"])
def test_other_words_mean_none(text: str) -> None:
    assert not {"recall", "ship", "cancel-reply yes"}.intersection(meant(text, "lender"))
