"""Read an OpenURL: a citation in the query of a link.

ANSI/NISO Z39.88-2004 in its form of keys and values, and the older 0.1, whose keys have no "rft.". Real ones
are careless: blanks in keys, "&amp;" for "&", Latin-1, HTML in titles, "p. 274" for a page.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import parse_qsl

from mailproc.citations.citation import LONGEST, Citation, Values, pages, plain, volume_issue
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Item
from mailproc.sentence import sentence

MOST_KEYS = 200
PARTS = ("article", "bookitem", "proceeding", "preprint")
"""Genres that are a part of something: they are copied."""
GENRES = MappingProxyType(
    {"book": "book", "bookitem": "book", "conference": "book", "report": "book", "document": "book"}
    | {"article": "journal", "issue": "journal", "proceeding": "journal", "preprint": "journal"}
    | {"journal": "journal", "dissertation": "dissertation"}
)
"""The format that a genre belongs to."""
SILENT = frozenset(
    {"ctx_ver", "ctx_enc", "ctx_tim", "ctx_id", "url_ver", "url_ctx_fmt", "url_tim", "rft_val_fmt", "genre"}
    | {"rfr_id", "sid", "pid", "auinit", "auinit1", "auinitm", "aufirst", "aulast", "ausuffix"}
    | {"svc_val_fmt", "rfe_val_fmt", "rfr_val_fmt", "req_val_fmt"}
)
"""Keys about the link, not the item; and an author's parts, which the whole name repeats."""
_IDS, _AUTHORS = ("rft_id", "rft.id", "id"), ("au", "aucorp", "creator")
_KEY = re.compile(
    r"(?:^|[?&;])\s{0,9}(?:rft\.\s{0,9})?(?:[abj]?title|genre|issn|isbn|rft_id|rft_dat|rft_val_fmt|sid)="
)
_ID = re.compile(r"(?:info:)?(doi|pmid|oclcnum|lccn|hdl|arxiv|bibcode)[/:](.+)", re.IGNORECASE)
_URN = re.compile(r"urn:(isbn|issn):(.+)", re.IGNORECASE)


def is_one(text: str) -> bool:
    """Return whether ``text`` is an OpenURL, with or without the address before its query."""
    text = text.strip()[:LONGEST]
    return "\n" not in text and ("ctx_ver=" in text or _KEY.search(text.lower()) is not None)


def read(text: str) -> Citation:
    """Return the citation of an OpenURL. Raise LocalFault if it is too long, or says nothing."""
    text = text.strip()
    if len(text) > LONGEST:
        raise LocalFault(sentence("citation-long", count=len(text), most=LONGEST))
    named, ids = _values(text)
    if not named and not ids:
        raise LocalFault(sentence("openurl-empty"))
    values = Values(named)
    form = _form(values)
    part = _is_part(values, form)
    item = FORMS[form](values, part)
    item = replace(item, verification=values.take("rfr_id", "sid"))
    return Citation("COPY" if part else "LOAN", _with_ids(item, ids), values.left(SILENT))


