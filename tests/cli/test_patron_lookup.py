"""The library system asked by verbs: `request`, `patrons show --live`, `check --connect`, `show`."""

import errno
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command_line import Ran
from tests.servers.library_system import LOST, PASSWORD, USER, KnownReader, LibrarySystem, library_system
from tests.servers.ports import free_port
from tests.support import configuration

Cli = Callable[..., Ran]
Asking = Callable[..., None]
ROWS = "id,name\nR1,Ann Reader\n"
ORDER = ("request", "--service", "LOAN", "--title", "A Book", "--partner", "UK-BL", "--patron", "R1")


@pytest.fixture
def system() -> Iterator[LibrarySystem]:
    with library_system(
        {"R1": KnownReader("Ann Reader", LOST, "ann@reader.example", "Desk\x1b[31m 3")}
    ) as one:
        yield one


@pytest.fixture
def asking(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setenv("ILS_PASSWORD", PASSWORD)

    def ask(port: int, **more: configuration.Value) -> None:
        known: dict[str, configuration.Value] = {"user": USER, "password": {"env": "ILS_PASSWORD"}}
        with (folder / "config.toml").open("a") as file:
            file.write("\n" + configuration.section(
                "patrons.lookup", protocol="sip2", host="127.0.0.1", port=port, timeout=30, **known, **more
            ))  # fmt: skip
        assert cli("patrons", "import", "-", "--form", "csv", stdin=ROWS).code == 0

    return ask


def test_an_order_of_a_reader_who_is_blocked_today(cli: Cli, asking: Asking, system: LibrarySystem) -> None:
    asking(system.port)
    refused = cli(*ORDER)
    assert refused.code == 1
    assert "R1 may order nothing: the library system says now: blocked (card reported lost)" in refused.err
    assert "\x1b" not in refused.err
    placed = cli(*ORDER, "--anyway")
    assert (placed.code, placed.out) == (0, "B1\n")
    assert "placed with --anyway: the reader may order nothing" in " ".join(cli("show", "B1").out.split())


def test_a_reader_is_shown_as_stored_and_as_now(cli: Cli, asking: Asking, system: LibrarySystem) -> None:
    asking(system.port)
    shown = cli("patrons", "show", "R1", "--live")
    stored, _, now = shown.out.partition("The library system says now:\n")
    assert stored == "Id: R1\nName: Ann Reader\n"
    assert now.splitlines()[:3] == ["  blocked (card reported lost)", "  Id: R1", "  Name: Ann Reader"]
    assert "\x1b" not in now
    assert cli("patrons", "show", "R1", "--live", "--json").json["live"]["blocks"] == ["card-lost"]
    unknown = cli("patrons", "show", "R7", "--live")
    assert unknown.out.splitlines()[:2] == ["The library system says now:", "  nobody has this number"]
    assert cli("patrons", "show", "R7", "--live", "--json").json["stored"] is None
    assert "--live" in cli("patrons", "find", "ann", "--live").err


def test_a_system_that_is_down(cli: Cli, asking: Asking) -> None:
    assert "[patrons.lookup]" in cli("patrons", "show", "R1", "--live").err
    asking(port := free_port())
    shown = cli("patrons", "show", "R1", "--live")
    assert (shown.code, shown.out) == (1, "Id: R1\nName: Ann Reader\n")
    assert "no connection" in shown.err
    shown = cli("patrons", "show", "R1", "--live", "--json")
    assert (shown.code, shown.json["live"], shown.json["stored"]["id"]) == (1, None, "R1")
    assert "no connection" in shown.json["failed"]
    assert "no connection" in cli("patrons", "show", "R7", "--live").err
    assert "WRONG library system: no connection: Connection refused" in cli("check", "--connect").out
    assert f"port {port}" not in cli("check").out
    placed = cli(*ORDER)
    assert placed.out == "B1\n"
    assert "the library system did not say whether the reader may borrow (no connection" in placed.err
    assert "did not say whether" in cli("show", "B1", "--json").json["history"][0]["note"]
    assert "did not say whether the reader may borrow" in " ".join(cli("show", "B1").out.split())


def test_check_tries_the_login(
    cli: Cli, asking: Asking, system: LibrarySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(system.port)
    assert f"ok    library system: SIP2, 127.0.0.1 port {system.port}" in cli("check", "--connect").out
    monkeypatch.setenv("ILS_PASSWORD", "wr0ng-Passw0rd")
    wrong = cli("check", "--connect")
    assert "WRONG library system: it refuses our login" in wrong.out
    assert "Passw0rd" not in wrong.out + wrong.err


def test_whoever_cannot_read_the_password_is_told_and_places_all_the_same(
    cli: Cli, asking: Asking, system: LibrarySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(system.port)
    monkeypatch.delenv("ILS_PASSWORD")
    placed = cli(*ORDER)
    assert placed.out == "B1\n"
    assert "this user cannot read [patrons.lookup] password" in placed.err
    assert system.asked == []


def test_the_history_says_it_in_the_librarys_language(cli: Cli, asking: Asking, folder: Path) -> None:
    asking(free_port())
    config = folder / "config.toml"
    config.write_text(config.read_text().replace("[library]\n", '[library]\nlanguage = "de"\n', 1))
    placed = cli(*ORDER)
    assert "das Bibliothekssystem hat nicht gesagt, ob ausgeliehen werden darf" in placed.err
    assert "hat nicht gesagt, ob ausgeliehen werden darf" in " ".join(cli("show", "B1").out.split())


def test_many_items_that_arrive_do_not_each_wait_for_a_system_that_is_down(
    cli: Cli, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def refuse(*given: object) -> None:
        asked.append(given)
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    asking(free_port(), at_entry=False)
    monkeypatch.setattr(socket, "create_connection", refuse)
    for number in range(3):
        assert cli(*ORDER, "--title", f"Book {number}").code == 0
    assert asked == []
    assert cli("run", "--once").code == 0
    done = cli("act", "B1,B2,B3", "receive")
    assert done.out.count("the library system did not say") == 3
    assert done.out.count("it was not asked again so soon") == 2
    assert len(asked) == 1
