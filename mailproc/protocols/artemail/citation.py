"""Write an item as bibliographic lines, and read it back; only its place tells what an element is.

The order is that of known writers. A part (article, chapter): title, year line, title of the part, its
author, standard number. A conference paper: the same with a line of date, venue and sponsor below the title.
A whole work (book, thesis): title, author, publisher and place, year line, standard number. An issue: title,
year line, standard number. Absent elements leave no line. Reading recovers what the places allow; the lines
themselves are kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailproc.ill.apdu import Item
from mailproc.ill.terms import Service
from mailproc.protocols.artemail import remarks

_FIGURE = re.compile("[0-9]")
_YEAR_IN = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_VOL = re.compile(r"^vol(?:ume)?\.? +", re.IGNORECASE)
_LABEL = re.compile(r"(?:^| )(VOL|PT|PP|ED/PT:)(?= |$)", re.IGNORECASE)
_YEAR = re.compile(r"([0-9]{4}(?:[/-][0-9]{2,4})?)(?: (.{0,30}))?")
_EDITION = re.compile(r"[0-9]|rev\b|.*\bed\b", re.IGNORECASE)
_ISSN = re.compile(r"(?:ISSN:? ?)?([0-9]{4}-[0-9]{3}[0-9Xx])(?: (.*))?", re.IGNORECASE)
_ISBN = re.compile(r"(?:ISBN:? ?)?([0-9][0-9-]{8,16}[0-9Xx])(?: (.*))?", re.IGNORECASE)
_VOLUME = re.compile(
    r"(?:vol(?:ume)?\.? ?)?([^ (),;/]+) ?(?:[(,;/]|(?<= )(?=no\b|pt\b|part\b|issue\b)) ?"
    r"(?:(?:no|pt|part|issue)\b\.? ?)?([^()]+)\)?",
    re.IGNORECASE,
)
_CONFERENCE = re.compile(
    r"\b(?:conf|congres|kongress|symposi|colloqui|workshop|proc\b|proceedings|tagung|meeting)", re.IGNORECASE
)
_PART_ONLY = re.compile(r"\(([^()]+)\)")


@dataclass(frozen=True)
class _Number:
    kind: str  # issn | isbn
    value: str
    shelfmark: str


def write(item: Item, service: Service) -> list[str]:
    """Return the elements in their order, one for each line, neither cut nor converted to ASCII.

    An item that has ``lines`` is written by them: they are the borrower's own.
    """
    if item.lines:
        return list(item.lines)
    title = ": ".join(each for each in (item.title, item.subtitle) if each)
    numbers = " ".join(each for each in (item.issn or item.isbn, item.call_number) if each)
    if _is_issue(item, service):
        found: list[str | None] = [title, _year_line(item), numbers]
    elif service is Service.LOAN or _is_whole(item):
        made = " ".join(each for each in (item.publisher, item.place) if each)
        found = [title, item.author, made, _year_line(item), numbers]
    elif _is_conference(item):
        held = ", ".join(each for each in (item.component_date, item.place, item.publisher) if each)
        year = _year_line(replace(item, component_date=None))
        found = [title, held, year, item.article_title, item.article_author or item.author, numbers]
    else:
        found = [title, _year_line(item), item.article_title, item.article_author or item.author, numbers]
    return [each for each in found if each]


def _is_issue(item: Item, service: Service) -> bool:
    """Return whether a loan is of a journal, which has neither author nor publisher line."""
    return service is Service.LOAN and not item.isbn and (item.type == "SERIAL" or bool(item.issn))


def _is_whole(item: Item) -> bool:
    """Return whether a copy is of a whole book or thesis: nothing names a part of it."""
    part = (item.article_title, item.article_author, item.pagination, item.volume_issue, item.component_date)
    return not any(part) and not item.issn and item.type != "SERIAL"


def _is_conference(item: Item) -> bool:
    """Return whether this is a conference paper. Only its title tells; a chapter has a publisher too."""
    names = f"{item.title or ''} {item.series or ''}"
    return bool(item.article_title and (item.place or item.publisher) and _CONFERENCE.search(names))


def read(lines: Sequence[str], service: Service) -> Item:
    """Return the item that the places of ``lines`` describe, with the lines as written."""
    said, others, _ = remarks.split([" ".join(line.split()) for line in lines])
    numbers = [(index, number) for index, line in enumerate(said) if index and (number := _number(line))]
    fields: dict[str, str] = {"additional_numbers": others}
    for index, number in numbers[:1]:
        fields |= {number.kind: number.value, "call_number": number.shelfmark}
        del said[index]
    at = next((i for i, line in enumerate(said) if _is_year_line(line, first=i == 0)), None)
    if at is not None:
        fields |= _year_fields(said[at], service)
    fields |= _loan(said, at) if service is Service.LOAN else _copy(said, at)
    loan = service is Service.LOAN
    kind = "SERIAL" if "issn" in fields else "MONOGRAPH" if "isbn" in fields or loan else None
    return Item(type=kind, lines=tuple(lines), **{key: value for key, value in fields.items() if value})


def _loan(said: Sequence[str], at: int | None) -> dict[str, str]:
    """Return title, author and publisher: the lines before the year line, or before the end."""
    return dict(zip(("title", "author", "publisher"), said[:at], strict=False))


def _copy(said: Sequence[str], at: int | None) -> dict[str, str]:
    """Return the title before the year line, and the part and its author after it.

    Lines between title and year line belong to a conference, or if no part follows, to a whole work.
    """
    title = said[0] if said and at != 0 else ""
    between = said[1:at] if at else []
    after = said[1:] if at is None else said[at + 1 :]
    part = dict(zip(("article_title", "article_author"), after, strict=False))
    if between and part:
        return {"title": title} | _conference_fields(between[0]) | part
    return {"title": title} | dict(zip(("author", "publisher"), between, strict=False)) | part


def _conference_fields(line: str) -> dict[str, str]:
    """Split "2006 ,Leeds ,Marsh Society" into date, place and sponsor; a date has a digit."""
    pieces = [piece.strip() for piece in line.split(",") if piece.strip()]
    dated = {"component_date": pieces.pop(0)} if pieces and _FIGURE.search(pieces[0]) else {}
    return dated | {"place": pieces[0] if pieces else "", "publisher": ", ".join(pieces[1:])}


def _number(line: str) -> _Number | None:
    if found := _ISSN.fullmatch(line):
        return _Number("issn", found[1], found[2] or "")
    found = _ISBN.fullmatch(line)
    if found and len(found[1].replace("-", "")) in (10, 13):
        return _Number("isbn", found[1], found[2] or "")
    return None


def _is_year_line(line: str, *, first: bool) -> bool:
    """Return whether this is a line like ``2019 VOL 12 PT 3``; a bare year in the first line is a title."""
    if _number(line):
        return False
    head = next(_segments(line))[1]
    year = _YEAR.fullmatch(head)
    if _LABEL.search(line):
        return not head or year is not None
    return not first and year is not None and (not year[2] or _EDITION.match(year[2]) is not None)


def _segments(line: str) -> Iterator[tuple[str, str]]:
    """Yield ("", the text before the first label), then (label, value) for each label."""
    parts = [each.strip() for each in _LABEL.split(line)]
    yield "", parts[0]
    yield from zip((label.upper() for label in parts[1::2]), parts[2::2], strict=True)


def _year_fields(line: str, service: Service) -> dict[str, str]:
    """Return the fields of a year line; what follows the year is a loan's edition, else volume and issue."""
    values = dict(_segments(line))
    year = _YEAR.fullmatch(values[""])
    after = (year[2] if year else "") or ""
    volume, part = values.get("VOL", ""), values.get("PT", "")
    numbered = f"{volume}({part})" if part else volume
    return {
        "publication_date": year[1] if year else "",
        "edition": values.get("ED/PT:") or (after if service is Service.LOAN else ""),
        "volume_issue": numbered or ("" if service is Service.LOAN else after),
        "pagination": values.get("PP", ""),
    }


def _year_line(item: Item) -> str:
    date = " ".join((item.component_date or item.publication_date or "").split())
    year = _YEAR_IN.search(date)
    volume, part = _volume_and_part(item.volume_issue or "")
    if not part and item.component_date and year and year[0] != date:
        part = date  # a newspaper is identified by its day
    labelled = (("VOL", volume), ("PT", part), ("PP", item.pagination), ("ED/PT:", item.edition))
    words = [year[0]] if year else []
    return " ".join([*words, *(f"{label} {value}" for label, value in labelled if value)])


def _volume_and_part(text: str) -> tuple[str, str]:
    """Return ("12", "3") for "12(3)", "vol. 12, no. 3" or "12/3"; else all of it as the volume."""
    text = " ".join(text.split())[:200]
    if alone := _PART_ONLY.fullmatch(text):
        return "", alone[1].strip()
    if both := _VOLUME.fullmatch(text):
        return both[1], both[2].strip()
    return _VOL.sub("", text), ""
