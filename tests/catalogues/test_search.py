"""What is searched for, and how it is written in CQL and PQF: whatever a citation holds, it is one term."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.catalogues import cql, pqf, search, z3950
from mailproc.catalogues.search import Search
from mailproc.config import Catalogue
from mailproc.ill.apdu import Item

CATALOGUE = Catalogue(name="own", url="https://catalogue.example/sru")
ISBN = ("9783161484100", "316148410X")

SEARCHES = [
    (Item(isbn="978-3-16-148410-0", title="A Book", author="Ann"), [("isbn", ISBN), ("title", ())]),
    (Item(isbn="3-16-148410-x"), [("isbn", ISBN)]),
    (Item(isbn="9791234567896"), [("isbn", ("9791234567896",))]),
    (Item(isbn="978-3-16-148410-1"), [("isbn", ("9783161484101",))]),
    (Item(isbn="none", issn="0317-8471"), [("issn", ("0317-8471", "03178471"))]),
    (Item(issn="03178472"), [("issn", ("0317-8472", "03178472"))]),
    (Item(isbn="12"), []),
    (Item(title="?!"), []),
    (Item(article_title="An article"), []),
    (Item(lines=("BOOK TITLE", "ISBN 316148410X")), [("isbn", ISBN)]),
]


@pytest.mark.parametrize(("item", "expected"), SEARCHES)
def test_numbers_come_before_words(item: Item, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(one.by, one.numbers) for one in search.searches(item)] == expected


def test_the_surname_is_searched_for() -> None:
    for author in ("Größe, Zoë", "Zoë Größe", "Größe", "Z. Größe"):
        (found,) = search.searches(Item(title='A "quoted" book', author=author))
        assert (found.title, found.author) == ("A quoted book", "Größe")


def test_queries_are_written_as_the_targets_read_them() -> None:
    number, words = Search("isbn", ISBN), Search("title", title="A book", author="Größe")
    assert cql.query(number, CATALOGUE) == 'bath.isbn="9783161484100" or bath.isbn="316148410X"'
    assert cql.query(words, CATALOGUE) == 'dc.title all "A book" and dc.creator all "Größe"'
    assert pqf.query(number, CATALOGUE) == '@or @attr 1=7 "9783161484100" @attr 1=7 "316148410X"'
    assert pqf.query(words, CATALOGUE) == ('@and @attr 1=4 @attr 4=6 "A book" @attr 1=1003 @attr 4=6 "Größe"')
    named = Catalogue.model_validate(
        {**CATALOGUE.model_dump(), "relation": "=", "indexes": {"isbn": "alma.isbn", "title": "alma.title"}}
    )
    assert cql.query(number, named).startswith('alma.isbn="978')
    assert cql.query(words, named) == 'alma.title = "A book" and dc.creator = "Größe"'


@given(st.text())
def test_a_term_ends_where_it_ends(text: str) -> None:
    """A quote, a backslash or a wildcard is masked; nothing outside the quotes comes from the text."""
    for quoted, masked in ((cql.quoted(text), '"\\\\*?^'), (pqf.quoted(text), '"\\\\')):
        assert re.fullmatch(rf'"([^{masked}]|\\[{masked}])*"', quoted), quoted
        assert not re.search(r"[\x00-\x1f\x7f]", quoted)


@given(st.text(), st.text())
def test_no_text_adds_a_command(title: str, author: str) -> None:
    """yaz-client takes each line as a command, and "!" at the beginning of one runs a program."""
    plain = z3950.commands(CATALOGUE, pqf.query(Search("title", title="a", author="b"), CATALOGUE))
    said = z3950.commands(CATALOGUE, pqf.query(Search("title", title=title, author=author), CATALOGUE))
    assert len(said.split(b"\n")) == len(plain.split(b"\n"))
    assert re.split(rb"[\r\x0b\x0c]", said) == [said]


@given(st.builds(Item, isbn=st.text(), issn=st.text(), title=st.text(), author=st.text()))
def test_any_citation_is_searched_for(item: Item) -> None:
    for one in search.searches(item):
        assert bool(one.numbers) != bool(one.title)
        assert len(one.title) <= search.LONGEST
        for number in one.numbers:
            assert re.fullmatch(r"[0-9X-]{8,13}", number), number
