"""``pause`` and ``resume``: whose letters wait, without a word in config.toml and without a restart."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def orders(cli: Cli, folder: Path) -> Callable[[], int]:
    """Does all that is due; how many orders have left by then."""

    def left() -> int:
        assert cli("run", "--once").code == 0
        return sum("\nTo: orders@bl.example" in file.read_text() for file in folder.glob("out/*.eml"))

    return left


def status(cli: Cli, symbol: str) -> str:
    return next(one["status"] for one in cli("partners", "--json").json if one["symbol"] == symbol)


def events(folder: Path) -> list[str]:
    (file,) = (folder / "var").glob("*.db")
    with closing(sqlite3.connect(file)) as store:
        return [kind for (kind,) in store.execute("SELECT type FROM event ORDER BY id")]


def test_letters_to_a_paused_partner_wait_and_go_when_it_is_resumed(
    cli: Cli, placed: Cli, orders: Callable[[], int]
) -> None:
    placed()
    said = cli("pause", "uk-bl")  # in any case, as everywhere
    assert (said.code, "mailproc resume UK-BL" in said.out) == (0, True)
    assert status(cli, "UK-BL") == "paused"
    assert status(cli, "UK-CUSTOMER") == "active"
    placed("Another Book")
    assert orders() == 0
    assert cli("show", "B1", "--json").json["delivery"] == "waiting"
    assert cli("show", "B1", "--json").json["attention"] == []  # nothing has failed
    assert cli("resume", "UK-BL").code == 0
    assert status(cli, "UK-BL") == "active"
    assert orders() == 1  # both in one file


def test_a_letter_that_was_written_already_waits_too(
    cli: Cli, placed: Cli, orders: Callable[[], int]
) -> None:
    def state() -> str:
        assert cli("run", "--once").code == 0
        return next(one["state"] for one in cli("letters", "--json").json if one["id"] == "O1")

    placed()
    assert state() == "filed"
    cli("pause", "UK-BL")
    assert cli("redeliver", "O1").code == 0
    assert state() == "prepared"
    cli("resume", "UK-BL")
    assert state() == "filed"


def test_letters_of_a_paused_partner_are_heard(cli: Cli, placed: Cli, orders: Callable[[], int]) -> None:
    placed()
    assert orders() == 1
    cli("pause", "UK-BL")
    head = "From: orders@bl.example\r\nSubject: Replies\r\nMessage-ID: <1@bl.example>\r\n\r\n"
    cli("inject", "-", stdin=f"{head}REPLIES FOR 99-0001\r\n\r\nB1-1 NOT\r\n")
    assert orders() == 1
    assert cli("show", "B1", "--json").json["state"] == "NOT_SUPPLIED"


def test_who_is_next_and_paused_is_said_to_be(cli: Cli, placed: Cli) -> None:
    cli("pause", "UK-BL")
    placed()
    cli("act", "B1", "cancel")
    cli("rota", "B1", "--add", "UK-BL")
    assert "paused: its letter would wait" in cli("rota", "B1").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pause", "ZZ"], "Known partners: UK-BL"),
        (["resume", "UK-BL"], "UK-BL is not paused"),
        (["resume", "ZZ"], "Known partners"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_paused_or_resumed(cli: Cli, arguments: list[str], words: str) -> None:
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err


def test_twice_and_against_the_configuration(cli: Cli, folder: Path) -> None:
    assert cli("pause", "UK-BL").code == 0
    assert "paused already" in cli("pause", "UK-BL").err
    config = folder / "config.toml"
    config.write_text(config.read_text().replace('symbol = "UK-BL"', 'symbol = "UK-BL"\nstatus = "paused"'))
    assert "paused by config.toml already" in cli("pause", "UK-BL").err
    over = cli("resume", "UK-BL")  # the pause of staff is over, and that is no refusal
    assert (over.code, over.err, 'write status = "active" there' in over.out) == (0, "", True)
    assert status(cli, "UK-BL") == "paused"
    before = events(folder)
    assert before == ["pause", "resume"]
    refused = cli("resume", "UK-BL")
    assert (refused.code, 'write status = "active" there' in refused.err) == (1, True)
    assert events(folder) == before  # what is refused has changed nothing


def test_what_waits_can_still_be_corrected(cli: Cli, placed: Cli, orders: Callable[[], int]) -> None:
    """No letter is written before it may leave, so the latest words go out."""
    cli("pause", "UK-BL")
    placed("Wrong")
    assert orders() == 0
    assert cli("letters", "--json").json == []
    assert cli("amend", "B1", "--title", "Right").code == 0
    cli("resume", "UK-BL")
    assert orders() == 1
    assert "Right" in cli("letter", "O1").out


def test_a_letter_to_a_paused_partners_people_waits_and_readers_are_told(
    cli: Cli, placed: Cli, orders: Callable[[], int], folder: Path
) -> None:
    def told() -> int:
        return sum("\nTo: reader@town.example" in file.read_text() for file in folder.glob("out/*.eml"))

    placed(patron={"id": "R1", "name": "A Reader", "email": "reader@town.example"})
    assert orders() == 1
    cli("pause", "UK-BL")
    assert cli("act", "B1", "receive").code == 0
    assert cli("act", "B1", "renew").code == 0  # their people are written to
    assert (orders(), told()) == (1, 1)
    cli("resume", "UK-BL")
    assert orders() == 2


def test_a_letter_to_their_people_that_was_written_already_waits_too(
    cli: Cli, placed: Cli, orders: Callable[[], int]
) -> None:
    placed()
    orders()
    cli("act", "B1", "receive")
    cli("act", "B1", "renew")
    assert orders() == 2
    cli("pause", "UK-BL")
    assert cli("redeliver", "O2").code == 0
    assert cli("run", "--once").code == 0
    assert [one["id"] for one in cli("outbox", "--json").json] == ["O2"]
    cli("resume", "UK-BL")
    assert cli("run", "--once").code == 0
    assert cli("outbox", "--json").json == []
