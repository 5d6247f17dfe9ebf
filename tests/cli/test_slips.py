"""`slips`: what is new is printed once, and again with --reprint; the history says so."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from getpass import getuser
from pathlib import Path

import pytest

from tests.command_line import Ran
from tests.support.read_pdf import scanned, texts

Cli = Callable[..., Ran]

HOSTILE = "<para>\u202e[barcode]\x1b[2J\u2028" + "x" * 3_000


def lend(cli: Cli, title: str = "A Book", **more: object) -> str:
    value = {"as": "lender", "service": "LOAN", "item": {"title": title}, "partners": ["UK-CUSTOMER"]}
    ran = cli("request", "-", "--anyway", stdin=json.dumps(value | {"their_number": "C1"} | more))
    assert ran.code == 0, ran.err
    return ran.out.split()[0]


def test_a_pull_slip_is_printed_once(cli: Cli) -> None:
    lend(cli, "Δοκιμή über Письма 書", need_before="2999-12-01")
    shown = cli("slips", "--dry-run").out
    assert cli("slips").out == shown
    known = ("Please fetch for A Customer (loan)", "No shelfmark known", "Δοκιμή über Письма 書", "C1", "L1")
    assert [said for said in (*known, "2999") if said not in shown] == []
    assert cli("slips").out == "Nothing to print.\n"
    assert "printed the pull slip" in cli("show", "L1").out
    assert cli("verify").code == 0


def test_again_is_marked(cli: Cli) -> None:
    lend(cli)
    first = cli("slips").out
    again = cli("slips", "--reprint", "L1").out
    assert "Reprint" not in first
    assert again.replace("Reprint\n", "") == first
    assert "printed again" in cli("show", "L1").out


def test_what_is_hostile_is_harmless(cli: Cli) -> None:
    lend(cli, HOSTILE)
    shown = cli("slips").out
    assert "[barcode]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 1_000


def test_what_makes_no_sense_is_refused(cli: Cli) -> None:
    lend(cli)
    for said, why in {
        ("L1",): "no kind of slip",
        ("--reprint",): "needs the numbers",
        ("--reprint", "L9"): "no request",
        ("--new", "--reprint", "L1"): "--new has no use beside --reprint",
        ("bands", "--reprint", "L1"): "none of these slips",
    }.items():
        ran = cli("slips", *said)
        assert (ran.code, why in ran.err) == (1, True), ran
    assert cli("slips", "bands", "labels").out == "Nothing to print.\n"
    assert cli("slips", "pull", "--json").json[0]["number"] == "L1"


@pytest.fixture
def pdf(cli: Cli, font_files: list[Path]) -> Callable[..., Ran]:
    """``pdf("pull")`` prints into slips.pdf."""
    return lambda *words: cli("slips", *words, "--pdf", "slips.pdf")


def test_a_pdf_holds_what_is_then_recorded(cli: Cli, folder: Path, pdf: Callable[..., Ran]) -> None:
    lend(cli, "Δοκιμή über Письма 書")
    assert pdf("--dry-run").code == 0
    (folder / "slips.pdf").unlink()
    assert pdf().out == "1 slips and letters are in slips.pdf.\n"
    octets = (folder / "slips.pdf").read_bytes()
    assert scanned(octets) == ["L1"]
    assert "Δοκιμή über Письма 書" in texts(octets)[0]
    assert pdf().out == "Nothing to print.\n"


def test_a_file_that_is_there_is_kept_and_nothing_recorded(
    cli: Cli, folder: Path, pdf: Callable[..., Ran]
) -> None:
    lend(cli)
    (folder / "slips.pdf").write_text("another's")
    assert pdf().code == 1
    assert (folder / "slips.pdf").read_text() == "another's"
    assert len(cli("slips", "--json").json) == 1


@pytest.mark.parametrize(("caller", "is_told"), [("alice", True), (getuser(), False), ("", False)])
def test_who_called_sudo_hears_whose_the_file_is(
    cli: Cli, font_files: list[Path], monkeypatch: pytest.MonkeyPatch, caller: str, is_told: bool
) -> None:
    lend(cli)
    monkeypatch.setenv("SUDO_USER", caller)
    ran = cli("slips", "--pdf", "slips.pdf")
    assert ran.code == 0
    assert (f"slips.pdf belongs to {getuser()}, and nobody else can read it" in ran.err) == is_told


@pytest.mark.long
def test_what_did_not_reach_its_file_stays_new(cli: Cli, folder: Path) -> None:
    lend(cli)
    with open("/dev/full", "wb") as full:
        program = [sys.executable, "-m", "mailproc", "slips"]
        ran = subprocess.run(program, cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (1, b"stdout cannot be written: No space left on device.\n")
    assert len(cli("slips", "--new", "--json").json) == 1


KILLED = """
import os, sys
from mailproc.cli import main
from mailproc.office.slips import {module}

