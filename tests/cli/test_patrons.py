"""`mailproc patrons` as it is called: options, what is printed of people, and a program that is killed."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import Ran

Cli = Callable[..., Ran]
ROWS = "id,name,email\nR1,Ann Reader,ann@reader.example\nR2,Zacharias Secret,zacharias@\nR1,Again,\n"

UNUSED = [
    (("find", "x", "--dry-run"), "--dry-run"),
    (("forget", "x", "--anyway"), "--anyway"),
    (("show", "x", "--limit", "3"), "--limit"),
    (("export", "x.csv", "--form", "csv"), "--form"),
    (("forget", "x", "--undo", "--dry-run"), "--undo"),
]


@pytest.mark.parametrize(("given", "option"), UNUSED)
def test_an_option_that_would_be_ignored_is_refused(cli: Cli, given: tuple[str, ...], option: str) -> None:
    ran = cli("patrons", *given)
    assert ran.code == 1
    assert option in ran.err


@pytest.mark.parametrize("what", ["import", "export", "find", "show", "forget"])
def test_what_is_needed_is_said(cli: Cli, what: str) -> None:
    ran = cli("patrons", what)
    assert (ran.code, ran.out) == (1, "")
    assert f"`patrons {what}` needs" in ran.err


def test_who_was_refused_is_named_by_line_and_column_alone(cli: Cli, folder: Path) -> None:
    """What is printed may stand in a log of cron."""
    (folder / "r.csv").write_text(ROWS)
    for options in ((), ("--json",)):
        ran = cli("patrons", "import", "r.csv", *options)
        assert ran.code == 0
        for word in ("Ann", "Zacharias", "R1", "R2", "reader.example"):
            assert word not in ran.out + ran.err
    assert ran.json["refused"][0]["line"] == 3
    assert ran.json["refused"][0]["column"] == "email"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_standard_input_is_read(cli: Cli, encoding: str) -> None:
    ran = cli("patrons", "import", "-", "--form", "csv", stdin=ROWS.encode(encoding))
    assert ran.out.startswith("1 readers: 1 new")
    assert cli("patrons", "find", "ANN reader", "--json").json[0]["id"] == "R1"
    assert "--form" in cli("patrons", "import", "-", stdin=ROWS).err
    assert "No such file" in cli("patrons", "import", "none.csv").err


def test_a_list_says_of_how_many_it_is_a_part(cli: Cli) -> None:
    rows = "id,name\n" + "".join(f"R{number},Ann\n" for number in range(5))
    assert cli("patrons", "import", "-", "--form", "csv", stdin=rows).code == 0
    assert "2 of 5" in cli("patrons", "find", "ann", "--limit", "2").out
    assert cli("patrons", "find", "ann", "--limit", "2", "--json").json[0]["left_out"] == 3


@pytest.mark.long
def test_an_import_that_is_killed_has_changed_nothing(
    cli: Cli, folder: Path, program: Callable[..., subprocess.CompletedProcess[bytes]], python: str
) -> None:
    (folder / "old.csv").write_text("id,name\n" + "".join(f"R{n},Old\n" for n in range(200)))
    (folder / "new.csv").write_text("id,name\n" + "".join(f"R{n},New\n" for n in range(20_000)))
    assert cli("patrons", "import", "old.csv").code == 0
    child = subprocess.Popen([python, "-m", "mailproc", "patrons", "import", "new.csv"], cwd=folder)
    deadline = time.monotonic() + 60
    while stored(folder) < 1000 and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)  # another process: looking again is all there is
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "it ended before it could be killed"
    assert stored(folder) > 200, "it was killed while it wrote"
    found = json.loads(cli("patrons", "find", "old", "--limit", "300", "--json").out)
    assert {one["id"] for one in found} == {f"R{n}" for n in range(200)}
    assert cli("patrons", "find", "new", "--json").json == []

    assert cli("patrons", "import", "new.csv").out.startswith("20000 readers: 19800 new, 200 changed")
    assert stored(folder) == 20_000


def stored(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "var/mailproc.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM patron").fetchone()[0])


def test_a_letter_on_paper_bears_the_address_of_the_file(cli: Cli, placed: Callable[..., str]) -> None:
    rows = 'id,name,address\nR1,Ann Reader,"1 High Street\nEX1 Town"\n'
    assert cli("patrons", "import", "-", "--form", "csv", stdin=rows).code == 0
    number = placed(patron={"id": "R1"})
    for call in (("run", "--once"), ("act", number, "receive"), ("run", "--once")):
        assert cli(*call).code == 0
    assert "\n\nAnn Reader\n1 High Street\nEX1 Town\n\n" in cli("letters", "--print").out
    assert cli("letters", "--print", "--json").json[0]["address"] == [
        "Ann Reader", "1 High Street", "EX1 Town"
    ]  # fmt: skip


def test_an_older_backup_does_not_bring_back_who_was_forgotten(cli: Cli, folder: Path) -> None:
    for patron in ("R1", "R2"):
        row = f"id,name\n{patron},Ann\n"
        assert cli("patrons", "import", "-", "--form", "csv", "--anyway", stdin=row).code == 0
        assert cli("backup", f"{patron}.db").code == 0
        assert cli("patrons", "forget", patron).code == 0
    assert cli("restore", "R1.db").code == 0
    assert "No reader" in cli("patrons", "show", "R1").err
    assert cli("restore", "R2.db").code == 0
    assert cli("patrons", "find", "ann", "--json").json == []
    assert stored(folder) == 0


def test_an_expired_card_is_said_by_lists_and_details(cli: Cli, folder: Path) -> None:
    """As `request` says it: a day without its year does not show that it has passed."""
    (folder / "r.csv").write_text("id,name,expires\nR1,Ann Old,2020-01-31\nR2,Bob New,2999-01-31\n")
    assert cli("patrons", "import", "r.csv").code == 0
    for call in (("find", "ann"), ("show", "R1")):
        assert "31 Jan 2020: expired" in cli("patrons", *call).out
    assert "expired" not in cli("patrons", "show", "R2").out
