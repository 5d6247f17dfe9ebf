"""`act … --barcode` and `amend --barcode` at the command line."""

from collections.abc import Callable
from typing import Any

Cli = Callable[..., Any]


def test_a_barcode_is_shown_and_corrected(cli: Cli, placed: Cli) -> None:
    placed()
    assert cli("act", "B1", "receive", "--barcode", "300123").code == 0
    assert cli("show", "B1", "--json").json["barcode"] == "300123"
    said = cli("show", "B1").out
    assert "300123" in said and "barcode 300123" in said  # among the particulars, and in the history
    would = cli("amend", "B1", "--barcode", "300124", "--dry-run", "--json").json
    assert (would["state"], would["dry_run"]) == ("RECEIVED", True)
    ran = cli("amend", "B1", "--barcode", "300124")
    assert (ran.code, ran.err) == (0, "")
    assert "300123 → 300124" in ran.out
    assert cli("show", "B1", "--json").json["barcode"] == "300124"


def test_it_stands_alone_and_is_of_one_item(cli: Cli, placed: Cli) -> None:
    placed()
    for wrong in (
        ["amend", "B1", "--barcode", "1", "--title", "X"],
        ["amend", "B1", "--barcode", "1", "--due", "2030-01-31"],
        ["amend", "B1", "--barcode", "1", "--quiet"],
        ["act", "B1,B2", "receive", "--barcode", "1"],
        ["act", "B1", "renew", "--barcode", "1"],
    ):
        ran = cli(*wrong)
        assert ran.code == 1 and len(ran.err.splitlines()) == 1
    assert cli("show", "B1", "--json").json["barcode"] == ""
