"""Exit 0, 1, 2, 3; one sentence on stderr and no traceback, whatever a person types."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from mailproc.cli.session import config_path
from tests.cli.conftest import ORDER

Cli = Callable[..., Any]

REFUSED = {
    "no such request": (["show", "B99"], "no request B99"),
    "no number at all": (["show", "%%%"], "%%%"),
    "an empty number": (["show", ""], "request"),
    "a number that is too big": (["show", "B" + "9" * 40], "no request"),
    "an attempt that was not made": (["show", "B1-7"], "B1"),
    "act on nothing": (["act", "B99", "cancel"], "no request B99"),
    "an act that is none": (["act", "B1", "dance"], "cancel"),
    "an act of the other side": (["act", "B1", "ship"], "ship"),
    "an act that is not possible now": (["act", "B1", "return"], "Possible now"),
    "a date that is none": (["act", "B1", "receive", "--date", "31/12/2026"], "2026-01-31"),
    "a date that never was": (["act", "B1", "receive", "--date", "2026-02-30"], "2026-01-31"),
    "an answer that is none": (["act", "B1", "answer-condition", "--answer", "maybe"], "yes or no"),
    "a reason that is none": (["act", "L1", "unfilled", "--reason", "mood"], "not-owned"),
    "heard by drums": (["act", "B1", "ship", "--heard-by", "drums"], "phone"),
    "a message without words": (["act", "B1", "message"], "--note"),
    "next while one is open": (["next", "B1"], "cancel or close it"),
    "next of theirs": (["next", "L1"], "no rota"),
    "no such letter": (["letter", "I99"], "I99"),
    "no letter's name": (["letter", "12"], "I12"),
    "a letter's number too big": (["letter", "O" + "9" * 40], "O12"),
    "release of what is not shelved": (["release", "I1"], "shelved"),
    "release of ours": (["release", "O1"], "redeliver"),
    "report of what is not shelved": (["report", "E1"], "shelved"),
    "report of a whole letter": (["report", "I1"], "whole letter"),
    "attach of what is not there": (["attach", "I99", "B1"], "I99"),
    "redeliver of theirs": (["redeliver", "I1"], "no letter of ours"),
    "hold of what has left": (["hold", "O1"], "only a letter that waits"),
    "a partner that is none": (["requests", "--partner", "ZZ"], "UK-BL"),
    "a role that is none": (["requests", "--role", "friend"], "RESPONDER"),
    "a state that is none": (["requests", "--state", "HAPPY"], "PENDING"),
    "a template that is none": (["preview", "en/patron/arived.txt"], "en/patron/arrived.txt"),
    "a draft that is not there": (["preview", "en/patron/arrived.txt", "--file", "no.txt"], "no.txt"),
    "preview with no request": (["preview", "en/patron/arrived.txt", "--request", "B99"], "B99"),
    "a lender's template with a borrower's request": (
        ["preview", "artemail/report.txt", "--request", "B1"],
        "No message about this request",
    ),
    "inject of what is not there": (["inject", "no.eml"], "no.eml"),
    "inject into no mailbox": (["inject", "-", "--mailbox", "nowhere"], "nowhere"),
    "decode of what is not there": (["decode", "no.eml"], "no.eml"),
    "decode of a folder": (["decode", "."], "Maildir"),
    "encode of what is not there": (["encode", "no.json", "--codec", "artemail"], "no.json"),
}


@pytest.fixture
def both(cli: Cli, placed: Cli, prepared: Cli) -> None:
    """B1 and L1 are there, O1 was filed, I1 is done."""

    def come() -> None:
        assert cli("inject", "-", stdin=ORDER).code == 0
        assert cli("run", "--once").code == 0
        placed()
        assert cli("run", "--once").code == 0

    prepared("exits", come)


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_one_sentence_and_exit_1(cli: Cli, both: None, case: str) -> None:
    arguments, word = REFUSED[case]
    ran = cli(*arguments)
    assert ran.code == 1, ran
    assert ran.out == ""
    assert word in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert "Traceback" not in ran.err


BAD_REQUESTS = {
    "no JSON": "{",
    "nothing": "",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "NaN": '{"service": NaN}',
    "no service": '{"item": {"title": "T"}, "partners": ["UK-BL"]}',
    "no title": '{"service": "LOAN", "item": {}, "partners": ["UK-BL"]}',
    "an empty title": '{"service": "LOAN", "item": {"title": "  "}, "partners": ["UK-BL"]}',
    "a title that is a list": '{"service": "LOAN", "item": {"title": ["T"]}, "partners": ["UK-BL"]}',
    "no item": '{"service": "LOAN", "partners": ["UK-BL"]}',
    "no partner": '{"service": "LOAN", "item": {"title": "T"}}',
    "an unknown partner": '{"service": "LOAN", "item": {"title": "T"}, "partners": ["ZZ"]}',
    "partners as text": '{"service": "LOAN", "item": {"title": "T"}, "partners": "UK-BL"}',
    "who does not lend": '{"service": "LOAN", "item": {"title": "T"}, "partners": ["UK-CUSTOMER"]}',
    "an unknown field": '{"service": "LOAN", "itm": {}}',
    "an unknown field of the item": '{"service": "LOAN", "item": {"titel": "T"}, "partners": ["UK-BL"]}',
    "a bad date": '{"service":"LOAN","item":{"title":"T"},"partners":["UK-BL"],"need_before":"soon"}',
    "a reader without id": '{"service":"LOAN","item":{"title":"T"},"partners":["UK-BL"],"patron":{}}',
    "a bad cost": '{"service":"LOAN","item":{"title":"T"},"partners":["UK-BL"],"max_cost":"much"}',
    "a deep one": "[" * 100_000,
}


@pytest.mark.parametrize("case", BAD_REQUESTS)
def test_a_bad_request_is_refused_in_a_sentence(cli: Cli, case: str) -> None:
    ran = cli("request", "-", stdin=BAD_REQUESTS[case])
    assert (ran.code, ran.out) == (1, ""), ran
    assert len(ran.err.strip().splitlines()) == 1
    assert len(ran.err) > 15
    assert cli("requests", "--json").json == []


SAID_OF_A_FIELD = {
    '{"partners": ["UK-BL"]}': "service is missing: LOAN or COPY.",
    '{"service": "LOAN", "partners": ["UK-BL"]}': "item.title is missing",
    '{"service": "LOAN", "item": "A Book"}': 'item must be an object, as {"name": …}, not "A Book"',
    '{"service": "LOAN", "item": {"title": "T", "publication_date": 2019}}':
        'item.publication_date must be text in quotes, as "2019", not 2019',
    '{"service": "LOAN", "item": {"title": "T", "type": "BOOK"}}':
        "item.type must be one of MONOGRAPH, SERIAL, OTHER.",
    '{"service": "LOAN", "item": {"title": "T"}, "partners": "UK-BL"}':
        'partners must be a list, as ["…", "…"], not "UK-BL"',
    '{"service": "LOAN", "item": {"title": "T"}, "partners": ["UK-BL"], "need_before": "soon"}':
        'need_before must be a date, as 2026-01-31, not "soon"',
    '{"service": "LOAN", "item": {"title": "T"}, "partners": ["UK-BL"], "max_cost": {"currency": "EUR"}}':
        "max_cost.amount is missing",
    '{"service": "LOAN", "item": {"title": "T"}, "partners": ["UK-BL"], "max_cost": {"amount": 1.5}}':
        'max_cost.amount must be a number in quotes, as "12.50", of 18 digits at most, not 1.5',
    '{"service": "LOAN", "item": {"title": "T"}, "partners": ["UK-BL"], "copyright_declared": "yes"}':
        'copyright_declared must be true or false, not "yes"',
}  # fmt: skip


@pytest.mark.parametrize("text", SAID_OF_A_FIELD)
def test_a_field_that_is_wrong_is_named_in_the_words_of_json(cli: Cli, text: str) -> None:
    ran = cli("request", "-", stdin=text)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(SAID_OF_A_FIELD[text])


BAD_APDUS = ["{", "[]", "7", "null", "{}", '{"type": "NONSENSE"}', '{"type": 3}', '[{"type": "CANCEL"}, 3]',
             '{"type": "ILL_REQUEST"}', '{"type": "CANCEL"}', '{"type": "ILL_ANSWER"}',
             '{"type": "ILL_ANSWER", "results": "MAYBE"}', '{"type": "SHIPPED", "due": {"on": "x"}}',
             '{"type": "CANCEL", "ref": {"number": "a b\\nNNNN"}}', '{"type": "EXPIRED"}',
             '{"type": "ILL_REQUEST", "ref": {"number": "B1-1"}, "item": {"title": 4}}']  # fmt: skip


@pytest.mark.parametrize("text", BAD_APDUS)
def test_an_apdu_that_cannot_be_written_is_refused_in_a_sentence(cli: Cli, text: str) -> None:
    ran = cli("encode", "-", "--codec", "artemail", stdin=text)
    assert (ran.code, ran.out) == (1, ""), ran
    assert len(ran.err.strip().splitlines()) == 1
    assert cli("encode", "-", "--codec", "smoke", stdin='{"type": "CANCEL"}').code == 1


USAGE = [
    ["sing"],
    ["show"],
    ["show", "B1", "B2"],
    ["show", "B1", "--jason"],
    ["requests", "--limit", "0"],
    ["requests", "--limit", "many"],
    ["act"],
    ["act", "B1", "hold", "--position", "first"],
    ["encode", "x.json"],
    ["--config"],
    ["show", "B1", "--config", "config.toml"],  # it stands before the verb
    ["run", "--log-level", "LOUD"],
    ["inject"],
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_usage_errors_are_exit_2(cli: Cli, arguments: list[str]) -> None:
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (2, ""), ran
    assert "Traceback" not in ran.err


VERBS = ["run", "check", "verify", "requests", "letters", "shelved", "outbox", "partners", "templates"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_misconfigured_one_is_exit_3_naming_key_and_file(cli: Cli, folder: Path, verb: str) -> None:
    (folder / "config.toml").write_text('[library]\nsymbl = "XX"\n')
    ran = cli(verb)
    assert (ran.code, ran.out) == (3, "")
    for word in ("symbl", "symbol", "config.toml"):
        assert word in ran.err


WITHOUT_ROOTS_RIGHTS = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
"""Root may write anything, but for a program that is started so."""


@pytest.mark.parametrize(
    "verb", [["show", "B1"], pytest.param(["check"], marks=pytest.mark.long)], ids=" ".join
)
def test_a_store_that_must_not_be_written_is_named_with_what_to_do(
    placed: Cli, folder: Path, verb: list[str]
) -> None:
    placed()
    (folder / "var").chmod(0o500)
    (folder / "var/mailproc.db").chmod(0o400)
    lead = WITHOUT_ROOTS_RIGHTS if os.geteuid() == 0 else []
    ran = subprocess.run(
        [*lead, sys.executable, "-m", "mailproc", *verb],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder,
    )  # fmt: skip
    (folder / "var").chmod(0o700)
    assert (ran.returncode, ran.stdout) == (3, "")
    for words in ("config.toml", "store.url", "run mailproc as", "or copy the store"):
        assert words in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_no_configuration_at_all(cli: Cli, folder: Path) -> None:
    (folder / "config.toml").unlink()
    ran = cli("requests")
    assert ran.code == 3
    assert "config.toml" in ran.err


def test_a_secret_that_is_missing_names_key_and_variable_where_it_is_needed(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ART_PASSWORD")
    ran = cli("run", "--once")
    assert ran.code == 3
    assert "ART_PASSWORD" in ran.err
    assert cli("requests").code == 0


def test_config_by_option_by_place_and_by_environment(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "mine.toml").write_text((folder / "config.toml").read_text().replace("UK-BL", "UK-OTHER"))

    def symbols(*arguments: str) -> set[str]:
        return {one["symbol"] for one in cli(*arguments, "partners", "--json").json}

    assert "UK-OTHER" in symbols("--config", str(other / "mine.toml"))
    monkeypatch.setenv("MAILPROC_CONFIG", str(other / "mine.toml"))
    assert "UK-BL" in symbols()  # ./config.toml goes before
    (folder / "config.toml").unlink()
    assert "UK-OTHER" in symbols()
    assert cli("requests").code == 0
    assert (other / "var").exists()  # paths start at the file's folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_folder_that_cannot_be_seen_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root does it in /root: sudo -u mailproc mailproc …"""
    (tmp_path / "hidden").mkdir(mode=0o700)
    monkeypatch.chdir(tmp_path / "hidden")
    monkeypatch.setenv("MAILPROC_CONFIG", "mine.toml")
    called = typer.Context(typer.core.TyperCommand("requests"))
    os.seteuid(65534)
    try:
        assert config_path(called) == Path("mine.toml")
    finally:
        os.seteuid(0)


