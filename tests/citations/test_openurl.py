"""Citations in links, as real programs write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.citations import openurl
from mailproc.citations.citation import LONGEST
from mailproc.errors import LocalFault
from tests.support.short_form import examples

ARTICLE = {
    "type": "SERIAL", "title": "Journal of Weirs", "article_title": "On Locks", "article_author": "Smith, J.",
    "volume_issue": "12(3)", "pagination": "45-52", "publication_date": "2019", "issn": "1234-5679",
}  # fmt: skip
BOOK = {"type": "MONOGRAPH", "title": "On Letters", "author": "Müller, S", "isbn": "978-3-16-148410-0"}
KEYS = (
    "jtitle=Journal+of+Weirs&atitle=On+Locks&aulast=Smith&aufirst=J.&volume=12&issue=3&date=2019"
    "&issn=1234-5679"
)
NEW = "&".join(f"rft.{one}" for one in f"{KEYS}&spage=45&epage=52".split("&"))

READ = {
    "version 1.0": (f"https://r.example/x?ctx_ver=Z39.88-2004&{NEW}", "COPY", ARTICLE),
    "with its format": (f"rft_val_fmt=info:ofi/fmt:kev:mtx:journal&{NEW}", "COPY", ARTICLE),
    "version 0.1": (f"{KEYS}&genre=article&pages=45-52", "COPY", ARTICLE),
    "&amp; for &": (f"{KEYS}&pages=45-52".replace("&", "&amp;"), "COPY", ARTICLE),
    "escaped twice": (f"{KEYS}&pages=45-52".replace("&", "&amp;amp;"), "COPY", ARTICLE),
    "blanks in keys": (f"?{NEW}".replace("rft.volume", "rft. volume"), "COPY", ARTICLE),
    "HTML in a title": (NEW.replace("On+Locks", "On+%3Ci%3ELocks%3C/i%3E"), "COPY", ARTICLE),
    "page 0 and no last page": (
        f"{KEYS}&spage=0&epage=", "COPY", {name: ARTICLE[name] for name in ARTICLE if name != "pagination"},
    ),
    "a journal's pages, without an article": (
        "jtitle=Weirs&spage=45", "COPY", {"type": "SERIAL", "title": "Weirs", "pagination": "45"},
    ),
    "an issue": (
        "genre=issue&title=Weirs&volume=3", "LOAN", {"type": "SERIAL", "title": "Weirs", "volume_issue": "3"},
    ),
    "a book in Latin-1": (
        "sid=&auinit=S&aulast=M%FCller&title=On+Letters&isbn=978-3-16-148410-0", "LOAN", BOOK,
    ),
    "a book in UTF-8": (
        "genre=book&aulast=M%C3%BCller&auinit=S&btitle=On+Letters&isbn=978-3-16-148410-0", "LOAN", BOOK,
    ),
    "a chapter": (
        "genre=bookitem&btitle=Letters&atitle=On+Ink&au=Smith&au=Jones&spage=3&epage=9", "COPY",
        {"type": "MONOGRAPH", "title": "Letters", "article_title": "On Ink", "article_author": "Smith; Jones",
         "pagination": "3-9"},
    ),
    "a thesis": (
        "rft_val_fmt=info:ofi/fmt:kev:mtx:dissertation&rft.title=On+Ink&rft.inst=A+University&rft.date=1999",
        "LOAN", {"type": "MONOGRAPH", "title": "On Ink", "publisher": "A University",
                 "publication_date": "1999"},
    ),
    "identifiers": (
        "genre=book&title=Ink&id=doi:10.1/a(13)b&rft_id=info:pmid/123&rft_id=urn:ISBN:316148410X&rfr_id=info:sid/c",
        "LOAN", {"type": "MONOGRAPH", "title": "Ink", "isbn": "316148410X", "verification": "info:sid/c",
                 "additional_numbers": "doi:10.1/a(13)b; pmid:123"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "service", "item"), READ.values(), ids=READ)
def test_what_an_openurl_says(text, service, item):
    assert openurl.is_one(text)
    found = openurl.read(text)
    assert (found.service, found.said(), found.unread) == (service, item, ())


def test_what_is_not_understood_is_named():
    found = openurl.read("rft_dat=xri:pqdiss:n&rft.title=Ink&rft.advisor=Smith&rft.tpages=214")
    assert found.unread == ("rft_dat: xri:pqdiss:n", "advisor: Smith", "tpages: 214")


REFUSED = {
    "100 kB": ("title=" + "x" * 100_000, str(LONGEST)),
    "1,000 keys": ("&".join(f"k{one}=v" for one in range(1_000)), "200"),
    "nothing": ("https://r.example/?title=", "says nothing"),
}


@pytest.mark.parametrize(("text", "named"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(text, named):
    with pytest.raises(LocalFault, match=named):
        openurl.read(text)


@pytest.mark.parametrize("text", ["", "order.json", "{}", "TY  - JOUR", "a title = a book", '{"title=": 1}'])
def test_what_is_none(text):
    assert not openurl.is_one(text)


KEY = st.sampled_from(
    ["rft.title", "title", "rft.au", "id", "rft_id", "rft_val_fmt", "genre", "spage", "issn"]
)


@settings(max_examples=examples(300))
@given(st.lists(st.tuples(KEY, st.text(max_size=40)), max_size=12))
def test_any_values_are_read_or_refused(pairs):
    text = "ctx_ver=1&" + "&".join(f"{key}={value}" for key, value in pairs)
    try:
        found = openurl.read(text)
    except LocalFault:
        return
    assert found.service in ("LOAN", "COPY")
    assert all("\n" not in value for value in found.said().values())
