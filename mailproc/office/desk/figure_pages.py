"""The page of figures in words: tables, and what is drawn of the same numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailproc.flow.context import Context
from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.ill.terms import Role
from mailproc.office.queries.statistics import (
    GroupFigures,
    Grouping,
    Statistics,
    StatisticsFilter,
)
from mailproc.office.wording import statistics_words
from mailproc.office.wording.plain_text import cut
from mailproc.office.wording.statistics_words import FiguresTable

MOST_DRAWN = 24
"""Groups of a picture: the last months, else the largest groups. The table has all."""
MOST_ROWS = 500
"""Of a table on the page; CSV has all."""
LONGEST_NAME = 18
MONTHS = 12
"""Shown at first."""


@dataclass(frozen=True)
class FigurePoint:
    """``whole`` and its ``part``; ``said``: both in words."""

    name: str
    whole: float
    part: float
    said: str


@dataclass(frozen=True)
class FigurePicture:
    """``kind``: bars | line; ``title`` and ``about`` for whoever does not see it."""

    kind: str
    title: str
    about: str
    points: tuple[FigurePoint, ...]


@dataclass(frozen=True)
class FiguresPage:
    """``as_of``: when they were made, on the wall. ``chosen``: as the form has it. ``notes``: what is not
    counted yet, and what is not shown."""

    tables: tuple[FiguresTable, ...]
    pictures: tuple[FigurePicture, ...]
    groupings: tuple[tuple[str, str], ...]
    roles: tuple[tuple[str, str], ...]
    chosen: Mapping[str, str]
    as_of: str
    notes: tuple[str, ...]
    empty: str


def wanted(chosen: Mapping[str, str], context: Context) -> StatisticsFilter:
    """Return what is asked for: by month where nothing is said, of the last twelve."""
    by = chosen.get("by", Grouping.MONTH.value)
    role = chosen.get("role", "")
    first = _day(chosen["from"]) if "from" in chosen else _a_year_ago(context.today())
    return StatisticsFilter(
        first=first,
        last=_day(chosen.get("to", "")),
        role=Role[role] if role in Role.__members__ else None,
        by=Grouping(by) if by in list(Grouping) else None,
    )


def page(found: Statistics, at: datetime, wanted: StatisticsFilter, context: Context) -> FiguresPage:
    """Return the page of figures that were made ``at`` this instant."""
    language = context.language
    words = language.texts.labels["stats"]
    tables = tuple(statistics_words.tables(found, wanted.by, language))
    return FiguresPage(
        tables=tuple(replace(one, rows=one.rows[:MOST_ROWS]) for one in tables),
        pictures=tuple(_pictures(found, wanted.by, context)),
        groupings=tuple((one.value, words[one]) for one in Grouping),
        roles=tuple((one.name, statistics_words.side(one, language)) for one in Role),
        chosen={
            "from": wanted.first.isoformat() if wanted.first else "",
            "to": wanted.last.isoformat() if wanted.last else "",
            "by": wanted.by.value if wanted.by else "",
            "role": wanted.role.name if wanted.role else "",
        },
        as_of=f"{context.local(at):%H:%M}",
        notes=tuple(_notes(found, tables, context)),
        empty=words["empty"],
    )


def _notes(found: Statistics, tables: tuple[FiguresTable, ...], context: Context) -> Iterator[str]:
    if found.uncounted:
        yield context.language.label("stats", "uncounted", count=found.uncounted)
    if any(len(one.rows) > MOST_ROWS for one in tables):
        yield context.language.label("desk_figures", "first", count=MOST_ROWS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _a_year_ago(today: date) -> date:
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _pictures(found: Statistics, by: Grouping | None, context: Context) -> Iterator[FigurePicture]:
    for role in Role:
        groups = [one for one in found.groups if one.role is role and by is not None]
        if by is not Grouping.MONTH:
            groups.sort(key=lambda one: (-one.asked, one.group))
        drawn = groups[-MOST_DRAWN:] if by is Grouping.MONTH else groups[:MOST_DRAWN]
        if not drawn or by is None:
            continue
        yield _asked(drawn, by, role, context)
        if by is Grouping.MONTH:
            yield from _days(drawn, role, context)


def _asked(groups: list[GroupFigures], by: Grouping, role: Role, context: Context) -> FigurePicture:
    language = context.language
    words = language.texts.labels["desk_figures"]
    is_reason = by is Grouping.REASON
    points = (_point(one, by, 0 if is_reason else one.outcomes[Outcome.FILLED], context) for one in groups)
    side = statistics_words.side(role, language)
    name = language.texts.labels["stats"][by]
    title = words["bars_of_reason" if is_reason else "bars"].format(side=side, by=name)
    return FigurePicture("bars", title, words["about_reasons" if is_reason else "about_bars"], tuple(points))


def _point(one: GroupFigures, by: Grouping, part: int, context: Context) -> FigurePoint:
    language = context.language
    name = cut(statistics_words.named(one.group, by, language), LONGEST_NAME)
    said = language.number(one.asked)
    if by is not Grouping.REASON:
        said = f"{language.number(part)} / {said}"
    return FigurePoint(name, one.asked, part, said)


def _days(groups: list[GroupFigures], role: Role, context: Context) -> Iterator[FigurePicture]:
    """How long the answer took, in days: half of them took no longer."""
    language = context.language
    words = language.texts.labels["desk_figures"]
    points = list[FigurePoint]()
    for one in groups:
        if leg := one.legs().get(Leg.ASKED_TO_ANSWERED):
            days = round(leg.median / 24, 1)
            points.append(FigurePoint(one.group, days, days, f"{days:g}"))
    if len(points) > 1:
        title = words["line"].format(side=statistics_words.side(role, language))
        yield FigurePicture("line", title, words["about_line"], tuple(points))
