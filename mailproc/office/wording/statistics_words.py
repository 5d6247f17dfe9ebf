"""Statistics as tables in words, for whoever shows them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailproc.ill.apdu import Money
from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.ill.terms import Role
from mailproc.notices.language import Language
from mailproc.office.queries.statistics import GroupFigures, Grouping, LegFigures, Statistics
from mailproc.office.queries.wish_figures import WishFigures
from mailproc.office.wording.plain_text import cut, one_line

OTHERWISE = (Outcome.EXPIRED, Outcome.LOST, Outcome.WRONG, Outcome.FORWARDED, Outcome.CLOSED)
"""Outcomes that share a column in a table of groups."""
COLUMNS = (
    "side", "asked", "open", "filled", "unfilled", "cancelled", "otherwise", "fill_rate", "answer", "item",
    "cost",
)  # fmt: skip
OF_REASON = ("side", "unfilled", "share")

Cells = tuple[str, ...]


@dataclass(frozen=True)
class FiguresTable:
    """A table in words; ``rows`` may be none."""

    columns: Cells
    rows: tuple[Cells, ...]


def tables(found: Statistics, by: Grouping | None, language: Language) -> Iterator[FiguresTable]:
    """Yield the tables: without groups a line for each figure, and what was submitted; else one for each
    group."""
    words = language.texts.labels["stats"]
    if by is Grouping.REASON:
        columns = (words["reason"], *(words[name] for name in OF_REASON))
        yield FiguresTable(columns, tuple(_reasons(found.groups, language)))
    elif by is not None:
        columns = (words[by], *(words[name] for name in COLUMNS))
        yield FiguresTable(columns, tuple(_row(one, by, language) for one in found.groups))
    else:
        yield _whole(found.groups, language)
        yield from _wishes(found.wishes, language)


def side(role: Role, language: Language) -> str:
    """Return whether we borrow or lend, in words."""
    return language.texts.labels["stats"]["we_borrow" if role is Role.REQUESTER else "we_lend"]


def _row(one: GroupFigures, by: Grouping, language: Language) -> Cells:
    legs = one.legs()
    item = legs.get(Leg.WISH_TO_ITEM if one.role is Role.REQUESTER else Leg.ASKED_TO_SHIPPED)
    otherwise = sum(one.outcomes[outcome] for outcome in OTHERWISE)
    counts = (
        one.asked, one.open, one.outcomes[Outcome.FILLED], one.outcomes[Outcome.UNFILLED],
        one.outcomes[Outcome.CANCELLED], otherwise,
    )  # fmt: skip
    return (
        named(one.group, by, language),
        side(one.role, language),
        *map(language.number, counts),
        _percent(one.fill_rate, language),
        _span(legs.get(Leg.ASKED_TO_ANSWERED), language),
        _span(item, language),
        _costs(one, language),
    )


def named(group: str, by: Grouping, language: Language) -> str:
    """Return a group's name in words."""
    if not group:
        return language.texts.labels["stats"]["none"]
    if by is Grouping.REASON:
        return one_line(language.reason_word(group))
    return language.texts.services.get(group, group) if by is Grouping.SERVICE else one_line(group)


def _reasons(groups: Sequence[GroupFigures], language: Language) -> Iterable[Cells]:
    """The most frequent first; the share is of all that was not filled on that side."""
    for role in Role:
        of_role = [one for one in groups if one.role is role]
        total = sum(one.asked for one in of_role)
        for one in sorted(of_role, key=lambda one: (-one.asked, one.group)):
            name, share = named(one.group, Grouping.REASON, language), _percent(one.asked / total, language)
            yield name, side(role, language), language.number(one.asked), share


def _whole(groups: Sequence[GroupFigures], language: Language) -> FiguresTable:
    """A column for each side; a figure that nobody has is left out, and reasons stand below their sum."""
    words = language.texts.labels["stats"]
    rows: list[Cells] = []
    for name in ("requests", "asked", "open", *Outcome, "fill_rate", "filled_first", *Leg, "cost"):
        cells = [_figure(name, one, language) for one in groups]
        rows += [(words[name], *cells)] if any(cells) else []
        rows += _why_not(groups, language) if name == Outcome.UNFILLED else []
    return FiguresTable((words["figure"], *(side(one.role, language) for one in groups)), tuple(rows))


def _wishes(wishes: Sequence[WishFigures], language: Language) -> Iterator[FiguresTable]:
    """What was submitted to staff; nothing where nobody submits anything."""
    if not wishes:
        return
    words = language.texts.labels["stats"]
    names = ("submitted", "waiting", "accepted", "declined")
    rows = [(words[name], *(_count(getattr(one, name), language) for one in wishes)) for name in names]
    rows += _why_declined(wishes, language)
    yield FiguresTable((words["wishes"], *(side(one.role, language) for one in wishes)), tuple(rows))


def _why_declined(wishes: Sequence[WishFigures], language: Language) -> Iterable[Cells]:
    words = language.texts.labels["stats"]
    head = words["declined"]
    for reason in dict.fromkeys(reason for one in wishes for reason in one.reasons):
        cells = (_count(one.reasons.get(reason, 0), language) for one in wishes)
        yield f"{head}: {cut(reason, 60)}", *cells
    if any(one.other for one in wishes):
        yield f"{head}: {words['other_reasons']}", *(_count(one.other, language) for one in wishes)


def _why_not(groups: Sequence[GroupFigures], language: Language) -> Iterable[Cells]:
    """The most frequent first."""
    reasons = sum((one.reasons for one in groups), Counter[str]())
    head = language.texts.labels["stats"]["unfilled"]
    for reason, _ in sorted(reasons.items(), key=lambda one: (-one[1], one[0])):
        cells = (_count(one.reasons[reason], language) for one in groups)
        yield f"{head}: {named(reason, Grouping.REASON, language)}", *cells


def _figure(name: str, one: GroupFigures, language: Language) -> str:
    if name in list(Outcome):
        return _count(one.outcomes[Outcome(name)], language)
    if name in list(Leg):
        return _span(one.legs().get(Leg(name)), language)
    if name == "fill_rate":
        return _percent(one.fill_rate, language)
    return _costs(one, language) if name == "cost" else language.number(getattr(one, name))


def _count(number: int, language: Language) -> str:
    return language.number(number) if number else ""


def _percent(part: float | None, language: Language) -> str:
    return f"{language.number(round(Decimal(part) * 100, 1))} %" if part is not None else ""


def _span(leg: LegFigures | None, language: Language) -> str:
    """The median and what nine of ten did not exceed, in days: "2.4 / 9.0"."""
    if leg is None:
        return ""
    return " / ".join(language.number(round(Decimal(hours) / 24, 1)) for hours in (leg.median, leg.ninety))


def _costs(one: GroupFigures, language: Language) -> str:
    sums = [Money(amount=one.costs[name], currency=name or None) for name in sorted(one.costs)]
    return one_line(", ".join(map(language.amount, sums)))
