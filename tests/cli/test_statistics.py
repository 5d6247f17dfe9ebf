"""`mailproc stats`: a table, CSV that no spreadsheet takes for formulas, and JSON."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mailproc import formula_guard
from mailproc.cli import statistics
from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.ill.terms import Role
from mailproc.office.queries.statistics import GroupFigures
from mailproc.office.wording import statistics_csv
from tests.command_line import Ran

Cli = Callable[..., Ran]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x.example")']
)
def test_no_text_is_a_formula(text: str) -> None:
    group = GroupFigures(Role.REQUESTER, text, outcomes=Counter({Outcome.FILLED: 1}))
    group.costs[text] = Decimal("-1.50")
    head, row = csv.reader(io.StringIO(statistics_csv.written([group])))
    assert row[1] == "'" + text.replace("\r", " ").replace("\n", " ")
    assert head[-1].startswith("cost_"), "no formula begins with a letter"
    assert row[-1] == "-1.50", "a number is no text"
    assert formula_guard.harmless(text) == row[1]


@pytest.mark.parametrize("text", ["A;=1+2", "A; =1", "A;\u00a0+1", " =1", "\u00a0@x", "\uff1d1", "A;\uff1d1"])
def test_no_text_is_a_formula_where_a_semicolon_ends_a_cell(text: str) -> None:
    for cell in formula_guard.harmless(text).split(";"):
        assert not cell.strip().startswith(("=", "+", "-", "@", "\uff1d")), cell


def test_a_word_stays_as_it_is() -> None:
    assert formula_guard.harmless("XX-BL") == "XX-BL"


def test_csv_has_a_column_for_each_figure_and_currency() -> None:
    group = GroupFigures(
        Role.RESPONDER,
        "XX-BL",
        requests=3,
        open=1,
        filled_first=2,
        outcomes=Counter({Outcome.FILLED: 2, Outcome.CANCELLED: 1}),
        costs={"EUR": Decimal("12.50"), "GBP": Decimal(3)},
        hours={Leg.ASKED_TO_SHIPPED: Counter({chr(61): 1, chr(25): 1})},
    )
    (row,) = csv.DictReader(io.StringIO(statistics_csv.written([group])))
    assert {name: value for name, value in row.items() if value not in ("", "0")} == {
        "role": "RESPONDER", "group": "XX-BL", "requests": "3", "asked": "4", "open": "1", "filled": "2",
        "cancelled": "1", "filled_first": "2", "fill_rate": "1.0", "asked_to_shipped_median_days": "1.0",
        "asked_to_shipped_ninety_percent_days": "2.5", "cost_EUR": "12.50", "cost_GBP": "3",
    }  # fmt: skip


@pytest.fixture
def office(cli: Cli) -> Cli:
    """Three requests: one is open, one was withdrawn, and one closed."""
    request = '{"service": "LOAN", "item": {"title": "A Book"}, "partners": ["UK-BL"]}'
    for _ in range(3):
        assert cli("request", "-", "--anyway", stdin=request).code == 0
    assert cli("act", "B1", "cancel").code == 0
    assert cli("act", "B2", "close").code == 0
    return cli


def test_what_json_promises(office: Cli) -> None:
    found: Any = office("stats", "--json").json
    assert set(found) == {"from", "to", "by", "uncounted", "groups", "wishes"}
    assert found["wishes"] == []
    (group,) = found["groups"]
    legs, reasons, costs = group.pop("legs"), group.pop("reasons"), group.pop("costs")
    assert (legs, reasons, costs) == ({}, {}, {})
    assert group == {
        "role": "REQUESTER", "group": "", "requests": 3, "asked": 3, "open": 1, "filled": 0, "unfilled": 0,
        "cancelled": 1, "expired": 0, "lost": 0, "wrong": 0, "forwarded": 0, "closed": 1, "filled_first": 0,
        "fill_rate": 0.0,
    }  # fmt: skip


def test_groups_and_days(office: Cli) -> None:
    found: Any = office("stats", "--by", "partner", "--role", "borrower", "--json").json
    assert [(one["group"], one["asked"]) for one in found["groups"]] == [("UK-BL", 3)]
    assert office("stats", "--from", "2001-01-01", "--to", "31.12.2001", "--json").json["groups"] == []
    assert office("stats", "--role", "lender", "--json").json["groups"] == []
    assert "Nothing was asked in this time." in office("stats", "--to", "2001-01-01").out
    assert "UK-BL" in office("stats", "--by", "PARTNER").out
    assert office("stats", "--from", "9999-12-31", "--to", "9999-12-31", "--json").json["groups"] == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--by", "reader"), "month, partner, service, category, reason"),
        (("--from", "yesterday"), "--from"),
        (("--to", "2026-02-30"), "--to"),
        (("--role", "both"), "--role"),
        (("--csv", "--json"), "--csv"),
    ],
)
def test_what_cannot_be_meant_is_refused(cli: Cli, options: tuple[str, ...], says: str) -> None:
    ran = cli("stats", *options)
    assert (ran.code, says in ran.err) == (1, True), ran


def test_the_document_names_every_figure() -> None:
    page = (Path(__file__).parents[2] / "docs/statistics.md").read_text(encoding="utf-8")
    group = GroupFigures(Role.REQUESTER, "", hours={Leg.ASKED_TO_SHIPPED: Counter("a")})
    shown = statistics._group_json(group)
    names = {*shown, *shown["legs"][Leg.ASKED_TO_SHIPPED], *Leg} - {"role", "group", "legs"}
    assert {name for name in names if f"`{name}`" not in page} == set()
