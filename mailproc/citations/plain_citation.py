"""Read a citation in words, as people copy it from a list of references.

Only a citation that is written wholly in one of the common forms (MLA, Chicago, APA, Vancouver, German) is
taken apart. Of any other its numbers are taken, which are sure, and the rest is left to who pasted it: a
field that is filled in wrongly is worse than an empty one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mailproc.citations.citation import Citation, pages, plain, volume_issue
from mailproc.ill import item_identity
from mailproc.ill.apdu import Item

LONGEST = 2_000
"""Characters of a citation in words; what follows is not read."""
_ISSN = re.compile(r"(?<![0-9-])[0-9]{4}-[0-9]{3}[0-9Xx](?![0-9-])")
_ISBN = re.compile(r"(?<![0-9-])(?:97[89][- ]?)?[0-9](?:[- ]?[0-9]){8}[- ]?[0-9Xx](?![0-9-])")
_DOI = re.compile(r"(?<![0-9.])10\.[0-9]{4,9}/[^\s\"<>]{1,200}")
_PMID = re.compile(r"\bPMID:?\s?([0-9]{1,9})", re.IGNORECASE)
_LABEL = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|\b(?:ISBN|ISSN|DOI)(?:-1[03])?:?)\s{0,3}", re.IGNORECASE)
_SIGNS = str.maketrans({**dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'), "\u2013": "-", "\u2014": "-"})
_EDGES = " .,;:()-"

_YEAR = r"(?P<year>(?:1[5-9]|20)[0-9]{2})"
_VOLUME = r"(?P<volume>[0-9]{1,4})"
_ISSUE = r"(?P<issue>[0-9]{1,4}(?:[-/][0-9]{1,4})?)"
_PAGES = r"(?:pp?\.\s?|S\.\s?)?(?P<first>[A-Za-z]?[0-9]{1,6})(?:\s?-\s?(?P<last>[A-Za-z]?[0-9]{1,6}))?"
_NUMBERS = tuple(
    re.compile(one)
    for one in (
        rf"{_VOLUME}\s?\({_ISSUE}\)\s\({_YEAR}\)[:,]\s?{_PAGES}",  # 12(3) (2019): 45-52
        rf"{_VOLUME}(?:,\s(?:no|nr)\.\s?{_ISSUE})?\s\({_YEAR}\)[:,]\s?{_PAGES}",  # 12, no. 3 (2019): 45-52
        rf"{_VOLUME}(?:,\sno\.\s?{_ISSUE})?,\s{_YEAR},\s{_PAGES}",  # 12, no. 3, 2019, pp. 45-52
        rf"{_VOLUME}\s\({_YEAR}\),?\s(?:H\.|Heft|Nr\.|no\.)\s?{_ISSUE},\s{_PAGES}",  # 47 (1998), H. 2, S. 1-9
        rf"{_VOLUME}(?:\({_ISSUE}\))?,\s{_PAGES}",  # 12(3), 45-52
        rf"{_YEAR};{_VOLUME}(?:\({_ISSUE}\))?:{_PAGES}",  # 2019;12(3):45-52
    )
)
_SOURCE = re.compile(r"(?P<journal>[^0-9\":;()]{2,200})(?P<numbers>[0-9].{2,60})")
_OF_VOLUME = frozenset({"vol", "volume", "bd", "band", "jg"})
_QUOTED = re.compile(r"(?P<author>[^\":()0-9]{2,300})\"(?P<part>[^\"]{2,400})\"(?P<source>[^\"]{2,300})")
_YEAR_FIRST = re.compile(rf"(?P<author>[^()\":0-9]{{2,300}})\s\({_YEAR}[a-z]?\)\.\s(?P<rest>[^\"]{{2,600}})")
_IN = re.compile(r"(?P<author>[^\s:,\"()0-9]{2,60},\s[^:\"()0-9]{1,200}):\s(?P<part>[^\"]{2,400})")
_MEDICAL = re.compile(
    r"(?P<author>[^.\":()0-9]{2,300})\.\s(?P<part>[^.\"]{2,300})\.\s(?P<source>[^.\"0-9]{2,100}\.?\s[0-9]{4};.{3,40})"
)
_BOOKS = tuple(
    re.compile(one)
    for one in (
        # Meyer, K.: Handbuch der Schleusen. 3. Aufl., Berlin: Springer 2005
        r"(?P<author>[^\s:,\"0-9]{2,60},\s[^:\"0-9]{1,200}):\s(?P<title>[^.\"]{2,300})\.\s"
        r"(?:(?P<edition>[0-9]{1,2})\.\s?Aufl\.,?\s)?"
        rf"(?P<place>[^.:,\"0-9]{{2,80}})(?::\s(?P<publisher>[^.:,\"0-9]{{2,100}}))?,?\s{_YEAR}",
        # Smith, John. The Book of Dikes. London: Weir Press, 2005
        r"(?P<author>[^.,:\"0-9]{2,60},\s[^.:\"0-9]{1,200})\.\s(?P<title>[^.\"]{2,300})\.\s"
        rf"(?:(?P<place>[^.:,\"0-9]{{2,80}}):\s)?(?P<publisher>[^.:,\"0-9]{{2,100}}),\s{_YEAR}",
    )
)
_APA_BOOK = re.compile(
    r"(?P<title>[^.()\"]{2,300})(?:\s\((?P<edition>[0-9A-Za-z]{1,12}) ed\.?\))?\.\s"
    r"(?:(?P<place>[^.:,\"0-9]{2,80}):\s)?(?P<publisher>[^.:,\"0-9]{2,100})"
)


def read(text: str) -> Citation:
    """Return what the words of one citation say; what is not understood is ``unread``. Plain words are a
    title."""
    words = plain(text[:LONGEST]).translate(_SIGNS)
    rest = _LABEL.sub("", _ISSN.sub("", _ISBN.sub("", _PMID.sub("", _DOI.sub("", words)))))
    rest = " ".join(rest.split()).strip(_EDGES)
    found = next((said for form in _FORMS if (said := form(rest))), None)
    unread = (rest,) if rest and found is None else ()
    numbers = Item(isbn=_isbn(words), issn=_issn(words), additional_numbers=_numbers(words))
    item = replace(numbers, **{name: value for name, value in (found or {}).items() if value})
    return Citation(_service(item), item, unread)


def _service(item: Item) -> str:
    """Return LOAN or COPY; '' where nobody knows."""
    if item.article_title:
        return "COPY"
    return "LOAN" if item.title or item.isbn else ""


def _numbers(words: str) -> str | None:
    doi, pmid = _DOI.search(words), _PMID.search(words)
    found = (f"doi:{doi[0].rstrip(_EDGES)}" if doi else "", f"pmid:{pmid[1]}" if pmid else "")
    return "; ".join(filter(None, found)) or None


def _isbn(words: str) -> str | None:
    return next((one for one in _ISBN.findall(words) if item_identity.isbn_of(one)), None)


def _issn(words: str) -> str | None:
    return next((one for one in _ISSN.findall(words) if item_identity.issn_of(one)), None)


Said = Mapping[str, Any]


def _article(author: str, part: str, source: str, year: str = "") -> Said:
    """Return an article, ``source`` being its journal with the numbers; {} if that is not understood."""
    found = _SOURCE.fullmatch(source.strip(_EDGES))
    numbers = next((one for form in _NUMBERS if found and (one := form.fullmatch(found["numbers"]))), None)
    if found is None or numbers is None:
        return {}
    said = numbers.groupdict()
    return {
        "title": _journal(found["journal"]),
        "article_title": part.strip(_EDGES),
        "article_author": author.strip(_EDGES),
        "volume_issue": volume_issue(said["volume"], said.get("issue")),
        "pagination": pages(said["first"], said["last"]),
        "publication_date": said.get("year") or year,
    }


def _journal(text: str) -> str:
    """Return it without the word for a volume that follows."""
    words = text.strip(_EDGES).split()
    if len(words) > 1 and words[-1].lower() in _OF_VOLUME:
        words.pop()
    return " ".join(words).strip(_EDGES)


def _quoted(rest: str) -> Said:
    """MLA, Chicago: Smith, J. "On Locks." Journal of Weirs 12, no. 3 (2019): 45-52."""
    found = _QUOTED.fullmatch(rest)
    return _article(found["author"], found["part"], found["source"]) if found else {}


def _year_first(rest: str) -> Said:
    """APA: Smith, J. (2019). On locks. Journal of Weirs, 12(3), 45-52."""
    found = _YEAR_FIRST.fullmatch(rest)
    if found is None:
        return {}
    part, stop, source = found["rest"].partition(". ")
    article = _article(found["author"], part, source, found["year"]) if stop and ". " not in source else {}
    book = _APA_BOOK.fullmatch(found["rest"])
    if article or book is None:
        return article
    return _book({**book.groupdict(), "author": found["author"], "year": found["year"]})


def _german(rest: str) -> Said:
    """Müller, Hans: Deichbau an der Elbe. In: Zeitschrift für Wasserbau 47 (1998), H. 2, S. 113-129."""
    before, inside, source = rest.partition(" In: ")
    found = _IN.fullmatch(before) if inside else None
    return _article(found["author"], found["part"], source) if found else {}


def _medical(rest: str) -> Said:
    """Vancouver: Smith J, Doe A. On locks. J Weirs. 2019;12(3):45-52."""
    found = _MEDICAL.fullmatch(rest)
    return _article(found["author"], found["part"], found["source"]) if found else {}


def _whole_book(rest: str) -> Said:
    found = next((one for form in _BOOKS if (one := form.fullmatch(rest))), None)
    return _book(found.groupdict()) if found else {}


def _book(said: Said) -> Said:
    names = ("title", "author", "edition", "place", "publisher")
    found = {name: (said.get(name) or "").strip(_EDGES) for name in names}
    return {**found, "publication_date": said["year"]}


def _only_words(rest: str) -> Said:
    """Return plain words as the title: nothing in them says that they are more."""
    ordered = any(sign in rest for sign in (". ", ": ", ", ", '"', ";", "(")) or any(map(str.isdigit, rest))
    return {} if ordered or not rest else {"title": rest}


_FORMS: tuple[Callable[[str], Said], ...] = (
    _quoted, _year_first, _german, _medical, _whole_book, _only_words
)  # fmt: skip
