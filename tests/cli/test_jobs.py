"""What the service does by itself, and what happens if nobody acts."""

from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

from tests.support import configuration

from .conftest import CONFIG

Cli = Callable[..., Any]


def test_what_is_scheduled_and_what_waits(cli: Cli, placed: Cli, lent: str, folder: Path) -> None:
    placed("A book", need_before="2035-01-31")
    placed("Another")
    with (folder / "config.toml").open("a") as file:
        file.write('[schedule]\nsweep = "30 7 * * mon-fri"\n')
    found = cli("jobs", "--json").json
    jobs = {one["job"]: one for one in found["jobs"]}
    assert jobs["sweep"]["when"] == "30 7 * * mon-fri"
    assert jobs["sweep"]["next_at"] is None, "the service does not run, and neither does a job"
    assert {one["kind"]: one["count"] for one in found["timers"]} == {
        "UNANSWERED": 2,
        "NEED_BEFORE": 1,
        "TO_ANSWER": 1,
    }
    assert found["timers"] == sorted(found["timers"], key=lambda one: one["next_at"])
    ones = {(one["number"], one["kind"]): (one["then"], one["reason"]) for one in found["next"]}
    assert ones == {
        ("L1-1", "TO_ANSWER"): ("staff", "answer-late"),
        ("B1-1", "UNANSWERED"): ("staff", "no-answer"),
        ("B2-1", "UNANSWERED"): ("staff", "no-answer"),
        ("B1-1", "NEED_BEFORE"): ("staff", "need-before-passed"),
    }
    assert [one["at"] for one in found["next"]] == sorted(one["at"] for one in found["next"])
    assert len(cli("jobs", "--limit", "2", "--json").json["next"]) == 2
    told = cli("jobs")
    assert told.code == 0
    assert "staff are asked" in told.out and "B2-1" in told.out
    assert "no answer for too long" in told.out and "30 7 * * mon-fri" in told.out


def test_a_request_says_what_happens_if_it_is_left_alone(cli: Cli, placed: Cli) -> None:
    number = placed("A book")
    assert "no answer for too long" in cli("show", number).out
    assert cli("show", number, "--json").json["next"]["kind"] == "UNANSWERED"
    assert cli("act", number, "close").code == 0
    assert cli("show", number, "--json").json["next"] is None
    assert "no answer for too long" not in cli("show", number).out


READER = {"id": "R1", "name": "R. Reader", "email": "r@readers.example"}


def test_letters_to_the_reader_that_the_clock_will_send_are_not_hidden(cli: Cli, placed: Cli) -> None:
    """Not by words that wait for staff, nor by what is due before them."""
    number = placed("A book", patron=READER)
    assert cli("run", "--once").code == 0
    for act in (("ship", "--heard-by", "phone", "--date", "2030-01-30"), ("receive",)):
        assert cli("act", number, *act).code == 0
    letters = [one for one in cli("jobs", "--json").json["next"] if one["then"] == "reader"]
    assert [one["kind"] for one in letters] == ["DUE_SOON", "READER_OVERDUE"]
    words = f"From: orders@bl.example\r\nSubject: {number}-1\r\n\r\nDid it arrive safely?\r\n"
    assert cli("inject", "-", stdin=words).code == 0
    assert cli("run", "--once").code == 0
    shown = cli("show", number).out
    assert "they are not asked again before" in shown
    assert "the loan must go back soon" in shown and "the reader has not brought it back in time" in shown
    ahead = cli("show", number, "--json").json["if_nobody_acts"]
    assert ahead == [{"kind": one["kind"], "at": one["at"]} for one in letters]


def test_what_is_said_again_as_it_was_gets_no_new_number(cli: Cli, placed: Cli, folder: Path) -> None:
    net = configuration.partner("XX-NET", "ill@net.example", codec="iso10161", roles=["RESPONDER"])
    (folder / "config.toml").write_text(CONFIG + net)
    placed("A book", partners=["XX-NET"])
    assert cli("run", "--once").code == 0
    (one,) = (one for one in cli("jobs", "--json").json["next"] if one["kind"] == "UNANSWERED")
    assert one["then"] == "ILL_REQUEST"
    told = " ".join(cli("jobs").out.split())
    assert "asked once more, under the same number" in told and "new number" not in told


def test_an_order_that_is_asked_again_has_a_new_number(cli: Cli, placed: Cli) -> None:
    number = placed("A book")
    assert cli("run", "--once").code == 0
    head = f"From: orders@bl.example\r\nSubject: Replies\r\nDate: {formatdate()}\r\n\r\n"
    report = f"{head}REPLIES FOR 99-0001\r\n\r\n{number}-1 CAT*REAPPLY 4\r\n"
    assert cli("inject", "-", stdin=report).code == 0
    assert cli("run", "--once").code == 0
    assert [one["then"] for one in cli("jobs", "--json").json["next"]] == ["ASK_AGAIN"]
    assert "under a new number" in " ".join(cli("jobs").out.split())
