"""`trace`: the way of a letter or a request from the store, and the same ids in the log of the service."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailproc.office.queries import way
from tests.command_line import Ran

from .conftest import ORDER

REPLY = (
    "From: orders@bl.example\r\nTo: ill@town.example\r\nMessage-ID: <2@bl>\r\nSubject: Report\r\n\r\n{}\r\n"
)


@pytest.fixture
def story(cli: Callable[..., Ran], folder: Path) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """An order came (I1), staff shipped it, and the answer left; what `trace` says."""
    cli("inject", "-", stdin=ORDER)
    cli("run", "--once")
    assert cli("act", "L1", "ship").code == 0
    cli("run", "--once")

    def told(name: str) -> list[dict[str, Any]]:
        ran = cli("trace", name, "--json")
        assert ran.code == 0, ran.err
        found: list[dict[str, Any]] = ran.json["stations"]
        return found

    yield told


def ids(stations: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in stations]


def test_a_request_from_its_letter_to_our_answer(story: Any) -> None:
    found = story("L1")
    assert ids(found)[0] == "I1"
    assert ids(found)[-1].startswith("O")
    assert (found[0]["message_id"], found[0]["who"]) == ("1@c", "UK-CUSTOMER")
    moved = [(one["request"], one["before"], one["after"], one["by"]) for one in found if one["after"]]
    assert moved[0][:3] == ("L1-1", "IDLE", "IN_PROCESS")
    assert moved[0][3] == "I1"
    assert [one["state"] for one in found if one["id"].startswith("O")] == ["filed"]


def test_a_letter_in_and_a_letter_out_meet_in_the_middle(story: Any) -> None:
    answer = ids(story("L1"))[-1]
    back, forth = story(answer), story("I1")
    assert back[-1]["id"] == answer
    assert back[-1]["by"].endswith("L1")
    assert {"I1"} <= set(ids(forth))
    assert all(one["request"] in ("L1-1", "") for one in back + forth)
    event = next(one["id"] for one in forth if one["after"])
    assert ids(story(event))[0] == "I1"
    assert event in ids(story(event))


def test_what_there_is_none_of(story: Any, cli: Callable[..., Ran]) -> None:
    for name in ("I9", "O9", "E99", "B9", "L1-7", "nonsense"):
        ran = cli("trace", name)
        assert ran.code == 1, name
        assert ran.err.strip()


def test_a_table_for_people(story: Any, cli: Callable[..., Ran]) -> None:
    out = cli("trace", "L1").out
    assert all(word in out for word in ("I1", "L1-1", "1@c", "UK-CUSTOMER"))


def test_what_we_do_is_never_said_as_done_by_the_other_side(
    cli: Callable[..., Ran], placed: Callable[..., str]
) -> None:
    """As `show` says it: our order, and our word that it came."""
    number = placed()
    cli("run", "--once")
    assert cli("act", number, "receive").code == 0
    out = " ".join(cli("trace", number).out.split())
    assert f"{number}-1 asked for it" in out and f"{number}-1 received it" in out
    assert "asked us for it" not in out
    acts = {one["id"]: one["what"] for one in cli("trace", number, "--json").json["stations"]}
    assert {acts["E1"], acts["E2"]} == {"request", "receive"}


def test_what_waits_is_on_the_way_too(cli: Callable[..., Ran], placed: Callable[..., str]) -> None:
    number = placed()
    stations = cli("trace", number, "--json").json["stations"]
    assert [(one["id"], one["state"]) for one in stations][-1] == ("", "todo")


def test_of_a_file_of_many_orders_the_first_are_shown(
    story: Any, cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "MOST", 1)
    ran = cli("trace", "L1", "--json")
    assert ran.json["left_out"] >= 1
    assert "more messages" in cli("trace", "L1").out


def test_the_log_follows_it_too(cli: Callable[..., Ran], placed: Callable[..., str]) -> None:
    """Every line about a reply, from its letter to ours about it, holds the letter's id and the request."""
    number = placed(patron={"id": "R1", "name": "R. Reader", "email": "reader@town.example"})
    cli("run", "--once")
    cli("inject", "-", stdin=REPLY.format(f"{number}-1 NOT"))
    lines = [json.loads(line) for line in cli("run", "--once", "--log-json").err.splitlines()]
    logging.captureWarnings(False)
    came = next(line for line in lines if line.get("letter") == "I1")
    assert (came["sender"], came["message_id"]) == ("orders@bl.example", "2@bl")
    on_its_way = [line for line in lines if line.get("trace") == "I1"]
    assert {line["letter"][0] for line in on_its_way} == {"I", "E", "O"}
    assert {line.get("request") for line in on_its_way if line["letter"][0] != "I"} == {number}


def test_every_line_is_json(cli: Callable[..., Ran], folder: Path) -> None:
    ran = cli("run", "--once", "--log-json")
    logging.captureWarnings(False)
    for line in (ran.out + ran.err).splitlines():
        assert {"time", "level", "message"} <= set(json.loads(line))
    assert "NOTHING IS SENT" in ran.out
    (folder / "config.toml").write_text("[")
    (line,) = cli("run", "--once", "--log-json").err.splitlines()
    assert json.loads(line)["level"] == "error"
