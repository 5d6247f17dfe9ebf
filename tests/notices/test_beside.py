"""Whoever reads the letter, and not the message in it, learns the same."""

from datetime import date
from decimal import Decimal

import pytest

from mailproc.ill.apdu import Condition, Delivery, Due, IllAnswer, IllRequest, Item, Money, Shipped
from mailproc.ill.terms import Results, Service
from mailproc.notices.cover_text import beside
from mailproc.notices.language_files import shipped

TODAY = date(2026, 3, 2)
ITEM = {"title": "A Journal", "article_title": "An Article", "volume_issue": "12", "pagination": "33-40"}
CONDITION = (Condition(condition="library-use-only", reply_by=date(2026, 3, 12)),)
ANSWERS = [
    (IllAnswer(results=Results.UNFILLED, reason="at-bindery"),
     ["we cannot supply it", "it is at the binder's"], ["wir können nicht liefern", "beim Buchbinder"]),
    (IllAnswer(results=Results.CONDITIONAL, conditions=CONDITION, note="Room 5"),
     ["on a condition", "in the library only", "Thu 12 Mar", "Room 5"],
     ["unter einer Bedingung", "nur zum Lesen in der Bibliothek", "Do, 12.03.2026", "Room 5"]),
    (IllAnswer(results=Results.RETRY, retry_on=date(2026, 5, 1)),
     ["ask again later", "Fri 1 May"], ["später noch einmal", "Fr, 01.05.2026"]),
    (Shipped(due=Due(on=date(2026, 4, 1))),
     ["we have sent it", "Wed 1 Apr"], ["geliefert", "Mi, 01.04.2026"]),
]  # fmt: skip


@pytest.mark.parametrize(("apdu", "english", "german"), ANSWERS)
def test_an_answer_says_what_of_what_and_until_when(apdu, english, german):
    for language, says in (("en", english), ("de", german)):
        lines = beside(apdu, ITEM, TODAY, shipped(language))
        assert says[0] in lines[0]
        for words in (*says, "An Article", "A Journal"):
            assert words in "\n".join(lines)
        assert "33-40" not in "\n".join(lines)


def test_a_request_names_all_that_is_wanted():
    apdu = IllRequest(
        services=(Service.COPY,),
        item=Item(**ITEM),
        need_before=date(2026, 4, 1),
        max_cost=Money(amount=Decimal("12.50"), currency="EUR"),
        delivery=Delivery(electronic="copies@library.example"),
    )
    for language, wishes in (
        ("en", ("by Wed 1 Apr", "most 12.50 EUR")),
        ("de", ("bis Mi, 01.04.2026", "höchstens")),
    ):
        text = "\n".join(beside(apdu, ITEM, TODAY, shipped(language)))
        assert all(value in text for value in (*ITEM.values(), *wishes, "copies@library.example"))
