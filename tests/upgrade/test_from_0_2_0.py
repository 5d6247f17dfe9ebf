"""A store that the code of 0.2.0 wrote goes on under this one, as docs/upgrade.md says."""

import re
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.servers.relay import Relay
from tests.upgrade import stories
from tests.upgrade.conftest import SAMPLES, Upgraded

PARTNERS = ("XX-BL", "XX-NET", "XX-CUSTOMER")
KEPT = ("request", "transactions", "history", "event", "intent", "outgoing_bytes", "inbox_bytes", "charge")
"""Tables whose rows the migration leaves as they are."""


@pytest.fixture
def office(tmp_path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upgraded]:
    """An office of 0.2.0: config.toml, the store, and the two files that know what left it."""
    for name, secret in stories.SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    with tarfile.open(SAMPLES / "office-0.2.0.tar.gz") as sample:
        sample.extractall(tmp_path, filter="data")
    (tmp_path / "var").chmod(0o700)
    one = Upgraded(tmp_path, "sqlite:///var/mailproc.db", relay)
    one.configure(proof=True)
    yield one


def rows(office: Upgraded) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(office.store)) as connection:
        connection.row_factory = sqlite3.Row
        found = ((name, connection.execute(f'SELECT * FROM "{name}"').fetchall()) for name in KEPT)  # noqa: S608
        return {name: [dict(row) for row in table] for name, table in found}


def states(office: Upgraded) -> dict[str, str]:
    return {one["number"]: one["state"] for one in office.json("requests", "--limit", "100")}


def test_check_says_that_it_will_be_migrated_and_nothing_else_is_asked(office: Upgraded) -> None:
    said = office.done("check")
    assert "the store is at revision 0003: the first `mailproc run` migrates it" in said
    assert "counters" not in said
    assert not office.relay.letters


def test_requests_letters_and_money_are_as_they_were(office: Upgraded) -> None:
    before = rows(office)
    office.done("run", "--once")  # the partners are paused: only the letter that nobody had read is new
    after = rows(office)
    for name, old in before.items():
        kept = after[name][: len(old)]
        assert [{key: row[key] for key in old[0]} for row in kept] == old, name
    assert "26 transactions checked, 0 differ" in office.done("verify")
    latest = {row["request_id"]: row["state"] for row in before["transactions"]}
    assert Counter(states(office).values()) == Counter([*latest.values(), "IN_PROCESS"])


def test_what_0_2_0_knew_beside_is_there(office: Upgraded) -> None:
    office.done("run", "--once")
    assert "never put back from a copy" in office.done("restore")
    shown = office.json("show", "B1")
    assert (shown["state"], shown["patron"]["id"]) == ("RECEIVED", "R900")
    assert "asked by telephone" in office.done("show", "B1")
    assert "only a part" in office.done("show", "B1")
    assert "12.50" in office.done("charges", "B1")
    assert "1 High Street" in office.done("patrons", "show", "R900")
    assert [one["id"] for one in office.json("shelved")] == ["I4"]
    assert "a work on bees" in office.done("letter", "I4")


def test_figures_are_made_of_what_was_over(office: Upgraded) -> None:
    office.done("run", "--once")
    figures = office.json("stats")
    assert (figures["uncounted"], sum(one["asked"] for one in figures["groups"])) == (0, 26)
    (ours, theirs) = figures["groups"]
    assert (ours["unfilled"], theirs["unfilled"]) == (3, 1)
    assert figures["wishes"] == []


def test_what_waited_leaves_once_and_open_requests_go_on(office: Upgraded) -> None:
    office.done("run", "--once")
    for symbol in PARTNERS:
        office.done("resume", symbol)
    office.done("run", "--once")
    office.done("run", "--once")
    assert office.json("outbox") == []
    orders = "\n".join(one.text for one in office.relay.letters)
    ordered = Counter(re.findall(r"^TX(\S+)", orders, re.MULTILINE))
    assert ordered == {"B17-1": 1, "B18-1": 1, "B19-1": 1}
    office.done("act", "B14", "receive")
    office.done("act", "L5", "check-in")
    office.done("run", "--once")
    now = states(office)
    assert (now["B14"], now["L5"]) == ("RECEIVED", "CHECKED_IN")
    assert "0 differ" in office.done("verify")
