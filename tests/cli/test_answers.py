"""What the verbs answer: one JSON value each, words for people, nothing that steers a terminal."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailproc.ill import machine
from tests.cli.conftest import ORDER

Cli = Callable[..., Any]
SAMPLES = Path(__file__).parent.parent / "samples" / "artemail"

READING = [
    ["requests"], ["show", "B1"], ["letters"], ["letter", "O1"], ["letter", "I1"], ["shelved"], ["outbox"],
    ["partners"], ["templates"], ["verify"], ["states"], ["check"], ["digest"], ["rota", "B1"], ["jobs"],
]  # fmt: skip


@pytest.fixture
def both(cli: Cli, placed: Cli, prepared: Cli) -> None:
    def come() -> None:
        assert cli("inject", "-", stdin=ORDER).code == 0
        assert cli("run", "--once").code == 0
        placed("A \x9bstrange \u202etitle\x1b]0;x\x07\r\nPossible now: nothing", need_before="2027-01-31")
        assert cli("run", "--once").code == 0

    prepared("answers", come)


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_every_reading_verb_has_one_json_value_and_nothing_else(
    cli: Cli, both: None, arguments: list[str]
) -> None:
    ran = cli(*arguments, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert isinstance(ran.json, dict | list)
    assert ran.out.endswith("\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", ran.out)


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_no_verb_shows_a_sign_that_steers_the_terminal(cli: Cli, both: None, arguments: list[str]) -> None:
    ran = cli(*arguments)
    assert ran.code == 0
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", ran.out)
    assert not any(line.startswith("Possible now: nothing") for line in ran.out.splitlines())


@pytest.mark.parametrize("arguments", [*READING, ["letter", "I1", "--raw"], ["letter", "O1", "--raw"]])
def test_no_verb_shows_a_password(cli: Cli, both: None, folder: Path, arguments: list[str]) -> None:
    for form in ([], [] if "--raw" in arguments else ["--json"]):
        ran = cli(*arguments, *form)
        assert "Zq7Pass9" not in ran.out + ran.err
        assert "Kw3Word5" not in ran.out + ran.err
    for file in (folder / "out").iterdir():
        assert b"Zq7Pass9" not in file.read_bytes()


def test_raw_bytes_are_exact_in_a_pipe_and_harmless_on_a_terminal(cli: Cli, python: str) -> None:
    raw = b"From: a@b.example\r\nSubject: x\r\n\r\n\x1b]0;owned\x07\x9b31m\xff\x00 end\r\n"
    assert cli("inject", "-", stdin=raw).out == "I1\n"
    command = [python, "-m", "mailproc", "letter", "I1", "--raw"]
    piped = subprocess.run(command, capture_output=True, check=True)
    assert piped.stdout == raw
    master, terminal = pty.openpty()
    shown = subprocess.run(command, stdout=terminal, stderr=terminal, check=False)
    os.close(terminal)
    seen = os.read(master, 10_000)
    os.close(master)
    assert shown.returncode == 0
    assert b"\x1b" not in seen
    assert b"\x07" not in seen
    assert b"owned" in seen


def test_inject_says_what_is_here_already(cli: Cli, folder: Path) -> None:
    letter = b"From: a@b.example\nSubject: x\n\nhello\n"
    assert cli("inject", "-", stdin=letter).out == "I1\n"
    assert cli("inject", "-", stdin=letter).out == "already here as I1\n"
    assert cli("inject", "-", "--json", stdin=letter).json == [{"id": "I1", "new": False}]
    (folder / "box").write_bytes(b"From x\n" + letter + b"\nFrom y\nSubject: two\n\nother\n")
    assert cli("inject", str(folder / "box")).code == 0
    for name in ("new", "cur", "tmp"):
        (folder / "dir" / name).mkdir(parents=True)
    (folder / "dir/new/1").write_bytes(b"Subject: three\n\nmail\n")
    assert cli("inject", str(folder / "dir")).code == 0
    assert len(cli("letters", "--json").json) == 3  # "hello" was here


def test_show_json_keeps_the_promise(cli: Cli, both: None) -> None:
    shown = cli("show", "B1", "--json").json
    promised = {"number", "transaction", "role", "state", "delivery", "partner", "item", "due", "promise",
                "actions", "attention", "history"}  # fmt: skip
    assert promised <= shown.keys()
    assert (shown["number"], shown["role"], shown["state"]) == ("B1", "REQUESTER", "PENDING")
    assert shown["delivery"] == "filed"
    assert {"at", "event", "from", "to", "cause"} <= shown["history"][0].keys()
    assert shown["history"][0]["cause"]["kind"] == "staff"
    lent = cli("show", "L1", "--json").json
    assert lent["history"][0]["cause"] == {"kind": "letter", "id": "I1"}
    for name in ("C77/99-0003", "c77", "L1-1", "l1"):
        assert cli("show", name, "--json").json["number"] == "L1"


def test_a_dry_run_changes_nothing(cli: Cli, both: None) -> None:
    before = [cli(*verb, "--json").out for verb in (["show", "L1"], ["outbox"], ["letters"])]
    ran = cli("act", "L1", "ship", "--dry-run")
    assert ran.code == 0
    assert "would be" in ran.out
    assert cli("act", "L1", "ship", "--dry-run", "--json").json["dry_run"] is True
    assert [cli(*verb, "--json").out for verb in (["show", "L1"], ["outbox"], ["letters"])] == before


def test_the_same_mark_acts_once(cli: Cli, both: None) -> None:
    assert "is now" in cli("act", "L1", "ship", "--once", "click-1").out
    again = cli("act", "L1", "ship", "--once", "click-1")
    assert (again.code, again.out) == (0, "L1: done before\n")


def test_states_json_agrees_with_the_tables(cli: Cli) -> None:
    shown = cli("states", "--json").json
    assert shown == json.loads(json.dumps(machine.tables_json()))
    assert set(shown) == {"REQUESTER", "RESPONDER"}
    assert set(shown["REQUESTER"]) == {"LOAN", "COPY"}


def test_the_list_filters(cli: Cli, both: None, placed: Cli) -> None:
    placed("Weirs, Considered", patron={"id": "P9", "name": "Ada Reader"})

    def numbers(*options: str) -> set[str]:
        return {one["number"] for one in cli("requests", *options, "--json").json}

    assert numbers() == {"B1", "B2", "L1"}
    assert numbers("--role", "responder") == {"L1"}
    assert numbers("--state", "pending") == {"B1", "B2"}
    assert numbers("--partner", "uk-customer") == {"L1"}
    for text in ("weirs", "ada", "B2", "P9", "b2-1"):
        assert "B2" in numbers("--find", text), text
    assert numbers("--find", "%") == set()
    assert numbers("--find", "c77") == {"L1"}
    assert len(numbers("--limit", "1")) == 1
    assert "L1" in numbers("--attention")
    assert "B2" not in numbers("--attention")


def test_outbox_does_not_call_filed_letters_sent(cli: Cli, placed: Cli, folder: Path) -> None:
    placed()
    assert cli("run", "--once").code == 0
    said = cli("outbox").out
    assert "NOT SENT" in said
    assert "every letter has left" not in said


def test_verify_counts_as_one_says_it(cli: Cli, placed: Cli) -> None:
    assert cli("verify").out == "0 transactions checked, 0 differ\n"
    placed()
    assert cli("verify").out == "1 transaction checked, 0 differ\n"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.eml")), ids=lambda path: path.stem)
def test_decode_of_each_sample_is_one_line_of_json(cli: Cli, sample: Path) -> None:
    ran = cli("decode", str(sample))
    [line] = ran.out.splitlines()
    value = json.loads(line)
    assert {"file", "codec", "apdus", "unsure", "faults"} <= value.keys()
    assert ran.code == (1 if value["codec"] is None else 0)
    again = cli("decode", "-", stdin=sample.read_bytes()).json
    assert again | {"file": value["file"]} == value


ROUND = [
    {"type": "ILL_REQUEST", "ref": {"customer_code": "99-0001", "number": "B1-1"}, "services": ["LOAN"],
     "item": {"title": "On Weirs", "author": "Author, A."}},
    {"type": "CANCEL", "ref": {"customer_code": "99-0001", "number": "B1-1"}},
    {"type": "SHIPPED", "ref": {"customer_code": "99-0003", "number": "C77"}, "shipped_service": "COPY"},
    {"type": "ILL_ANSWER", "ref": {"customer_code": "99-0003", "number": "C77"}, "results": "UNFILLED",
     "reason": "not-owned"},
]  # fmt: skip


@pytest.mark.parametrize("apdu", ROUND, ids=lambda apdu: apdu["type"])
def test_encode_and_decode_go_round(cli: Cli, apdu: dict[str, Any]) -> None:
    written = cli("encode", "-", "--codec", "artemail", stdin=json.dumps(apdu))
    assert (written.code, written.err) == (0, "")
    assert "Zq7Pass9" not in written.out
    read = cli("decode", "-", stdin=written.out).json
    assert (read["codec"], read["faults"]) == ("artemail", [])
    [found] = read["apdus"]
    assert found["type"] == apdu["type"]
    assert found["ref"]["number"] == apdu["ref"]["number"]
    again = cli("encode", "-", "--codec", "artemail", stdin=json.dumps(read["apdus"]))
    body = [text.out.split("\r\n\r\n", 1)[1] for text in (written, again)]
    assert body[0].split() == body[1].split()


def test_check_says_what_is_unsafe_and_what_is_wrong(cli: Cli, folder: Path) -> None:
    ran = cli("check")
    assert ran.code == 0
    assert "NOT" in ran.out  # deliver.mode is folder, said aloud
    assert "proof" in ran.out
    broken = folder / "site/artemail/order.txt"
    broken.parent.mkdir(parents=True)
    broken.write_text("TX{{ numbr }}\n")
    ran = cli("check")
    assert ran.code == 1
    for word in (str(broken), "line 1", "numbr", "number"):
        assert word in ran.out
    assert str(broken) in json.dumps(cli("templates", "--json").json)
    assert cli("check", "--json").json["wrong"]


def test_check_connect_says_what_cannot_be_reached(cli: Cli, folder: Path) -> None:
    text = (folder / "config.toml").read_text()
    text = text.replace('mode = "folder"', 'mode = "smtp"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"')
    text += '[[mailbox]]\nname = "box"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\nuser = "u"\n'
    (folder / "config.toml").write_text(text + 'password = { env = "BOX" }\n')
    os.environ["BOX"] = "Bx9Secret"
    try:
        ran = cli("check", "--connect")
    finally:
        del os.environ["BOX"]
    assert ran.code == 1
    assert "mailbox box" in ran.out
    assert "relay" in ran.out
    assert "Bx9Secret" not in ran.out


def test_preview_shows_a_finished_letter(cli: Cli, placed: Cli) -> None:
    number = placed("On Weirs", patron={"id": "P1", "name": "R. Reader", "email": "r@town.example"})
    shown = cli("preview", "en/patron/arrived.txt", "--request", number)
    assert shown.code == 0
    assert "On Weirs" in shown.out
    assert "Dear R. Reader" in shown.out
    told = cli("preview", "en/patron/arrived.txt", "--request", number, "--json").json
    text = shown.out.removesuffix("\n")
    assert told == {
        "template": "en/patron/arrived.txt",
        "text": text,
        "examples": [{"when": "", "text": text}],
    }
    order = cli("preview", "artemail/order.txt")
    assert "\nTXLIB-B1-1 S SED99\n" in order.out


def test_a_held_order_says_whose_it_is_and_why(cli: Cli, placed: Cli, folder: Path) -> None:
    broken = folder / "site/artemail/order.txt"
    broken.parent.mkdir(parents=True)
    broken.write_text("TX{{ numbr }}\n")
    number = placed()
    assert cli("run", "--once").code == 0
    said = " ".join(cli("outbox").out.split())
    for word in (number, "held back", "numbr", "not yet one"):
        assert word in said
    assert cli("outbox", "--json").json[0]["state"] == "held"


def test_what_is_put_away_is_told_and_kept(cli):
    for number in (1, 2):
        letter = f"From: x@spam.example\nTo: ill@town.example\nSubject: Offer {number}\n\nBuy {number}\n"
        cli("inject", "-", stdin=letter)
    cli("run", "--once")
    assert cli("dismiss", "I1", "--note", "an offer").out.startswith("I1 is dismissed")
    assert [one["id"] for one in cli("shelved", "--json").json] == ["I2"]
    assert "mailproc dismiss I2" in cli("digest").out
    shown = cli("letter", "I1").out
    assert "dismissed by staff" in shown and "an offer" in shown and "Buy 1" in shown
    done = cli("dismiss", "I2", "--json").json
    assert done["ids"] == ["I2"] and done["by"] and done["at"]
    assert cli("digest", "--json").json["unplaced"] == []
    assert cli("dismiss", "I2").code == 1


def test_what_lies_on_the_shelf_is_said_in_words_and_its_code_stays_in_json(cli: Cli) -> None:
    head = "From: ill@customer.example\r\nTo: ill@town.example\r\nMessage-ID: <9@c>\r\n\r\n"
    gap = "\r\n" * 5  # the first has no item, the second means nothing that we have
    body = f"99-0003\r\nKw3Word5{gap}TXC1 S LOAN{gap}TXC2 CANCEL{gap}NNNN\r\n"
    assert cli("inject", "-", stdin=head + body).code == 0
    assert cli("run", "--once").code == 0
    listed, shown = cli("shelved").out, cli("letter", "I1").out
    for text in (listed, shown, cli("digest").out):
        assert "UNREADABLE" not in text
        assert "SHELVED" not in text
    assert "a message that could not be read" in listed
    assert "C2: asked us to stop it" in listed
    assert [one["event"] for one in cli("shelved", "--json").json] == ["CANCEL", "UNREADABLE"]
    assert {one["type"] for one in cli("letter", "I1", "--json").json["messages"]} == {"UNREADABLE", "CANCEL"}
