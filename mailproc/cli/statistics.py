"""The verb of statistics: a table, CSV for a spreadsheet, or JSON."""

from typing import Annotated, Any

import typer

from mailproc.cli import days, output
from mailproc.cli.choices import one_of, role_of
from mailproc.cli.session import opened
from mailproc.cli.statistics_table import show
from mailproc.errors import LocalFault
from mailproc.ill.terms import Role
from mailproc.office.queries import statistics as query
from mailproc.office.queries.statistics import (
    GroupFigures,
    Grouping,
    LegFigures,
    Statistics,
    StatisticsFilter,
)
from mailproc.office.queries.wish_figures import WishFigures
from mailproc.office.wording import statistics_csv
from mailproc.office.wording.statistics_csv import counts, in_days
from mailproc.sentence import sentence

verbs = typer.Typer()


@verbs.command("stats")
def stats(
    ctx: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="Asked on this day or later.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Asked on this day or before.")] = "",
    by: Annotated[str, typer.Option(help=f"In groups: {', '.join(Grouping)}.")] = "",
    role: Annotated[str, typer.Option(help="Only as borrower, or only as lender.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """Show figures: what was asked, filled or not and why, how long it took, what it cost."""
    if as_csv and as_json:
        raise LocalFault(sentence("option-beside", option="--csv", other="--json"))
    one_of("--by", by, Grouping)
    wanted = StatisticsFilter(
        days.day(first, "--from"),
        days.day(last, "--to"),
        Role[role_of(role)] if role else None,
        Grouping(by.lower()) if by else None,
    )
    with opened(ctx) as app:
        with app.store.read() as connection:
            found = query.statistics(connection, app.context, wanted)
        if as_json:
            output.as_json(_json(found, wanted))
        elif as_csv:
            output.text(statistics_csv.written(found.groups))
        else:
            show(found, wanted.by, app.context)


def _json(found: Statistics, wanted: StatisticsFilter) -> dict[str, Any]:
    return {
        "from": wanted.first,
        "to": wanted.last,
        "by": wanted.by,
        "uncounted": found.uncounted,
        "groups": [_group_json(one) for one in found.groups],
        "wishes": [_wishes_json(one) for one in found.wishes],
    }


def _wishes_json(one: WishFigures) -> dict[str, Any]:
    return {
        "role": one.role.name,
        "submitted": one.submitted,
        "waiting": one.waiting,
        "accepted": one.accepted,
        "declined": one.declined,
        "reasons": one.reasons,
        "other_reasons": one.other,
    }


def _group_json(one: GroupFigures) -> dict[str, Any]:
    return {
        "role": one.role.name,
        "group": one.group,
        **counts(one),
        "reasons": dict(sorted(one.reasons.items())),
        "costs": {currency: one.costs[currency] for currency in sorted(one.costs)},
        "legs": {leg: _leg_json(leg_of) for leg, leg_of in one.legs().items()},
    }


def _leg_json(one: LegFigures) -> dict[str, int | float]:
    return {
        "count": one.count,
        "median_days": in_days(one.median),
        "ninety_percent_days": in_days(one.ninety),
    }
