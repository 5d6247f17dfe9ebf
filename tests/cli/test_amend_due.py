"""`amend --due` and `note` at the command line."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

Cli = Callable[..., Any]
LATER = (date.today() + timedelta(days=90)).isoformat()  # noqa: DTZ011  # the clock of the program


def test_a_due_date_is_corrected(cli: Cli, placed: Cli) -> None:
    placed()
    assert cli("act", "B1", "receive").code == 0
    would = cli("amend", "B1", "--due", LATER, "--dry-run", "--json").json
    assert (would["state"], would["dry_run"]) == ("RECEIVED", True)
    ran = cli("amend", "B1", "--due", LATER, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert cli("show", "B1", "--json").json["due"]["on"] == LATER
    assert LATER[:4] in cli("show", "B1").out
    assert cli("act", "B1", "undo").code == 0


def test_it_stands_alone(cli: Cli, placed: Cli) -> None:
    placed()
    for wrong in (
        ["--due", LATER, "--title", "X"],
        ["--quiet", "--title", "X"],
        ["--due", "soon"],
        ["--due", LATER, "--anyway"],
    ):
        ran = cli("amend", "B1", *wrong)
        assert ran.code == 1 and len(ran.err.splitlines()) == 1


def test_a_note_is_listed(cli: Cli, placed: Cli) -> None:
    placed()
    ran = cli("note", "B1", "Ask the reader; not-owned is wrong")
    assert (ran.code, ran.err) == (0, "")
    assert "Ask the reader; not-owned is wrong" in cli("show", "B1").out
    assert "Ask the reader" in cli("requests").out
    assert cli("requests", "--json").json[0]["noted"] == "Ask the reader; not-owned is wrong"
    assert cli("note", "B1", "Again", "--json").json["state"] == "PENDING"
    assert cli("note", "B1", "Once more").out.startswith("B1: noted. It stays: ")
    assert cli("note", "B9", "x").code == 1
    assert cli("act", "B1", "close").code == 0
    assert cli("note", "B1", "It is over").code == 0
    listed = cli("requests", "--find", "B1").out
    assert "B1" in listed and "It is over" not in listed, "it asks nobody for anything"
