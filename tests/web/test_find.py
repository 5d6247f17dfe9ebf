"""Find takes whatever stands on a slip, a book, a card or a title page; one hit opens."""

import pytest


@pytest.fixture
def asked(house):
    item = {"title": "On Letters", "author": "Seneca", "isbn": "978-0-19-281774-1"}
    house.place(item=item, patron={"id": "R7", "name": "Vera Example"})
    house.place(title="Iron Bridges")
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    house.act("L1", "ship", barcode="300123")
    return house


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("B1", "B1"), ("b1", "B1"), ("B1-1", "B1"), ("C1-1", "L1"), ("300123", "L1"), (" 300123 ", "L1"),
        ("9780192817741", "B1"), ("978-0-19-281774-1", "B1"), ("letters", "B1"), ("seneca letters", "B1"),
        ("Vera", "B1"), ("R7", "B1"), ("bridges", "B2"),
    ],
)  # fmt: skip
def test_one_hit_opens(browser, asked, typed, number):
    page = browser.post("/find", {"find": typed})
    assert page.status == 200 and page.url.endswith(f"/r/{number}")


@pytest.mark.parametrize("typed", ["nobody has this", "300124", "B99", "%", "'", "x" * 500])
def test_no_hit_says_where_it_was_looked(browser, asked, typed):
    page = browser.post("/find", {"find": typed})
    assert page.status == 200
    assert "barcodes of items, ISBN and ISSN" in page.words and "No request fits." in page.words
