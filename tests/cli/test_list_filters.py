"""Each list narrows by the filters that lists promise, or the page for operators says why it has none."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailproc.cli.root import loaded

from .test_json import done, made, office

__all__ = ["made", "office"]
Cli = Callable[..., Any]
PROMISED = ("--limit", "--partner", "--state", "--service", "--due", "--since")
LISTS = ("requests", "letters", "shelved", "outbox", "charges", "jobs", "digest", "partners", "templates")
PAGE = (Path(__file__).parents[2] / "docs/operators.md").read_text()


@pytest.mark.parametrize("verb", LISTS)
def test_a_filter_that_a_list_lacks_has_its_reason_on_the_page(verb: str) -> None:
    takes = {option for one in loaded(verb).params for option in one.opts}
    (line,) = re.findall(rf"^\| `{verb}` \|(.*)\|(.*)\|$", PAGE, re.MULTILINE)
    has, lacks = (set(re.findall(r"`(--[a-z]+)`", cell)) for cell in line)
    assert has & set(PROMISED) == takes & set(PROMISED)
    assert set(PROMISED) - takes <= lacks


def ids(cli: Cli, *arguments: str) -> list[str]:
    return [one.get("id") or one["partner"] for one in done(cli(*arguments, "--json")).json]


@pytest.fixture
def desk(cli: Cli, office: None) -> Cli:
    """O1 (two loans) waits for the relay; a copy is no letter yet; two letters and a message are shelved."""
    copy = {"service": "COPY", "item": {"title": "A Journal", "article_title": "An Article"}}
    for partner, cost in (("UK-BL", "2.50 EUR"), ("XX-NET", "3 EUR")):
        placed = cli("request", "-", "--anyway", stdin=json.dumps(copy | {"partners": [partner]}))
        number = done(placed).out.strip()
        done(cli("charges", number, "--add", cost))
    done(cli("charges", "B1", "--add", "1 EUR", "--status", "paid"))
    return cli


def test_the_outbox_is_narrowed(desk: Cli) -> None:
    everything = ids(desk, "outbox")
    assert len(everything) > 2 and "O1" in everything
    of_net = ids(desk, "outbox", "--partner", "xx-net")
    assert of_net and set(of_net).isdisjoint(ids(desk, "outbox", "--partner", "UK-BL"))
    assert ids(desk, "outbox", "--service", "LOAN") == ["O1"]
    assert "O1" not in ids(desk, "outbox", "--service", "copy")
    assert ids(desk, "outbox", "--state", "prepared", "--service", "loan") == ["O1"]
    assert ids(desk, "outbox", "--state", "waiting", "--service", "loan") == ["O1"], "the word of `show`"
    assert ids(desk, "outbox", "--since", "2999-01-01") == []
    assert desk("outbox", "--since", "2999-01-01").out == "No letter matches.\n"
    assert ids(desk, "outbox", "--since", "2000-01-01") == everything
    for limit in range(1, len(everything) + 1):
        assert ids(desk, "outbox", "--limit", str(limit)) == everything[:limit]


def test_the_shelf_is_narrowed(desk: Cli) -> None:
    everything = ids(desk, "shelved")
    of_net = ids(desk, "shelved", "--partner", "XX-NET")
    of_bl = ids(desk, "shelved", "--partner", "UK-BL")
    assert (len(everything), len(of_net)) == (3, 1) and of_net[0].startswith("E")
    assert set(of_net).isdisjoint(of_bl)
    assert ids(desk, "shelved", "--state", "shelved") == everything
    assert ids(desk, "shelved", "--state", "todo") == []
    assert ids(desk, "shelved", "--since", "2999-01-01") == []
    assert desk("shelved", "--since", "2999-01-01").out == "No letter matches.\n"


def test_letters_are_narrowed_by_service(desk: Cli) -> None:
    loans = ids(desk, "letters", "--service", "LOAN")
    assert {"I1", "O1"} <= set(loans) and "I2" not in loans
    assert ids(desk, "letters", "--service", "COPY") == []


def test_charges_are_narrowed(desk: Cli) -> None:
    assert ids(desk, "charges") == ["UK-BL", "XX-NET"]
    assert ids(desk, "charges", "--service", "loan") == ["UK-BL"]
    (paid,) = done(desk("charges", "--state", "paid", "--json")).json
    assert (paid["partner"], paid["charged"], paid["paid"]) == ("UK-BL", "0", "1")
    (last,) = done(desk("charges", "--limit", "1", "--json")).json
    assert (last["partner"], last["left_out"]) == ("XX-NET", 1)
    assert desk("charges", "--limit", "1").out.splitlines()[-1] == "Showing 1 of 2: --limit 2 shows all."
    assert desk("charges", "--csv").out.count("\n") == 3


@pytest.mark.parametrize("verb", ["requests", "letters", "shelved", "outbox", "charges"])
def test_a_value_that_nothing_has_is_refused(cli: Cli, folder: Path, verb: str) -> None:
    takes = {option for one in loaded(verb).params for option in one.opts}
    for option in takes & {"--state", "--service", "--since", "--due", "--partner"}:
        ran = cli(verb, option, "nothing")
        assert ran.code == 1 and "nothing" in ran.err, option
