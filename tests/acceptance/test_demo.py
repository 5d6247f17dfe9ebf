"""`mailproc demo` as a stranger meets it, and as it must fail."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from mailproc.errors import LocalFault
from mailproc.practice import demo, stage, stories

ENDS = {
    "B1": "RECEIVED", "B2": "RETURNED", "B3": "CANCELLED", "B4": "RECEIVED", "B5": "RETURNED",
    "B6": "RETURNED", "B7": "RECEIVED", "B8": "RETURNED",
    "B9": "RETURNED", "B10": "RECEIVED",
    "L1": "SHIPPED", "L2": "CHECKED_IN", "L3": "NOT_SUPPLIED",
}  # fmt: skip


STARTS = 60
"""The demo starts the program some fifty times; a machine on which each start takes more than a second (a
usual one needs half of that) is given as many starts instead of the minute."""

pytestmark = pytest.mark.timeout(300)


def a_start() -> float:
    """Seconds that this machine needs to start the program."""
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "mailproc", "--help"], capture_output=True, check=True)
    return time.monotonic() - start


@pytest.fixture(scope="module")
def played(python: str) -> tuple[subprocess.CompletedProcess[str], float]:
    start = time.monotonic()
    done = subprocess.run(
        [python, "-m", "mailproc", "demo"], capture_output=True, text=True, timeout=260, check=False
    )
    return done, time.monotonic() - start


@pytest.fixture
def quick(python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a demo that is played in this process."""
    monkeypatch.setattr(sys, "executable", python)


@pytest.mark.long
def test_every_request_reaches_its_end_within_a_minute(
    played: tuple[subprocess.CompletedProcess[str], float],
) -> None:
    done, seconds = played
    assert done.returncode == 0, done.stdout + done.stderr
    assert dict(re.findall(r"^ +([BL]\d+) +([A-Z_]+) ", done.stdout, re.M)) == ENDS
    assert "Every request reached its end." in done.stdout
    beside_others = os.environ.get("REQUIRE_ALL") == "1"  # the other tests use the machine too
    assert seconds < max(120 if beside_others else 60, STARTS * a_start())


@pytest.mark.long
def test_it_shows_an_order_file_a_history_and_both_doors(
    played: tuple[subprocess.CompletedProcess[str], float],
) -> None:
    out = played[0].stdout
    assert re.search(r"\| 99-0001\n +\| XXXXXXX\n", out)
    assert re.search(r"\| TXB1-1 .*\n", out)
    assert re.search(r"\| .* says it is overdue .* letter I\d+ .*DUE", out)
    assert "letter to us into the mailbox" in out
    assert "letter to us by SMTP" in out
    assert "verify: " in out
    assert "letter to reader@demo-library.example: " in out


@pytest.mark.long
def test_it_shows_what_lies_around_the_letters(
    played: tuple[subprocess.CompletedProcess[str], float],
) -> None:
    out = played[0].stdout
    assert "2 readers: 2 new" in out
    assert re.search(r"We hold it, as the catalogue own says: .*624\.2 MAR", out)
    assert re.search(r"rota by the rule practice: PRACTICE-SECOND \(union: has it; .*PRACTICE-BL", out)
    assert "hears REQUESTER.receive: B8 is RECEIVED" in out
    assert re.search(r"\| Ada Lark\n(.*\n)+? +\| Please leave this band in the book", out)
    assert re.search(r"\| Please fetch for .*\n.*\n +\| 912\.4 MAR", out)  # asked of us, and looked up


@pytest.mark.long
def test_it_shows_a_loan_by_tcp_and_an_order_by_slnp(
    played: tuple[subprocess.CompletedProcess[str], float],
) -> None:
    out = played[0].stdout
    assert "letter to us by TCP: ILL Shipped B9/1" in out
    assert "University Library (practice): B9: sent it back" in out
    assert "University Library (practice): verify: 1 checked, 0 differ" in out
    assert "PFL: hears 600 SLNPFLBestellung B10-1" in out


@pytest.mark.long
def test_it_speaks_to_a_librarian(played: tuple[subprocess.CompletedProcess[str], float]) -> None:
    done, _ = played
    assert done.stderr == ""
    assert not re.search(r"Traceback|^\s*\{", done.stdout, re.M)


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_a_request_that_misses_its_end_is_told_with_the_daemons_last_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(self: stories.Stories) -> None:
        number = self._place(stories._article("SILENCE: A tide that never came"), stories.BL)
        self._reaches(number, "SHIPPED")

    monkeypatch.setattr(stories.Stories, "all", lambda self: (lambda: lost(self),))
    monkeypatch.setattr(stage, "_PATIENCE", 8)
    assert demo.run(keep=tmp_path) == 1
    out = capsys.readouterr().out
    assert "B1 should be SHIPPED with PRACTICE-BL, but is PENDING with PRACTICE-BL." in out
    assert "The last lines of the daemon:" in out
    assert (tmp_path / "config.toml").exists()


@pytest.mark.usefixtures("quick")
def test_a_daemon_that_does_not_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stage, "_HEAD", "[libary]\n")
    assert demo.run(keep=tmp_path) == 1
    out = capsys.readouterr().out
    assert re.search("the daemon ended before it listens: .*libary", out)


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    with pytest.raises(LocalFault, match="is not empty"):
        demo.run(keep=tmp_path)


@pytest.mark.usefixtures("quick")
def test_it_can_be_looked_at_in_a_browser_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def looks() -> None:
        told = re.search(r"(http://127\.0\.0\.1:\d+)/  login (\S+), password (\S+)", capsys.readouterr().out)
        assert told
        with httpx.Client(base_url=told[1], headers={"Origin": told[1]}, follow_redirects=True) as browser:
            seen.append(browser.post("/login", data={"login": told[2], "password": told[3]}).text)

    monkeypatch.setattr(stories.Stories, "all", lambda _self: (looks,))
    assert demo.run(keep=tmp_path) == 0
    assert "D. Demo" in seen[0]


STAYS = """
from mailproc.practice import demo, stories
stories.Stories.all = lambda self: ()
raise SystemExit(demo.run(stay=True))
"""


def test_it_goes_on_until_it_is_ended(python: str) -> None:
    with subprocess.Popen(
        [python, "-c", STAYS], stdout=subprocess.PIPE, text=True, process_group=0
    ) as running:
        assert running.stdout
        said = next(line for line in running.stdout if "goes on running" in line or "Not as it" in line)
        assert "Ctrl-C ends it" in said
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(60) == 0
