"""What the service does by itself, and what happens if nobody acts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