def killed(*_):
    os.kill(os.getpid(), 9)

{module}.{name} = killed
sys.argv = ["mailproc", "slips", "--pdf", "slips.pdf"]
main()
"""


@pytest.mark.parametrize(
    ("module", "name", "is_there"),
    [("printing", "record", True), pytest.param("paper_file", "write", False, marks=pytest.mark.long)],
)
def test_a_kill_loses_no_slip(
    cli: Cli, folder: Path, font_files: list[Path], module: str, name: str, is_there: bool
) -> None:
    """Between the file and the commit the slip is printed twice; before the file, once."""
    lend(cli)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(module=module, name=name)], cwd=folder, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert (folder / "slips.pdf").exists() is is_there
    if is_there:
        assert scanned((folder / "slips.pdf").read_bytes()) == ["L1"]
    assert cli("slips", "--pdf", "again.pdf").code == 0
    assert scanned((folder / "again.pdf").read_bytes()) == ["L1"]
    assert cli("slips").out == "Nothing to print.\n"


def test_without_the_library_that_draws_it_is_said_what_to_install(
    cli: Cli, pdf: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    lend(cli)
    for name in [one for one in sys.modules if one.startswith(("mailproc.paper", "reportlab"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "reportlab", None)
    ran = pdf()
    assert (ran.code, "mailproc-ill[slips]" in ran.err) == (1, True), ran
    assert len(cli("slips", "--json").json) == 1


def test_a_sign_that_no_font_has_is_named(cli: Cli, pdf: Callable[..., Ran]) -> None:
    lend(cli, "Hieroglyphs \U00013000")
    ran = pdf()
    assert ran.code == 0
    assert "\U00013000" in ran.err
    assert "fonts-droid-fallback" in ran.err


def test_letters_to_readers_without_email_are_printed_once(
    cli: Cli, folder: Path, placed: Callable[..., str]
) -> None:
    number = placed(patron={"id": "R1", "name": "Ann Reader"})
    for call in (("run", "--once"), ("act", number, "receive"), ("run", "--once")):
        assert cli(*call).code == 0
    shown = cli("letters", "--print").out
    letter = shown.split()[0]
    assert cli("slips", "letters", "--dry-run").out == shown
    assert cli("slips", "letters").out == shown
    assert cli("letters", "--print").out == "No letter is to be printed.\n"
    again = cli("slips", "--reprint", letter).out
    assert again.replace(" · Reprint\n", "\n") == shown
    assert cli("slips", "--reprint", "O99").code == 1


def test_a_dry_run_shows_no_letter_that_would_be_withdrawn(cli: Cli, placed: Callable[..., str]) -> None:
    number = placed(patron={"id": "R1", "name": "Ann Reader"})
    for call in (("run", "--once"), ("act", number, "receive"), ("run", "--once"), ("act", number, "return")):
        assert cli(*call).code == 0
    assert cli("slips", "letters", "--dry-run").out == "Nothing to print.\n"
    ran = cli("slips", "letters")
    assert (ran.out, "no longer true" in ran.err) == ("Nothing to print.\n", True)


def test_the_paper_and_its_offsets_are_checked(cli: Cli, folder: Path) -> None:
    config = (folder / "config.toml").read_text()
    for key, why in {
        'page = "A3"': "slips.page", "margin = 60": "slips.margin", "pull = { columns = 0 }": "columns",
        'pages = "A4"': "page",
    }.items():  # fmt: skip
        (folder / "config.toml").write_text(f"{config}\n[slips]\n{key}\n")
        ran = cli("slips")
        assert (ran.code != 0, why in ran.err) == (True, True), (key, ran)


LOADED = """
import sys
from mailproc.cli import main
sys.argv = ["mailproc", "slips"]
try:
    main()
finally:
    print(*sorted(sys.modules))
"""


@pytest.mark.long
def test_a_verb_that_prints_text_draws_nothing(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=folder, capture_output=True, text=True, check=True
    )
    assert "mailproc.office.slips.printing" in ran.stdout
    assert {"reportlab", "PIL"} & set(ran.stdout.split()) == set()


@pytest.mark.parametrize("name", [".mailproc.db.forgotten", "letters-2026.db", "mailproc.db-journal"])
def test_no_file_of_the_store_is_made(cli: Cli, tmp_path: Path, name: str) -> None:
    ran = cli("slips", "--pdf", str(tmp_path / name))
    assert (ran.code, "must end with .pdf" in ran.err) == (1, True)
    assert not (tmp_path / name).exists()
