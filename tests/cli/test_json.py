"""Every verb has --json and prints one JSON value, or says here why not; lists say what they leave out."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailproc.cli.root import loaded
from mailproc.cli.verbs import VERBS
from mailproc.office.queries import counted, listing
from tests.command_line import Ran, run
from tests.support import configuration

from .conftest import CONFIG, ORDER, SECRETS

Cli = Callable[..., Any]

WITHOUT = {
    "run": "the service: it answers by its log (--log-json)",
    "demo": "a show for people",
    "practice": "a partner that goes on until it is stopped",
    "encode": "its answer is the letter itself, byte for byte",
    "password": "its answer is one word for config.toml",
}
"""Verbs whose answer is no value."""

PARTNER = configuration.partner(
    "XX-NET", "ill@net.example", codec="iso10161", roles=["REQUESTER", "RESPONDER"]
)
ARCHIVING = configuration.section("policy", archive_after=365) + configuration.section(
    "privacy", anonymise_after=180, purge_after=730
)
MAILBOX = configuration.section(
    "[mailbox]", name="desk", host="127.0.0.1", user="ill", password={"env": "ART_PASSWORD"}
)
REQUEST = {"service": "LOAN", "item": {"title": "A Book"}, "partners": ["UK-BL", "XX-NET"]}
NOT_PLACED = "From: orders@bl.example\r\nSubject: {0}\r\nMessage-ID: <{0}@bl.example>\r\n\r\nWe wonder.\r\n"
SPOKEN = {
    "type": "RETURNED", "returned_on": "2026-03-01", "sent_at": "2026-03-02T11:00:00",
    "transaction": {"initial_requester": "XX-NET", "tgq": "G9", "tq": "1"},
}  # fmt: skip

CALLS: dict[str, list[list[str]]] = {
    "init": [["first", "--symbol", "XX-FIRST", "--name", "First Library", "--email", "ill@first.example"]],
    "check": [[]],
    "status": [],
    "jobs": [[], ["--limit", "1"]],
    "locate": [],  # tests/cli/test_locate.py has a catalogue
    "verify": [[]],
    "backup": [["backup.db"], ["--to", "backups"]],
    "archive": [["--dry-run"]],
    "anonymise": [["--dry-run"]],
    "purge": [["--dry-run"]],
    "copy-store": [],
    "restore": [["--here"], []],
    "states": [[]],
    "request": [["request.json"]],
    "requests": [[], ["--find", "nothing"]],
    "review": [[]],  # and the next two: tests/cli/test_review.py, which has something to review
    "accept": [],
    "decline": [],
    "show": [["B1"]],
    "act": [["B1", "cancel", "--dry-run"], ["B1", "cancel"]],
    "next": [["B2"]],
    "digest": [[], ["--send"]],
    "rota": [["B1"], ["B1", "--drop", "XX-NET", "--reason", "they move"]],
    "amend": [["B1", "--title", "A Better Book"]],
    "note": [["B1", "A word for colleagues"]],
    "charges": [[], ["B1"], ["B1", "--add", "4.20 EUR"]],
    "hooks": [[]],
    "staff": [[]],
    "tokens": [[], ["add", "catalogue"], ["out", "catalogue"]],
    "slips": [["--dry-run"], [], ["--reprint", "L1"], ["bands"]],
    "stats": [[], ["--by", "partner"]],
    "patrons": [
        ["import", "readers.jsonl", "--dry-run"],
        ["import", "readers.jsonl"],
        ["find", "ann"],
        ["show", "R8"],
        ["export", "readers.csv"],
        ["forget", "R8"],
        ["forget", "R8", "--undo"],
    ],
    "inject": [["order.eml"]],
    "fetch": [],
    "authorize": [],  # tests/cli/test_authorize.py, which has a token server
    "letters": [[]],
    "shelved": [[]],
    "outbox": [[]],
    "letter": [["I1"], ["O1"]],
    "trace": [["I1"], ["O1"], ["B1"], ["E1"]],
    "release": [["I2"]],
    "report": [["E"]],
    "attach": [["I2", "B1"]],
    "dismiss": [["I3"]],
    "redeliver": [["O1"]],
    "hold": [["O1"]],
    "partners": [[]],
    "pause": [["UK-BL"]],
    "resume": [["UK-BL"]],
    "templates": [[], ["--diff", "en/patron/arrived.txt"]],
    "preview": [["en/patron/arrived.txt"]],
    "decode": [["order.eml"], ["order.eml", "order.eml"]],
    "patterns": [["test", "reply.eml"]],
}
"""With what each verb is called; "E" is the message that was said of a request that never came."""
FIRST = {"resume": ["pause", "UK-BL"], "redeliver": ["hold", "O1"], "next": ["act", "B2", "cancel"]}
"""What staff do before it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An order came (L1), two of ours wait (B1, B2); I2, I3 and a borrower's message lie on the shelf."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "site").mkdir()
    (folder / "request.json").write_text(json.dumps(REQUEST))
    (folder / "readers.jsonl").write_text(json.dumps({"id": "R8", "name": "Ann Reader"}))
    (folder / "order.eml").write_bytes(ORDER.encode())
    (folder / "reply.eml").write_text(NOT_PLACED.format("Reply"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        away = 'mode = "smtp"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"'
        (folder / "config.toml").write_text((CONFIG + PARTNER + ARCHIVING).replace('mode = "folder"', away))
        done(run("inject", "order.eml"))
        for _ in range(2):
            done(run("request", "request.json"))
        for name in ("one", "two"):
            done(run("inject", "-", stdin=NOT_PLACED.format(name)))
        done(run("inject", "-", stdin=returned()))
        done(run("run", "--once"))
        with (folder / "config.toml").open("a") as config:
            config.write(MAILBOX)
        yield folder


@pytest.fixture
def office(made: Path, folder: Path) -> None:
    shutil.copytree(made, folder, dirs_exist_ok=True)


def returned() -> str:
    """A borrower says that it returned what we know nothing of: our own letter, turned round."""
    said = done(run("encode", "-", "--codec", "iso10161", "--to", "XX-NET", stdin=json.dumps(SPOKEN)))
    turned = said.out.replace("ill@town.example", "HERE").replace("ill@net.example", "ill@town.example")
    return turned.replace("HERE", "ill@net.example")


def done(ran: Ran) -> Ran:
    assert ran.code == 0, ran
    return ran


def test_every_verb_is_called_here_or_says_why_not() -> None:
    takes = {name for name in VERBS if any("--json" in one.opts for one in loaded(name).params)}
    assert takes | WITHOUT.keys() == set(VERBS)
    assert takes & WITHOUT.keys() == set()
    assert set(CALLS) == takes


@pytest.mark.parametrize("verb", [verb for verb, calls in CALLS.items() if calls])
def test_it_prints_one_json_value(cli: Cli, office: None, verb: str) -> None:
    if verb in FIRST:
        assert cli(*FIRST[verb]).code == 0
    for arguments in CALLS[verb]:
        known = {"E": message(cli)} if "E" in arguments else {}
        ran = cli(verb, *(known.get(one, one) for one in arguments), "--json")
        assert (ran.code, ran.err) == (0, ""), ran
        assert isinstance(ran.json, dict | list)


def message(cli: Cli) -> str:
    return next(one["id"] for one in cli("shelved", "--json").json if one["id"].startswith("E"))


def test_a_list_of_letters_names_message_direction_and_requests(cli: Cli, office: None) -> None:
    rows = {one["id"]: one for one in cli("letters", "--json").json}
    order, strange, ours = rows["I1"], rows["I2"], rows["O1"]
    assert (order["direction"], order["message_id"], order["requests"]) == ("in", "1@c", ["L1"])
    assert (strange["direction"], strange["message_id"], strange["requests"]) == ("in", "one@bl.example", [])
    assert (ours["direction"], ours["requests"]) == ("out", ["B1", "B2"]), "two orders in one file"
    assert cli("letter", "O1", "--json").json["message_id"] == ours["message_id"] != ""
    (said,) = (one for one in cli("shelved", "--json").json if one["id"].startswith("E"))
    assert (said["direction"], said["message_id"]) == ("in", rows["I4"]["message_id"])


def test_what_stands_in_no_letter_yet_names_its_request(cli: Cli, office: None) -> None:
    done(cli("act", "L1", "will-supply"))
    (waits,) = (one for one in cli("outbox", "--json").json if one["id"].startswith("intent"))
    assert (waits["direction"], waits["message_id"], waits["requests"]) == ("out", "", ["L1"])


@pytest.mark.parametrize(
    ("verb", "all_of_them"), [("requests", 3), ("letters", 6), ("shelved", 3), ("jobs", 4)]
)
def test_a_list_that_is_cut_says_so(cli: Cli, office: None, verb: str, all_of_them: int) -> None:
    said = f"Showing 2 of {all_of_them}: --limit {all_of_them} shows all."
    assert cli(verb, "--limit", "2").out.splitlines()[-1] == said
    assert cli(verb, "--limit", str(all_of_them)).out.count("Showing") == 0
    for limit in (2, all_of_them, all_of_them + 1):
        found = cli(verb, "--limit", str(limit), "--json").json
        listed = found["next"] if verb == "jobs" else found
        told = {found["left_out"]} if verb == "jobs" else {one["left_out"] for one in listed}
        assert (len(listed), told) == (min(limit, all_of_them), {max(0, all_of_them - limit)})


def test_a_program_gets_the_whole_shelf_unasked(cli: Cli, office: None) -> None:
    assert len(cli("shelved", "--json").json) == 3
    assert len(cli("shelved", "--limit", "1", "--json").json) == 1


def test_what_needs_a_hand_is_counted_alone(cli: Cli, office: None) -> None:
    """L1 waits for us, and B1 and B2 for their library."""
    needing = [one["number"] for one in cli("requests", "--attention", "--json").json]
    assert needing == ["L1"]
    ran = cli("requests", "--attention", "--limit", "1")
    assert "Showing" not in ran.out


def test_millions_are_not_counted(cli: Cli, office: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "MOST", 2)
    monkeypatch.setattr(listing, "MOST", 2)
    assert cli("requests", "--limit", "1").out.endswith(
        "Showing 1 of more than 2: --limit 2 shows so many.\n"
    )
    assert cli("requests", "--limit", "1", "--json").json[0]["left_out"] == 1


def test_a_letter_that_is_none_is_in_no_list_of_meanings(cli: Cli, office: None) -> None:
    ran = cli("decode", "order.eml", "reply.eml", "not-there.eml", "--json")
    assert ran.code == 1
    assert [(one["file"], one["codec"]) for one in ran.json] == [
        ("order.eml", "artemail"),
        ("reply.eml", None),
    ]
    assert ran.err.startswith("not-there.eml cannot be read")
    lines = cli("decode", "order.eml", "reply.eml").out.splitlines()
    assert [json.loads(line) for line in lines] == ran.json


WRITING = {
    "hold": (["O1"], {"id": "O1", "state": "held", "request": ""}),
    "redeliver": (["O1"], {"id": "O1", "state": "prepared", "request": ""}),
    "release": (["I2", "--partner", "UK-BL"], {"id": "I2", "state": "todo", "request": ""}),
    "attach": (["I2", "B1"], {"id": "I2", "state": "done", "request": "B1"}),
    "report": (["E"], {"state": "shelved", "request": ""}),
    "pause": (["uk-bl"], {"symbol": "UK-BL", "status": "paused"}),
    "resume": (["uk-bl"], {"symbol": "UK-BL", "status": "active"}),
    "request": (["request.json"], {"number": "B3", "state": "PENDING", "partner": "UK-BL"}),
}


@pytest.mark.parametrize("verb", WRITING)
def test_a_verb_that_writes_says_what_became_of_it(cli: Cli, office: None, verb: str) -> None:
    if verb in FIRST:
        done(cli(*FIRST[verb]))
    arguments, expected = WRITING[verb]
    value = cli(verb, *(message(cli) if one == "E" else one for one in arguments), "--json").json
    assert {name: value[name] for name in expected} == expected


def test_a_refusal_prints_no_value(cli: Cli, office: None) -> None:
    for arguments in (["release", "I1"], ["pause", "XX-NOBODY"], ["hold", "O9"], ["attach", "I2", "B99"]):
        ran = cli(*arguments, "--json")
        assert (ran.code, ran.out) == (1, "")
        assert ran.err