def _values(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the value of each key, and all identifiers. The first value counts; authors are joined."""
    query = text.partition("?")[2] or text
    for _ in range(2):  # some are escaped twice
        query = html.unescape(query)
    try:
        pairs = parse_qsl(query, errors="surrogateescape", max_num_fields=MOST_KEYS)
    except ValueError:
        raise LocalFault(sentence("openurl-keys", most=MOST_KEYS)) from None
    values: dict[str, str] = {}
    ids: list[str] = []
    for name, raw in pairs:
        key, value = _key(name), plain(_decoded(raw))
        if key in _IDS:
            ids.append(value)
        elif key in _AUTHORS and key in values:
            values[key] += f"; {value}"
        elif value:
            values.setdefault(key, value)
    return values, ids


def _key(name: str) -> str:
    key = "".join(name.split()).lower()
    return key if key in _IDS else key.removeprefix("rft.")


def _decoded(raw: str) -> str:
    """Return the text of octets that were UTF-8, or else Windows-1252."""
    octets = raw.encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _form(values: Values) -> str:
    said = values["rft_val_fmt"].rpartition(":")[2].lower()
    if said in FORMS:
        return said
    genre = values["genre"].lower()
    if genre in GENRES:
        return GENRES[genre]
    of_journal = any(values[name] for name in ("jtitle", "issn", "eissn", "stitle"))
    return "journal" if of_journal or (values["atitle"] and not values["isbn"]) else "book"


def _is_part(values: Values, form: str) -> bool:
    """Return whether it cites an article or chapter; pages of a journal are those of an article."""
    named = bool(values["atitle"]) or values["genre"].lower() in PARTS
    return named or (form == "journal" and bool(values["spage"].strip("0") or values["pages"].strip("0")))


def _author(values: Values) -> str | None:
    """Return the authors. A name in parts is the first author's, and often all that is there."""
    whole, last = values.take(*_AUTHORS), values["aulast"]
    if whole or not last:
        return whole
    initials = " ".join(filter(None, (values["auinit1"], values["auinitm"])))
    given = values["aufirst"] or values["auinit"] or initials
    return f"{last}, {given}" if given else last


def _pages(values: Values) -> str | None:
    whole = values.take("pages")
    span = pages(values.take("spage"), values.take("epage"))
    return span if whole in (None, "0") else whole


def _numbers(values: Values, *names: str) -> str | None:
    given = [(name, values.take(name)) for name in names]
    return "; ".join(f"{name}:{value}" for name, value in given if value) or None


def _journal(values: Values, part: bool) -> Item:
    author = _author(values)
    volume = volume_issue(values.take("volume"), values.take("issue"))
    return Item(
        type="SERIAL",
        title=values.take("jtitle", "title", "stitle", "btitle"),
        author=None if part else author,
        article_title=values.take("atitle"),
        article_author=author if part else None,
        volume_issue=volume or values.take("part", "chron", "quarter", "ssn"),
        pagination=_pages(values),
        publication_date=values.take("date"),
        issn=values.take("issn", "eissn"),
        isbn=values.take("isbn", "eisbn"),
        publisher=values.take("pub"),
        place=values.take("place"),
        additional_numbers=_numbers(values, "artnum", "coden", "sici"),
    )


def _book(values: Values, part: bool) -> Item:
    author = _author(values)
    return Item(
        type="MONOGRAPH",
        title=values.take("btitle", "title", "stitle", "jtitle"),
        author=None if part else author,
        article_title=values.take("atitle"),
        article_author=author if part else None,
        place=values.take("place"),
        publisher=values.take("pub", "publisher"),
        publication_date=values.take("date"),
        edition=values.take("edition"),
        series=values.take("series"),
        volume_issue=volume_issue(values.take("volume"), values.take("issue")),
        pagination=_pages(values) if part else None,
        isbn=values.take("isbn", "eisbn"),
        issn=values.take("issn", "eissn"),
        additional_numbers=_numbers(values, "bici"),
    )


def _dissertation(values: Values, _part: bool) -> Item:
    return Item(
        type="MONOGRAPH",
        title=values.take("title", "btitle"),
        author=_author(values),
        publisher=values.take("inst"),
        publication_date=values.take("date"),
        isbn=values.take("isbn"),
    )


FORMS: Mapping[str, Callable[[Values, bool], Item]] = MappingProxyType(
    {"journal": _journal, "book": _book, "dissertation": _dissertation, "dc": _book}
)


def _with_ids(item: Item, ids: Sequence[str]) -> Item:
    """Return the item with the numbers of identifiers; addresses and what is unknown stay as they are."""
    numbers = [item.additional_numbers] if item.additional_numbers else []
    found: dict[str, str] = {}
    for one in ids:
        urn, known = _URN.match(one), _ID.match(one)
        if urn:
            found.setdefault(urn[1].lower(), urn[2])
        else:
            numbers.append(f"{known[1].lower()}:{known[2]}" if known else one)
    return replace(
        item,
        isbn=item.isbn or found.get("isbn"),
        issn=item.issn or found.get("issn"),
        additional_numbers="; ".join(dict.fromkeys(filter(None, numbers))) or None,
    )
