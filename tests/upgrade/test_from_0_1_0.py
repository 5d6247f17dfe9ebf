"""A store that the code of 0.1.0 wrote goes on under this one, as docs/upgrade.md says, and goes back."""

import gzip
import re
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from mailproc.store import migrate
from tests.upgrade.conftest import SAMPLES, Upgraded

PARTNERS = ("XX-BL", "XX-NET", "XX-CUSTOMER")
AT_BL, AT_CUSTOMER, AT_NET = "orders@bl.example", "ill@customer.example", "ill@net.example"
LETTER = "From: {sender}\nTo: ill@library.example\nSubject: {subject}\nMessage-ID: <later-{name}>\n\n{text}\n"


def moved_up(office: Upgraded) -> None:
    """The steps up to the point from which there is no easy way back."""
    office.configure(proof=True)
    office.done("check")
    office.done("run", "--once")


def resumed(office: Upgraded) -> None:
    for symbol in PARTNERS:
        office.done("resume", symbol)
    office.done("run", "--once")


def hears(office: Upgraded, name: str, sender: str, subject: str, text: str) -> None:
    letter = LETTER.format(sender=sender, subject=subject, name=name, text=text)
    office.done("inject", "-", stdin=letter)
    office.done("run", "--once")


def states(office: Upgraded) -> dict[str, str]:
    return {one["number"]: one["state"] for one in office.json("requests")}


def test_what_check_says_first_and_that_nothing_is_done_before_it_is_in_order(office: Upgraded) -> None:
    ran = office.cli("run", "--once")
    assert (ran.code, ran.err.count(".proof: is not written")) == (3, 3)
    office.configure(proof=True)
    assert "the store is at revision 0001: the first `mailproc run` migrates it" in office.done("check")
    assert not office.relay.letters


VIEWS = (
    "CREATE VIEW mine AS SELECT id, state FROM outgoing",
    "CREATE VIEW mine AS SELECT * FROM inbox",
    "CREATE VIEW mine AS SELECT count(*) AS n FROM history",
    "CREATE VIEW mine AS SELECT id FROM patron",
)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_of_the_operators_is_named_before_anything_is_done(office: Upgraded, view: str) -> None:
    office.configure(proof=True)
    change(office, view)
    assert "refuse it: views of yours read its tables, which the migration replaces: mine" in office.done(
        "check"
    )
    ran = office.cli("run", "--once")
    assert ran.code == 3
    assert "mine; save how they are made, drop them (DROP VIEW)" in ran.err
    assert not list(office.folder.glob("var/*.bak"))
    change(office, "DROP VIEW mine")
    moved_up(office)
    change(office, view.replace("mine", "yours"))
    assert "25 transactions checked, 0 differ" in office.done("verify")


def test_what_else_is_in_the_way_is_named_too(office: Upgraded) -> None:
    office.configure(proof=True)
    made = "CREATE TABLE mine (id VARCHAR REFERENCES patron (id))"
    if office.store.exists():
        made = "CREATE TRIGGER mine AFTER INSERT ON event BEGIN DELETE FROM patron; END"
    change(office, made)
    ran = office.cli("run", "--once")
    assert (ran.code, "mine" in ran.err, "nothing is changed" in ran.err) == (3, True, True), ran


def change(office: Upgraded, statement: str) -> None:
    engine = create_engine(office.url.replace("sqlite:///", f"sqlite:///{office.folder}/"))
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_whole_way(office: Upgraded) -> None:
    moved_up(office)
    assert "25 transactions checked, 0 differ" in office.done("verify")
    assert "never put back from a copy" in office.done("restore")
    assert [one.rcpt_to for one in office.relay.letters] == []
    before = states(office)
    assert Counter(before.values())["IN_PROCESS"] == 4, "the letter that nobody had read"

    figures = office.json("stats")
    assert figures["uncounted"] == 0, "the first run has counted what was over"
    assert sum(one["asked"] for one in figures["groups"]) == 25
    assert sum(one["filled"] for one in figures["groups"]) > 0
    assert "25 transactions checked, 0 differ" in office.done("verify"), "which compares their figures"
    resumed(office)
    _each_left_once(office)
    _open_requests_go_on(office)
    assert "25 transactions checked, 0 differ" in office.done("verify")