def test_as_a_program(program: Callable[..., subprocess.CompletedProcess[bytes]]) -> None:
    assert program("--version").stdout.startswith(b"mailproc ")
    assert program("--help").returncode == 0
    assert [program(*arguments).returncode for arguments in (["requests"], ["show", "B1"], ["sing"])] == [
        0,
        1,
        2,
    ]
    assert program("--config", "none.toml", "requests").returncode == 3


def test_a_pipe_that_breaks_is_no_traceback(python: str, folder: Path) -> None:
    for verb in (["states"], ["states", "--json"]):
        child = subprocess.Popen(
            [python, "-m", "mailproc", *verb],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=os.environ,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(10)
        child.stdout.close()
        said = child.stderr.read()
        child.stderr.close()
        assert child.wait(30) in (0, 1)
        assert said == b""


FULL = "stdout cannot be written: No space left on device."


@pytest.mark.parametrize(
    ("words", "to", "said"),
    [
        (["states"], "/dev/full", FULL),
        (["--version"], "/dev/full", FULL),
        pytest.param(["states", "--json"], "/dev/full", FULL, marks=pytest.mark.long),
        pytest.param(["requests"], "/dev/full", FULL, marks=pytest.mark.long),
        pytest.param(["--help"], "/dev/full", FULL, marks=pytest.mark.long),
        pytest.param(["show", "--help"], "/dev/full", FULL, marks=pytest.mark.long),
        (["states"], "&-", "stdout cannot be written: Bad file descriptor."),
    ],
)
def test_an_answer_that_cannot_be_written_is_said(
    python: str, folder: Path, words: list[str], to: str, said: str
) -> None:
    if to == "&-":  # what is closed cannot be handed to a process that was started before
        python = sys.executable
    called = ["sh", "-c", f'exec "$0" -m mailproc "$@" >{to}', python, *words]
    ran = subprocess.run(called, cwd=folder, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, said + "\n")


def test_another_fault_is_not_taken_for_one_of_stdout(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mailproc.cli.output.line", full)
    with pytest.raises(OSError, match="No space left"):
        cli("requests")


@pytest.mark.parametrize("charset", ["C", "POSIX", "latin-1"])
def test_a_terminal_of_another_charset_breaks_nothing(
    cli: Cli, program: Callable[..., subprocess.CompletedProcess[bytes]], charset: str
) -> None:
    wanted = {"service": "LOAN", "item": {"title": "Ångström — مقدمة 😀"}, "partners": ["UK-BL"]}
    environment = {"PYTHONIOENCODING": "ascii"} if charset == "C" else {"PYTHONIOENCODING": charset}
    if charset == "POSIX":
        environment = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert program("request", "-", stdin=json.dumps(wanted).encode(), **environment).returncode == 0
    ran = program("show", "B1", **environment)
    assert (ran.returncode, ran.stderr) == (0, b""), ran
    for verb in (["requests"], ["show", "B1"], ["requests", "--json"], ["show", "B1", "--json"], ["states"]):
        said = cli(*verb, encoding="latin-1" if charset == "latin-1" else "ascii")
        assert (said.code, said.err) == (0, ""), said
    shown = json.loads(program("show", "B1", "--json", **environment).stdout.decode("latin-1"))
    assert shown["item"]["title"] == "Ångström — مقدمة 😀"


def test_an_address_that_nobody_learned(cli):
    ran = cli("partners", "--confirm", "A9")
    assert (ran.code, "Possible now: mailproc partners." in ran.err) == (1, True)
