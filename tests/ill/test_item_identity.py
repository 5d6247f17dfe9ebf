"""Which citations mean the same item."""

import pytest

from mailproc.ill import item_identity
from mailproc.ill.item_identity import ItemKey, isbn_of, issn_of, key

SAME = [
    ({"title": "A", "isbn": "0-306-40615-2"}, {"title": "B", "isbn": "9780306406157"}),
    ({"title": "A", "isbn": "ISBN 0 306 40615 2 (pbk.)"}, {"title": "A", "isbn": "978-0-306-40615-7"}),
    ({"title": "On  Létters.", "author": "Seneca, L. A."}, {"title": "On letters", "author": "L. A. Seneca"}),
    (
        {"title": "J. of Weirs", "issn": "0378-5955", "volume_issue": "12(3)", "pagination": "pp. 45-52"},
        {"title": "Weirs, J. of", "issn": "03785955", "volume_issue": "vol. 12, no. 3", "pagination": "45–9"},
    ),
    (
        {"title": "J. of Weirs", "article_title": "On Locks", "publication_date": "2019"},
        {"title": "J of weirs", "article_title": "ON LOCKS.", "publication_date": "c2019"},
    ),
    ({"title": "On Letters", "author": "Seneca, L."}, {"lines": ["Seneca, L.", "On letters"]}),
    ({"lines": ["On Letters", "Seneca"]}, {"lines": ["ON LETTERS", "SENECA"]}),
]
OTHER = [
    ({"title": "A book"}, {"title": "Another book"}),
    ({"title": "A book", "author": "Marsh"}, {"title": "A book", "author": "Okafor"}),
    ({"title": "A", "isbn": "0306406152"}, {"title": "A", "isbn": "9783161484100"}),
    ({"title": "Algebra 1"}, {"title": "Algebra 2"}),
    ({"title": "C"}, {"title": "D"}),
    ({"title": "A", "volume_issue": "1"}, {"title": "A", "volume_issue": "2"}),
    ({"title": "A", "pagination": "45-52"}, {"title": "A"}),
    ({"title": "J", "article_title": "On Locks"}, {"title": "J", "article_title": "On Weirs"}),
    ({"title": "A", "isbn": "0000000000"}, {"title": "B", "isbn": "0000000000"}),
    ({"title": "A", "isbn": "0306406153"}, {"title": "B", "isbn": "0306406153"}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_item(one, other):
    assert key(one) == key(other) != ItemKey()


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_item(one, other):
    assert key(one) != key(other)


@pytest.mark.parametrize("item", [None, {}, {"title": ""}, {"title": " ?! "}, {"author": "Marsh"}])
def test_what_names_nothing_is_like_nothing(item):
    assert key(item) == ItemKey("", "")


def test_a_title_in_another_script_has_a_key():
    assert key({"title": "كتاب عن الري"}).title not in ("", "/")


def test_keys_are_bounded():
    found = key(
        {
            "title": "w " * 50_000,
            "author": "x" * 50_000,
            "volume_issue": "1 " * 50_000,
            "pagination": "9" * 9999,
        }
    )
    assert max(map(len, found)) <= 3 * item_identity.LONGEST


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (isbn_of, "9780306406158"), (isbn_of, "0306406153"), (isbn_of, "030640615"), (isbn_of, "none"),
        (isbn_of, ""), (issn_of, "0378-5954"), (issn_of, "0378"), (issn_of, "９９９９９９９９"),
    ],
)  # fmt: skip
def test_what_is_no_number(number, text):
    assert number(text) == ""
