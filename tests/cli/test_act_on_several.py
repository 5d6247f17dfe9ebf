"""`act B1,B2 receive` and `act - receive`: each on its own, and a sum at the end."""

from collections.abc import Callable
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def three(placed: Cli) -> None:
    for title in ("One", "Two", "Three"):
        placed(title)


def states(cli: Cli) -> dict[str, str]:
    return {one["number"]: one["state"] for one in cli("requests", "--json").json}


def test_each_is_done(cli: Cli, three: None) -> None:
    ran = cli("act", "B1,B3", "receive")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "2 done."
    assert states(cli) == {"B1": "RECEIVED", "B2": "PENDING", "B3": "RECEIVED"}


def test_what_is_refused_stops_no_other(cli: Cli, three: None) -> None:
    ran = cli("act", "-", "return", stdin="B1\r\nB9\nB2, B1\n")
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == "0 done, 3 refused: B1, B9, B2"
    cli("act", "B2", "receive")
    ran = cli("act", "B1,B2,B9", "return", "--via", "post")
    assert (ran.code, ran.out.splitlines()[-1]) == (1, "1 done, 2 refused: B1, B9")
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["B1", "B9"]
    assert states(cli) == {"B1": "PENDING", "B2": "RETURNED", "B3": "PENDING"}
    assert cli("verify").code == 0


def test_the_answer_as_json_is_a_list(cli: Cli, three: None) -> None:
    ran = cli("act", "B1,B9", "receive", "--json")
    done, refused = ran.json
    assert (ran.code, done["number"], done["state"]) == (1, "B1", "RECEIVED")
    assert refused["number"] == "B9" and "B9" in refused["refused"] and refused["refused_codes"]
    assert isinstance(cli("act", "-", "receive", "--json", stdin="B2").json, list)
    assert isinstance(cli("act", "B3", "receive", "--json").json, dict)


def test_a_dry_run_and_a_mark_hold_for_each(cli: Cli, three: None) -> None:
    assert cli("act", "B1,B2", "receive", "--dry-run").code == 0
    assert set(states(cli).values()) == {"PENDING"}
    for _ in range(2):
        assert cli("act", "B1,B2", "receive", "--once", "m1").code == 0
    for number in ("B1", "B2"):
        happened = [one["event"] for one in cli("show", number, "--json").json["history"]]
        assert happened.count("receive") == 1


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (("-", "receive"), " \n", "no number"),
        (("B1,B2",), "", "need an action"),
        (("-", "receive"), " ".join(f"B{n}" for n in range(1001)), "1001"),
        (("X,1", "receive"), "", "X,1"),  # a name of another system's: one number
    ],
)
def test_what_cannot_be_meant(
    cli: Cli, three: None, arguments: tuple[str, ...], stdin: str, says: str
) -> None:
    ran = cli("act", *arguments, stdin=stdin)
    assert (ran.code, ran.out) == (1, "") and says in ran.err
    assert set(states(cli).values()) == {"PENDING"}
