"""Citations as reference managers export them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.citations import ris
from mailproc.errors import LocalFault
from tests.support.short_form import examples

ARTICLE = """\
TY  - JOUR
AU  - Smith, J.
AU  - Jones, R.
TI  - On Locks
T2  - Journal of Weirs
VL  - 12
IS  - 3
SP  - 45
EP  - 52
PY  - 2019
SN  - 1234-5679
DO  - 10.1/x
AB  - What nobody needs.
ER  -
"""
ITEM = {
    "type": "SERIAL", "title": "Journal of Weirs", "article_title": "On Locks", "volume_issue": "12(3)",
    "article_author": "Smith, J.; Jones, R.", "pagination": "45-52", "publication_date": "2019",
    "issn": "1234-5679", "additional_numbers": "doi:10.1/x",
}  # fmt: skip
WRITTEN = {
    "as the format wants it": ARTICLE,
    "without its end": ARTICLE.replace("ER  -\n", ""),
    "with one blank": ARTICLE.replace("  - ", " - "),
    "with a byte order mark and CRLF": "\ufeff" + ARTICLE.replace("\n", "\r\n"),
    "after EBSCO's own lines": 'Provider: EBSCO\nContent: text/plain; charset="UTF-8"\n\n\n' + ARTICLE,
    "over two lines": ARTICLE.replace("On Locks", "On\n      Locks"),
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_an_article(text):
    assert ris.is_one(text)
    (found,) = ris.read(text)
    assert (found.service, found.said(), found.unread) == ("COPY", ITEM, ())


OTHERS = {
    "a book": (
        "TY  - BOOK\nA1  - Seneca\nT1  - On Letters\nPB  - Press\nCY  - T\nET  - 2nd\nY1  - 1969/02//\n"
        "SN  - 978-3-16-148410-0\nN1  - rare",
        "LOAN",
        {"type": "MONOGRAPH", "title": "On Letters", "author": "Seneca", "publisher": "Press", "place": "T",
         "edition": "2nd", "publication_date": "1969-02", "isbn": "978-3-16-148410-0"},
        ("notes: rare",),
    ),
    "a chapter in a series": (
        "TY  - CHAP\nAU  - Smith\nTI  - On Ink\nT2  - Letters\nA2  - Seneca\nSP  - 3\nSN  - 1234-5679",
        "COPY",
        {"type": "MONOGRAPH", "title": "Letters", "author": "Seneca", "article_title": "On Ink",
         "article_author": "Smith", "pagination": "3", "issn": "1234-5679"},
        (),
    ),
    "a whole journal": (
        "TY  - JOUR\nJO  - Weirs\nVL  - 3", "LOAN",
        {"type": "SERIAL", "title": "Weirs", "volume_issue": "3"}, (),
    ),
    "a journal and its abbreviation": (
        "TY  - JOUR\nJF  - Journal of Weirs\nJO  - J Weirs\nVL  - 3", "LOAN",
        {"type": "SERIAL", "title": "Journal of Weirs", "volume_issue": "3"}, ("journal_name: J Weirs",),
    ),
    "tags of others": (
        "TY  - THES\nTI  - Ink\nXX  - what", "LOAN", {"type": "MONOGRAPH", "title": "Ink"}, ("XX: what",),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "service", "item", "unread"), OTHERS.values(), ids=OTHERS)
def test_other_kinds(text, service, item, unread):
    (found,) = ris.read(text)
    assert (found.service, found.said(), found.unread) == (service, item, unread)


def test_of_several_each_is_read_whether_it_ends_or_not():
    found = ris.read(ARTICLE.replace("ER  -\n", "") + ARTICLE + ARTICLE)
    assert [one.said() for one in found] == [ITEM] * 3


@pytest.mark.parametrize(("text", "named"), [(ARTICLE * 51, "51"), (ARTICLE + "x" * 300_000, "262144")])
def test_what_is_too_much_is_refused(text, named):
    with pytest.raises(LocalFault, match=named):
        ris.read(text)


@settings(max_examples=examples(200))
@given(st.text(max_size=200))
def test_any_text_behind_a_type_is_read_or_refused(text):
    try:
        found = ris.read(f"TY  - JOUR\n{text}")
    except LocalFault:
        return
    assert len(found) >= 1
