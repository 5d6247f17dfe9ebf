"""An item as bibliographic lines, and back: an element is known by its place alone.

Written in the order that a writer in production uses. Copy: title, year line, title of the part,
its author, standard number. Loan: title, author, publisher and place, year line, standard number.
Absent elements leave no line. Reading gives what the places allow; the lines themselves are kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailproc.ill.apdu import Item
from mailproc.ill.terms import Service

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
_PART_ONLY = re.compile(r"\(([^()]+)\)")


@dataclass(frozen=True)
class _Number:
    kind: str  # issn | isbn
    value: str
    shelfmark: str


def write(item: Item, service: Service) -> list[str]:
    """The elements in their order, one for each line, not yet cut and not yet ASCII.

    An item that has ``lines`` is written by them: they are what the borrower wrote.
    """
    if item.lines:
        return list(item.lines)
    title = ": ".join(each for each in (item.title, item.subtitle) if each)
    numbers = " ".join(each for each in (item.issn or item.isbn, item.call_number) if each)
    if service is Service.LOAN:
        made = " ".join(each for each in (item.publisher, item.place) if each)
        found = [title, item.author, made, _year_line(item), numbers]
    else:
        found = [title, _year_line(item), item.article_title, item.article_author or item.author, numbers]
    return [each for each in found if each]


def read(lines: Sequence[str], service: Service) -> Item:
    """What the places of ``lines`` say, with the lines as they stood."""
    said = [" ".join(line.split()) for line in lines]
    numbers = [(index, number) for index, line in enumerate(said) if index and (number := _number(line))]
    fields: dict[str, str] = {}
    for index, number in numbers[:1]:
        fields = {number.kind: number.value, "call_number": number.shelfmark}
        del said[index]
    at = next((i for i, line in enumerate(said) if _is_year_line(line, first=i == 0)), None)
    if at is not None:
        fields |= _year_fields(said[at], service)
    fields |= _loan(said, at) if service is Service.LOAN else _copy(said, at)
    loan = service is Service.LOAN
    kind = "SERIAL" if "issn" in fields else "MONOGRAPH" if "isbn" in fields or loan else None
    return Item(type=kind, lines=tuple(lines), **{key: value for key, value in fields.items() if value})


def _loan(said: Sequence[str], at: int | None) -> dict[str, str]:
    """Title, author, publisher: those that stand before the year line, or before the end."""
    return dict(zip(("title", "author", "publisher"), said[:at], strict=False))


def _copy(said: Sequence[str], at: int | None) -> dict[str, str]:
    """The title before the year line; the part and its author behind it."""
    title = said[0] if said and at != 0 else ""
    after = said[1:] if at is None else said[at + 1 :]
    return {"title": title} | dict(zip(("article_title", "article_author"), after, strict=False))


def _number(line: str) -> _Number | None:
    if found := _ISSN.fullmatch(line):
        return _Number("issn", found[1], found[2] or "")
    found = _ISBN.fullmatch(line)
    if found and len(found[1].replace("-", "")) in (10, 13):
        return _Number("isbn", found[1], found[2] or "")
    return None


def _is_year_line(line: str, *, first: bool) -> bool:
    """``2019 VOL 12 PT 3``. On the first line a year alone is a title ("1984")."""
    if _number(line):
        return False
    head = next(_segments(line))[1]
    year = _YEAR.fullmatch(head)
    if _LABEL.search(line):
        return not head or year is not None
    return not first and year is not None and (not year[2] or _EDITION.match(year[2]) is not None)


def _segments(line: str) -> Iterator[tuple[str, str]]:
    """("", what stands before the first label), then (label, value) …"""
    parts = [each.strip() for each in _LABEL.split(line)]
    yield "", parts[0]
    yield from zip((label.upper() for label in parts[1::2]), parts[2::2], strict=True)


def _year_fields(line: str, service: Service) -> dict[str, str]:
    """What follows the year without a label is an edition on a loan, else volume and issue."""
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
    year = re.search(r"(?<![0-9])[0-9]{4}(?![0-9])", date)
    volume, part = _volume_and_part(item.volume_issue or "")
    if not part and item.component_date and year and year[0] != date:
        part = date  # the day of a newspaper must not be lost
    labelled = (("VOL", volume), ("PT", part), ("PP", item.pagination), ("ED/PT:", item.edition))
    words = [year[0]] if year else []
    return " ".join([*words, *(f"{label} {value}" for label, value in labelled if value)])


def _volume_and_part(text: str) -> tuple[str, str]:
    """("12", "3") of "12(3)", "vol. 12, no. 3", "12/3"; all of it as the volume where that is not seen."""
    text = " ".join(text.split())[:200]
    if alone := _PART_ONLY.fullmatch(text):
        return "", alone[1].strip()
    if both := _VOLUME.fullmatch(text):
        return both[1], both[2].strip()
    return re.sub(r"^vol(?:ume)?\.? +", "", text, flags=re.IGNORECASE), ""
