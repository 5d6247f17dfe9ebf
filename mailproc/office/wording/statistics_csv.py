"""Statistics as CSV for a spreadsheet, and their counts by name."""

from collections.abc import Sequence

from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.office.queries.statistics import GroupFigures
from mailproc.office.wording import spreadsheet

COUNTS = ("requests", "asked", "open", *Outcome, "filled_first", "fill_rate")
"""The columns that count, after those that name the group."""


def counts(one: GroupFigures) -> dict[str, int | float | None]:
    """Return what is counted of a group, in the order of ``COUNTS``."""
    rate = one.fill_rate
    return {
        "requests": one.requests,
        "asked": one.asked,
        "open": one.open,
        **{outcome.value: one.outcomes[outcome] for outcome in Outcome},
        "filled_first": one.filled_first,
        "fill_rate": round(rate, 4) if rate is not None else None,
    }


def in_days(hours: int) -> float:
    """Return hours as days, to a tenth."""
    return round(hours / 24, 1)


def written(groups: Sequence[GroupFigures]) -> str:
    """Return one row for each group; a column for each currency that any of them has."""
    currencies = sorted({currency for one in groups for currency in one.costs})
    measured = [f"{leg}_{what}_days" for leg in Leg for what in ("median", "ninety_percent")]
    columns = ["role", "group", *COUNTS, *measured, *(f"cost_{one}".rstrip("_") for one in currencies)]
    return spreadsheet.written(columns, [_row(one, currencies) for one in groups])


def _row(one: GroupFigures, currencies: Sequence[str]) -> list[object]:
    legs = one.legs()
    spans = [(legs[leg].median, legs[leg].ninety) if leg in legs else (None, None) for leg in Leg]
    measured = [in_days(hours) if hours is not None else None for span in spans for hours in span]
    costs = [one.costs.get(currency) for currency in currencies]
    return [one.role.name, one.group, *counts(one).values(), *measured, *costs]