def _each_left_once(office: Upgraded) -> None:
    """The two that the relay had refused, and those of which 0.1.0 had made no letter."""
    office.done("run", "--once")
    assert office.json("outbox") == []
    ordered = Counter(re.findall(r"^TX(\S+)", "\n".join(one.text for one in office.relay.to(AT_BL)), re.M))
    assert ordered == {"B16-1": 1, "B17-1": 1, "B18-1": 1}
    assert len(office.relay.to(AT_NET)) == 1
    assert len(office.relay.to(AT_CUSTOMER)) == 1, "the receipt for the order"
    known = [re.search(r"^Message-ID: (.*)$", one.text, re.M | re.I) for one in office.relay.letters]
    assert len({found[1] for found in known if found}) == len(office.relay.letters)


def _open_requests_go_on(office: Upgraded) -> None:
    shipped = "REPLIES FOR 99-0001   30-11-2026\n\nB4-1 SHIPPED COPY\nB16-1 SHIPPED LOAN"
    hears(office, "1@bl.example", AT_BL, "Replies", shipped)
    for number in ("B4", "B16", "B11"):
        office.done("act", number, "receive" if number != "B11" else "return")
    office.done("act", "L2", "ship")
    office.done("act", "L7", "unfilled")
    office.done("run", "--once")
    now = states(office)
    assert [now[number] for number in ("B4", "B16", "B11", "L2")] == [
        "RECEIVED", "RECEIVED", "RETURNED", "SHIPPED",
    ]  # fmt: skip
    answers = "\n".join(one.text for one in office.relay.to(AT_CUSTOMER))
    assert "C2" in answers
    assert "C28" in answers


def test_a_letter_that_0_1_0_has_read_does_nothing_more(office: Upgraded) -> None:
    moved_up(office)
    before = {number: office.json("show", number)["history"] for number in ("B1", "L1")}
    for letter in ("I1", "I2"):
        office.done("inject", "-", stdin=office.done("letter", letter, "--raw"))
    office.done("run", "--once")
    assert {number: office.json("show", number)["history"] for number in before} == before


def test_the_way_back_and_forward_again(office: Upgraded) -> None:
    if not office.store.exists():
        return  # on PostgreSQL its own programs go back, and the database is another
    moved_up(office)
    files = [office.folder / name for name in (".mailproc.db.id", ".mailproc.db.counters")]
    assert all(file.exists() for file in files)
    copy = migrate.copy_of(office.store)
    for file in files:
        file.rename(file.with_name(f"{file.name}-0.2.0"))
    copy.rename(office.store)
    assert dump(office.store) == dump(sample(office.folder))

    moved_up(office)
    assert "never put back from a copy" in office.done("restore")
    resumed(office)
    _each_left_once(office)


def test_the_copy_without_the_two_files_moved_away_is_held_as_restored(office: Upgraded) -> None:
    """Whoever forgets that step sends nothing twice."""
    if not office.store.exists():
        return
    moved_up(office)
    resumed(office)
    sent = len(office.relay.letters)
    migrate.copy_of(office.store).rename(office.store)
    office.cli("run", "--once")
    assert len(office.relay.letters) == sent


def sample(folder: Path) -> Path:
    file = folder / "sample.db"
    file.write_bytes(gzip.decompress((SAMPLES / "store-0.1.0.db.gz").read_bytes()))
    return file


def dump(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}  # noqa: S608


def test_the_copy_of_before_the_migration_can_be_put_back(office: Upgraded, tmp_path: Path) -> None:
    """0.1.0 gave its stores no id: it is taken for the store that was made here, and held."""
    copy = tmp_path / "old.dump"
    if not office.store.exists():
        plain = office.url.replace("+psycopg", "")
        subprocess.run(["pg_dump", "--format=custom", "--no-owner", f"--file={copy}", plain], check=True)
    moved_up(office)
    resumed(office)
    left = len(office.relay.letters)
    if office.store.exists():
        copy = office.store.with_name("mailproc.db.before-0004.bak")
    assert "does not say of which store it is" in office.done("restore", str(copy))
    office.done("run", "--once")
    assert office.json("restore")["is_held"]
    assert len(office.relay.letters) == left
    assert "25 transactions checked, 0 differ" in office.done("verify")
