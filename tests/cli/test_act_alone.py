"""``act B1`` without an action: what is possible now, what each would say, and what may be named with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailproc.cli.root import loaded
from mailproc.notices.language_files import ENGLISH

Cli = Callable[..., Any]
LETTER = (
    "From: orders@bl.example\r\nTo: ill@town.example\r\nSubject: Replies\r\n"
    "Message-ID: <{name}@bl.example>\r\n\r\n{said}\r\n"
)


@pytest.fixture
def number(cli: Cli, placed: Callable[..., str]) -> str:
    return placed()


def test_it_lists_what_show_offers_and_changes_nothing(cli: Cli, number: str) -> None:
    before = cli("show", number, "--json").json
    listed = cli("act", number, "--json")
    assert (listed.code, listed.err) == (0, "")
    assert list(dict.fromkeys(one["action"] for one in listed.json)) == before["actions"]
    assert "undo" not in before["actions"]
    assert cli("show", number, "--json").json == before


def test_each_says_where_it_leads_how_it_is_told_and_its_options(cli: Cli, number: str) -> None:
    assert cli("run", "--once").code == 0
    found = {one["action"]: one for one in cli("act", number, "--json").json}
    assert (found["cancel"]["becomes"], found["cancel"]["told"]) == ("CANCEL_PENDING", "SEND")
    assert found["message"]["told"] == "NOTICE"
    assert (found["receive"]["becomes"], found["receive"]["told"]) == ("RECEIVED", "LOCAL")
    note = {"option": "--note", "value": "TEXT", "names": "what is to be said", "needed": True}
    assert found["message"]["options"] == [note]
    told = cli("act", number).out
    assert f"cancel: {ENGLISH.action_word('cancel')}\n" in told
    assert "  --date DAY: when that was\n" in told


SOON = str(datetime.now(UTC).date() + timedelta(days=30))
GIVEN = {"--note": "soon", "--date": SOON, "--cost": "1 EUR", "--to": "UK-BL"}


def assert_foreseen(cli: Cli, number: str) -> None:
    for one in cli("act", number, "--json").json:
        words = ["--answer", one["answer"]] if one["answer"] else []
        for option in one["options"]:
            words += [option["option"], GIVEN[option["option"]]] if option["needed"] else []
        foreseen = cli("act", number, one["action"], *words, "--dry-run", "--json")
        assert (foreseen.code, foreseen.json["state"]) == (0, one["becomes"]), one


def test_it_tells_what_a_lenders_act_would_do(cli: Cli, lent: str) -> None:
    assert_foreseen(cli, lent)
    assert cli("act", lent, "ship").code == 0
    assert_foreseen(cli, lent)


def test_it_tells_what_the_act_would_do(cli: Cli, number: str) -> None:
    """The order has not left: who cancels it takes it back, and nothing is sent."""
    assert cli("act", number, "message", "--note", "soon").code == 0
    assert_foreseen(cli, number)
    found = {one["action"]: one for one in cli("act", number, "--json").json}
    assert (found["cancel"]["becomes"], found["cancel"]["told"]) == ("CANCELLED", "LOCAL")
    assert found["undo"]["becomes"] == "PENDING"


@pytest.mark.parametrize("before", [(), ("message", "--note", "soon"), ("receive",), ("cancel",), ("close",)])
def test_show_offers_the_same_as_act_alone(cli: Cli, number: str, before: tuple[str, ...]) -> None:
    """So undo too, while the letter of the last act has not left."""
    if before:
        assert cli("act", number, *before).code == 0
    for left in (False, True):
        offered = cli("show", number, "--json").json["actions"]
        listed = [one["action"] for one in cli("act", number, "--json").json]
        assert list(dict.fromkeys(listed)) == offered
        assert ("undo" in offered) is (cli("act", number, "undo", "--dry-run").code == 0)
        assert ("undo" in offered) is (bool(before) and not (left and before[0] == "message"))
        assert (", undo" in cli("show", number).out) is ("undo" in offered)
        assert cli("run", "--once").code == 0


def test_who_renews_by_itself_is_not_asked_to(cli: Cli, number: str) -> None:
    assert cli("run", "--once").code == 0
    for said in (f"{number}-1 SHIPPED LOAN", f"{number}-1 DUE*AUTOMATIC RENEWAL PENDING"):
        letter = LETTER.format(said=said, name=len(said))
        assert cli("inject", "-", stdin=letter).code == 0
        assert cli("run", "--once").code == 0
    assert cli("act", number, "receive").code == 0
    assert cli("act", number, "renew", "--dry-run").code == 1
    assert "renew" not in [one["action"] for one in cli("act", number, "--json").json]
    assert "renew" not in cli("show", number, "--json").json["actions"]


def test_where_it_leads_is_said_in_the_terms_of_the_lists(cli: Cli, number: str, lent: str) -> None:
    told = cli("act", number).out
    assert "  then: Received; nothing goes to the partner\n" in told
    assert "  the status stays Requested; a letter goes to their people\n" in told
    assert "  then: Closed (Requested); nothing goes to the partner\n" in told
    offered = cli("act", lent).out
    for after in ("Will supply", "Hold placed", "Retry later", "Unfilled", "Shipped"):
        assert f"  then: {after}; a message goes to their system\n" in offered


def test_a_yes_and_a_no_are_two_choices(cli: Cli, lent: str) -> None:
    assert cli("act", lent, "cancel", "--heard-by", "phone").code == 0
    answers = [one["answer"] for one in cli("act", lent, "--json").json if one["action"] == "cancel-reply"]
    assert answers == ["yes", "no"]
    assert "cancel-reply --answer no: it cannot be stopped any more" in cli("act", lent).out


def test_what_would_be_said_needs_an_action(cli: Cli, number: str) -> None:
    ran = cli("act", number, "--note", "soon")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "--note: of which action? Write it after the number.\n"


@pytest.mark.parametrize("option", ["--heard-by=phone", "--once=click", "--dry-run", "--repeat"])
def test_how_an_act_is_done_needs_an_action(cli: Cli, number: str, option: str) -> None:
    ran = cli("act", number, option)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{option.partition('=')[0]}: of which action? Write it after the number.\n"


def test_an_action_without_letters_is_none(cli: Cli, number: str) -> None:
    ran = cli("act", number, "")
    assert (ran.code, ran.out) == (1, "")
    assert "cancel" in ran.err


def test_the_help_says_what_an_option_names_in_each_action() -> None:
    (date,) = (one for one in loaded("act").params if "--date" in one.opts)
    assert date.help.startswith("Of receive, return, check-in: when that was; of renew: until when; of ship,")
