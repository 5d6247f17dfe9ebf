"""The daily round at the command line: digest, rota, amend."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailproc.app import build
from mailproc.cli.agenda import _sent
from mailproc.cli.output import cut
from mailproc.office.queries.service_state import ServiceCondition, ServiceState

Cli = Callable[..., Any]


def test_digest_on_the_terminal(cli: Cli, placed: Cli, lent: str) -> None:
    placed("Iron Bridges")
    ran = cli("digest")
    assert (ran.code, ran.err) == (0, "")
    assert "1 to be done" in ran.out.splitlines()[0]
    assert "\nfor us to answer (1)\n  L1  Author, A.  UK-CUSTOMER  since " in ran.out
    assert "\n1 here + 1 waiting for others = 2 open.\n" in ran.out
    assert "\nLetters of ours that wait or failed (1)\n" in ran.out  # the order waits for the service


def test_digest_as_json(cli: Cli, placed: Cli, lent: str) -> None:
    placed("Iron Bridges")
    told = cli("digest", "--json").json
    (group,) = told["groups"]
    assert (group["reason"], group["words"], group["count"]) == ("to-answer", "for us to answer", 1)
    keys = {"number", "title", "partner", "role", "state", "reasons", "since", "put_off"}
    assert group["requests"][0].keys() == keys
    assert told["needing"] + told["waiting"] == told["all_open"] == 2
    assert {"day", "unplaced", "unsent", "mailboxes"} < told.keys()
    assert "sent_to" not in told


def test_a_quiet_day(cli: Cli, folder: Path) -> None:
    out = cli("digest").out
    assert "nothing needs attention" in out
    assert "0 here + 0 waiting for others = 0 open." in out


def test_digest_by_mail(cli: Cli, lent: str, folder: Path) -> None:
    ran = cli("digest", "--send")
    assert ran.out.splitlines()[-1] == "This goes to ill@town.example."
    assert cli("digest", "--send", "--json").json["sent_to"] == "ill@town.example"
    assert cli("run", "--once").code == 0
    texts = [file.read_text() for file in (folder / "out").iterdir()]
    assert sum("for us to answer (1)" in text for text in texts) == 2
    assert cli("verify").code == 0


def test_it_goes_where_the_running_service_sends_it(folder: Path) -> None:
    """That has read config.toml as it was when it started."""
    context = build.configured(folder / "config.toml")
    changed = datetime.fromtimestamp((folder / "config.toml").stat().st_mtime, UTC)
    for started, alive, said in (
        (changed - timedelta(hours=1), True, "This goes to the address that the running service knows"),
        (changed - timedelta(hours=1), False, "This goes to ill@town.example."),
        (changed + timedelta(hours=1), True, "This goes to ill@town.example."),
    ):
        service = ServiceState(ServiceCondition.RUNNING, alive, None, started_at=started)
        assert _sent(service, context).startswith(said)


def test_strangers_do_not_steer_the_terminal(cli: Cli, placed: Cli) -> None:
    placed("A \x9bstrange \u202etitle\x1b]0;x\x07\r\n0 here + 0 waiting")
    cli("inject", "-", stdin=b"From: a@b.example\nSubject: x\x1b]0;y\x07\n\nhello\n")
    assert cli("run", "--once").code == 0
    for arguments in (["digest"], ["rota", "B1"], ["amend", "B1", "--again"]):
        ran = cli(*arguments)
        assert not any(sign in ran.out + ran.err for sign in "\x1b\x07\x9b\u202e")
        assert not any(line.startswith("0 here + 0 waiting") for line in ran.out.splitlines()[:3])


def test_rota(cli: Cli, placed: Cli) -> None:
    placed("Iron Bridges")
    ran = cli("rota", "B1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("B1 · Iron Bridges\n")
    assert "British Library" in ran.out and "Requested" in ran.out and "B1-1, " in ran.out
    told = cli("rota", "B1", "--add", "uk-bl", "--json").json
    assert [(one["partner"], one["became"]) for one in told["places"]] == [
        ("UK-BL", "asked"),
        ("UK-BL", "next"),
    ]
    assert told["open"] is True
    assert "next" in cli("rota", "B1").out
    assert cli("act", "B1", "cancel").code == 0
    assert "mailproc next B1 asks British Library" in cli("rota", "B1").out
    assert cli("rota", "B1", "--drop", "UK-BL").code == 0
    assert "Nobody is left to ask; mailproc rota B1 --add SYMBOL adds a library." in cli("rota", "B1").out
    history = cli("show", "B1", "--json").json["history"]
    assert [one["note"] for one in history if one["event"] == "amend"] == [
        "rota: added UK-BL", "rota: dropped UK-BL"
    ]  # fmt: skip


def test_amend_an_order_that_has_not_left(cli: Cli, placed: Cli, folder: Path) -> None:
    placed("Wrong")
    ran = cli("amend", "B1", "--title", "Right", "--author", "Rolt", "--need-before", "2031-05-01")
    assert (ran.code, ran.err) == (0, "")
    assert "Title: Wrong → Right" in ran.out
    assert "The order was not sent yet: it is composed again." in ran.out
    assert cli("run", "--once").code == 0
    (order,) = [file.read_text() for file in (folder / "out").iterdir()]
    assert "Right" in order and "Wrong" not in order
    ran = cli("amend", "B1", "--title", "Too late")
    assert ran.code == 1
    assert ran.err.startswith("UK-BL holds the order B1-1 (Requested): it cannot be corrected")
    assert "mailproc act B1 cancel" in ran.err and "mailproc act B1 message" in ran.err
    assert cli("verify").code == 0


def test_amend_tried_first(cli: Cli, placed: Cli) -> None:
    """--dry-run says the same and keeps nothing; what is refused is refused the same."""
    placed("Wrong")
    before = cli("show", "B1", "--json").json
    ran = cli("amend", "B1", "--title", "Right", "--dry-run")
    assert ran.out.splitlines()[:2] == ["Nothing is changed. This would happen:", "B1: Title: Wrong → Right"]
    assert cli("amend", "B1", "--title", "Right", "--dry-run", "--json").json["dry_run"] is True
    assert cli("show", "B1", "--json").json == before
    assert cli("amend", "B1", "--again", "--dry-run").code == 1


@pytest.mark.parametrize("from_file", [True, False])
def test_amend_by_json(cli: Cli, placed: Cli, folder: Path, from_file: bool) -> None:
    placed("Wrong")
    value = {"item": {"title": "Right", "isbn": "1"}, "delivery": {"electronic": "desk@town.example"}}
    (folder / "fix.json").write_text(json.dumps(value))
    given = "fix.json" if from_file else "-"
    told = cli("amend", "B1", "--file", given, "--isbn", "2", "--json", stdin=json.dumps(value)).json
    assert (told["number"], told["attempt"], told["way"], told["state"]) == ("B1", 1, "anew", "PENDING")
    assert told["changed"] == ["Title: Wrong → Right", "ISBN: (none) → 2", "Deliver to: changed"]
    shown = cli("show", "B1", "--json").json
    assert shown["item"] == {"title": "Right", "isbn": "2"}
    assert shown["delivery_to"] == {"electronic": "desk@town.example"}


def test_amend_again(cli: Cli, placed: Cli) -> None:
    placed("Wrong")
    assert cli("run", "--once").code == 0
    said = ("act", "B1", "unfilled", "--reason", "not-found-as-cited", "--heard-by", "phone")
    assert cli("act", "B1", "hold", "--heard-by", "phone").code == 0
    assert "We borrow from UK-BL: Hold placed (" in cli("show", "B1").out
    assert cli("act", "B1", "hold", "--position", "3", "--heard-by", "phone").code == 0
    assert "We borrow from UK-BL: Hold placed, position 3 (" in cli("show", "B1").out
    assert cli(*said).code == 0
    assert "mailproc amend B1 --title TITLE --again (correct it, and ask" in cli("show", "B1").out
    assert "mailproc amend B1 --again" in cli("amend", "B1", "--title", "Right").out
    assert "UK-BL is asked once more, as B1-2." in cli("amend", "B1", "--again").out
    assert cli("show", "B1", "--json").json["attempt"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["amend", "B1"], 1, "Say what is to be corrected"),
        (["amend", "B9", "--title", "x"], 1, "There is no request B9"),
        (["amend", "B1", "--need-before", "soon"], 1, "need_before"),
        (["amend", "B1", "--file", "nowhere.json"], 1, "nowhere.json"),
        (["amend", "B1", "--title", "A Book"], 1, "nothing would change"),
        (["amend", "B1", "--again"], 1, "has not left"),
        (["rota", "B9"], 1, "There is no request B9"),
        (["rota", "B1", "--add", "UK-NOBODY"], 1, "UK-NOBODY"),
        (["rota", "B1", "--drop", "UK-BL"], 1, "does not wait"),
        (["amend"], 2, "NR"),
        (["digest", "B1"], 2, ""),
    ],
)
def test_refused_in_one_sentence(cli: Cli, placed: Cli, arguments: list[str], code: int, named: str) -> None:
    placed("A Book")
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert named in ran.err
    if code == 1:
        assert len(ran.err.splitlines()) == 1


def test_an_order_that_is_held_is_named_by_what_commands_take(cli: Cli, placed: Cli) -> None:
    placed(keywords=["CANCEL"])
    assert cli("run", "--once").code == 0
    ran = cli("digest").out
    (line,) = [line for line in ran.splitlines() if "makes a CANCEL" in line or "keywords" in line]
    assert line.startswith("  B1  UK-BL") and "intent" not in ran
    assert "the keywords make a CANCEL of it" in line
    assert cli("digest", "--send").code == 0
    shown = cli("letters", "--json").json
    assert cli("run", "--once").code == 0
    mail = next(one["id"] for one in cli("letters", "--json").json if one not in shown)
    assert "intent" not in cli("letter", mail).out


@pytest.mark.parametrize(
    ("text", "shown"),
    [("short", "short"), ("two words", "two…"), ("exactly so", "exactly so"),
     ("onlyonelongword", "onlyonelo…"),
     ("a\nb", "a b"), ("", "")],
)  # fmt: skip
def test_no_word_is_cut(text: str, shown: str) -> None:
    assert cut(text, 10 if text != "two words" else 8) == shown


def test_what_to_do_with_a_letter_names_a_letter_that_is_there(cli: Cli) -> None:
    """A command as it is printed is typed: no letter of another day stands in it."""
    assert cli("inject", "-", stdin="From: x@web.example\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n").code == 0
    assert cli("run", "--once").code == 0
    assert cli("digest", "--send").code == cli("run", "--once").code == 0
    sent = next(one["id"] for one in cli("letters", "--json").json if one["id"].startswith("O"))
    for out in (cli("digest").out, cli("letter", sent).out):
        told = " ".join(out.split())
        assert all(f"mailproc {verb} I1" in told for verb in ("attach", "release", "dismiss"))
        assert "I12" not in told and "B3" not in told
