"""Statistics as tables for people."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from mailproc.cli import output
from mailproc.flow.context import Context
from mailproc.ill.apdu import Money
from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.ill.terms import Role
from mailproc.notices.language import Language
from mailproc.office.queries.statistics import GroupFigures, Grouping, LegFigures, Statistics
from mailproc.office.queries.wish_figures import WishFigures

OTHERWISE = (Outcome.EXPIRED, Outcome.LOST, Outcome.WRONG, Outcome.FORWARDED, Outcome.CLOSED)
"""Outcomes that share a column in a table of groups."""
COLUMNS = (
    "side", "asked", "open", "filled", "unfilled", "cancelled", "otherwise", "fill_rate", "answer", "item",
    "cost",
)  # fmt: skip
OF_REASON = ("side", "unfilled", "share")


def show(found: Statistics, by: Grouping | None, context: Context) -> None:
    """Print them: without groups a line for each figure, else one for each group."""
    language = context.language
    words = language.texts.labels["stats"]
    if by is Grouping.REASON:
        rows = list(_reasons(found.groups, language))
        output.table([words["reason"], *(words[name] for name in OF_REASON)], rows, words["empty"])
    elif by is not None:
        rows = [_row(one, by, language) for one in found.groups]
        output.table([words[by], *(words[name] for name in COLUMNS)], rows, words["empty"])
    else:
        _whole(found.groups, language)
        _wishes(found.wishes, language)
    if found.uncounted:
        output.line(language.label("stats", "uncounted", count=found.uncounted))


def _side(role: Role, language: Language) -> str:
    return language.texts.labels["stats"]["we_borrow" if role is Role.REQUESTER else "we_lend"]


def _row(one: GroupFigures, by: Grouping, language: Language) -> tuple[str, ...]:
    legs = one.legs()
    item = legs.get(Leg.WISH_TO_ITEM if one.role is Role.REQUESTER else Leg.ASKED_TO_SHIPPED)
    otherwise = sum(one.outcomes[outcome] for outcome in OTHERWISE)
    counts = (
        one.asked, one.open, one.outcomes[Outcome.FILLED], one.outcomes[Outcome.UNFILLED],
        one.outcomes[Outcome.CANCELLED], otherwise,
    )  # fmt: skip
    return (
        _named(one.group, by, language),
        _side(one.role, language),
        *map(language.number, counts),
        _percent(one.fill_rate, language),
        _span(legs.get(Leg.ASKED_TO_ANSWERED), language),
        _span(item, language),
        _costs(one, language),
    )


def _named(group: str, by: Grouping, language: Language) -> str:
    if not group:
        return language.texts.labels["stats"]["none"]
    return language.texts.services.get(group, group) if by is Grouping.SERVICE else output.one_line(group)


def _reasons(groups: Sequence[GroupFigures], language: Language) -> Iterable[tuple[str, ...]]:
    """The most frequent first; the share is of all that was not filled on that side."""
    for role in Role:
        of_role = [one for one in groups if one.role is role]
        total = sum(one.asked for one in of_role)
        for one in sorted(of_role, key=lambda one: (-one.asked, one.group)):
            share = _percent(one.asked / total, language)
            yield _reason(one.group, language), _side(role, language), language.number(one.asked), share


def _reason(reason: str, language: Language) -> str:
    if not reason:
        return language.texts.labels["stats"]["none"]
    return output.one_line(language.reason_word(reason))


def _whole(groups: Sequence[GroupFigures], language: Language) -> None:
    """A column for each side; a figure that nobody has is left out, and reasons stand below their sum."""
    words = language.texts.labels["stats"]
    rows: list[tuple[str, ...]] = []
    for name in ("requests", "asked", "open", *Outcome, "fill_rate", "filled_first", *Leg, "cost"):
        cells = [_figure(name, one, language) for one in groups]
        rows += [(words[name], *cells)] if any(cells) else []
        rows += _why_not(groups, language) if name == Outcome.UNFILLED else []
    output.table([words["figure"], *(_side(one.role, language) for one in groups)], rows, words["empty"])


def _wishes(wishes: Sequence[WishFigures], language: Language) -> None:
    """What was submitted to staff; nothing where nobody submits anything."""
    if not wishes:
        return
    words = language.texts.labels["stats"]
    names = ("submitted", "waiting", "accepted", "declined")
    rows = [(words[name], *(_count(getattr(one, name), language) for one in wishes)) for name in names]
    rows += _why_declined(wishes, language)
    output.line()
    output.table([words["wishes"], *(_side(one.role, language) for one in wishes)], rows, "")


def _why_declined(wishes: Sequence[WishFigures], language: Language) -> Iterable[tuple[str, ...]]:
    words = language.texts.labels["stats"]
    head = words["declined"]
    for reason in dict.fromkeys(reason for one in wishes for reason in one.reasons):
        cells = (_count(one.reasons.get(reason, 0), language) for one in wishes)
        yield f"{head}: {output.cut(reason, 60)}", *cells
    if any(one.other for one in wishes):
        yield f"{head}: {words['other_reasons']}", *(_count(one.other, language) for one in wishes)


def _why_not(groups: Sequence[GroupFigures], language: Language) -> Iterable[tuple[str, ...]]:
    """The most frequent first."""
    reasons = sum((one.reasons for one in groups), Counter[str]())
    head = language.texts.labels["stats"]["unfilled"]
    for reason, _ in sorted(reasons.items(), key=lambda one: (-one[1], one[0])):
        cells = (_count(one.reasons[reason], language) for one in groups)
        yield f"{head}: {_reason(reason, language)}", *cells


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
    return output.one_line(", ".join(map(language.amount, sums)))
