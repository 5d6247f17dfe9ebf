"""The page of the list of letters: filters by day, partner, direction and state; older ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.actions import DATE
from mailproc.office.queries import letter_browsing
from mailproc.office.queries.letter_browsing import IN, OUT, LetterPlace
from mailproc.office.queries.letter_filter import LetterFilter
from mailproc.office.queries.letters import LetterLine
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import sentence

MOST = 100
"""Letters on a page."""
COLUMNS = ("letter", "when", "who", "subject", "state", "why")
STATES = tuple(dict.fromkeys((*letter_browsing.CAME, *letter_browsing.WENT)))

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LetterRow:
    """A row of the list; ``cells`` in the order of ``COLUMNS``."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class LetterListPage:
    """``filters``: by their names, the codes that may be chosen with their words. ``chosen``: those that are;
    ``day``: the day that is, '' for all; ``older``: the query of the page of older ones, '' at the end."""

    columns: tuple[str, ...]
    rows: tuple[LetterRow, ...]
    filters: Mapping[str, tuple[str, Choices]]
    chosen: Mapping[str, str]
    day: str
    older: str
    empty: str


def page(connection: Connection, asked: Mapping[str, str], context: Context) -> LetterListPage:
    """Return a page of letters. A value that no filter offers chooses nothing. Raise LocalFault for a day
    that is none."""
    filters = _filters(context)
    chosen = {name: asked.get(name, "") for name, (_, codes) in filters.items()}
    chosen = {name: code for name, code in chosen.items() if code in dict(filters[name][1])}
    day = _day(asked.get("day", "").strip())
    since, until = _bounds(day, context)
    wanted = LetterFilter(chosen.get("partner", ""), chosen.get("state", ""), since=since, until=until)
    place = LetterPlace(_number(asked.get("came", "")), _number(asked.get("went", "")))
    found = letter_browsing.browsed(connection, wanted, chosen.get("direction", ""), place, MOST)
    words = context.language.texts.labels["letters"]
    shown = chosen | ({"day": day.isoformat()} if day else {})
    return LetterListPage(
        columns=tuple(words[name] for name in COLUMNS),
        rows=tuple(LetterRow(line.name, _cells(line, context)) for line in found.lines),
        filters=filters,
        chosen=chosen,
        day=day.isoformat() if day else "",
        older=_older(shown, found.older),
        empty=words["none_match" if shown or place != LetterPlace() else "none"],
    )


def _older(shown: Mapping[str, str], place: LetterPlace | None) -> str:
    if place is None:
        return ""
    return urlencode({**shown, "came": place.came, "went": place.went})


def _filters(context: Context) -> dict[str, tuple[str, Choices]]:
    language = context.language
    words, desk = language.texts.labels["letters"], language.texts.labels["desk_unplaced"]
    partners = sorted({one.symbol for one in context.config.partner})
    return {
        "partner": (language.texts.labels["requests"]["partner"], tuple((one, one) for one in partners)),
        "direction": (desk["direction"], ((IN, desk["came"]), (OUT, desk["went"]))),
        "state": (words["state"], tuple((one, language.delivery_word(one)) for one in STATES)),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise LocalFault(sentence("date-written", option=DATE.word, given=text[:40])) from None


def _bounds(day: date | None, context: Context) -> tuple[datetime | None, datetime | None]:
    """Return the instants between which the day lies in the library's zone."""
    if day is None or day == date.max:
        return None, None
    begins, ends = (datetime.combine(one, time()) for one in (day, day + timedelta(days=1)))
    return context.instant(begins), context.instant(ends)


def _number(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if known else letter_browsing.BEGINNING


def _cells(line: LetterLine, context: Context) -> tuple[str, ...]:
    language = context.language
    return (
        line.id,
        context.shown(line.at),
        cut(language.word(line.other), 80),
        cut(line.about(language), 100),
        language.letter_word(line.id, line.state),
        cut(language.words_of(line.note), 200),
    )
