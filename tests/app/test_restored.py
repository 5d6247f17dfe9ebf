"""A store that is put back from a copy orders nothing twice and gives no number out again.

The service is a process that is killed, the copy is made while it works, and staff use the command line.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table

from mailproc.office.upkeep import restored_store
from tests.app.installation import Installation, order
from tests.servers.relay import Relay


def store_of(app: Installation) -> Path:
    return app.folder / "var/mailproc.db"


def copied(app: Installation) -> Path:
    """A consistent copy, made as an administrator would beside a running service."""
    copy = app.folder / "copy.db"
    with closing(sqlite3.connect(store_of(app))) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    return copy


def put_back(app: Installation, copy: Path) -> None:
    for end in ("", "-wal", "-shm"):
        store_of(app).with_name(f"mailproc.db{end}").unlink(missing_ok=True)
    shutil.copyfile(copy, store_of(app))


def number_in(text: str) -> int:
    return int(text[1:])


def orders(relay: Relay) -> list[str]:
    return [letter.text for letter in relay.letters if letter.rcpt_to == "orders@bl.example"]


def test_nothing_leaves_twice_and_no_number_is_used_again(app: Installation, relay: Relay) -> None:
    assert app.place("Iron Bridges") == "B1"
    copy = copied(app)
    daemon = app.start()
    relay.wait_for("orders@bl.example", 1)
    assert app.place("Roman Law") == "B2"
    relay.wait_for("orders@bl.example", 2)
    app.until(["letters"], lambda found: [one["state"] for one in found] == ["handed_over"] * 2)
    daemon.kill()
    put_back(app, copy)

    again = app.start()
    again.says("put back from a copy")
    app.until(["outbox"], lambda found: [one["state"] for one in found] == ["held"])
    fresh = app.place("A Third Book")
    assert number_in(fresh) > 2, "the supplier knows B2"
    app.until(["outbox"], lambda found: [one["state"] for one in found] == ["held", "held"])
    told = app.json("restore")
    assert told["is_held"]
    assert [(one["id"], one["numbers"]) for one in told["letters"]] == [("O1", ["B1"])]
    assert [(one["id"], one["numbers"]) for one in told["entered"]] == [("O2", [fresh])]
    assert "mailproc restore --go" in app.cli("restore").out
    for verb in ("status", "digest", "outbox", "jobs", "check"):
        assert "mailproc restore --go" in app.cli(verb).out, verb
    refused = app.cli("redeliver", "O1")
    assert refused.code == 1
    assert "restore --go" in refused.err
    assert len(orders(relay)) == 2, "nothing leaves while it is held"

    assert app.cli("redeliver", "O1", "--arrived").code == 0
    assert app.cli("restore", "--go").code == 0
    later = app.place("A Fourth Book")
    assert relay.wait_for("orders@bl.example", 3)[2].text.count(f"TX{later}") == 1
    assert app.cli("redeliver", "O2").code == 0
    assert f"TX{fresh}" in relay.wait_for("orders@bl.example", 4)[3].text
    assert again.stop() == 0
    sent = orders(relay)
    assert [
        sum(f"TX{number}-1 " in text or f"TX{number} " in text for text in sent)
        for number in ("B1", "B2", fresh, later)
    ] == [1, 1, 1, 1]
    files = [line for text in sent for line in text.splitlines() if "FILEREFNO" in line]
    assert len(set(files)) == len(files), "no number of a file is used again"
    assert app.cli("verify").code == 0


def reply(app: Installation, text: str) -> None:
    head = "From: orders@bl.example\nTo: ill@town.example\nSubject: Replies\nMessage-ID: <1@bl.example>\n\n"
    body = f"REPLIES FOR 99-0001   02-03-2026\n\n{text}\n"
    assert app.cli("inject", "-", stdin=(head + body).replace("\n", "\r\n")).code == 0


def test_what_came_since_shows_what_had_left(app: Installation, relay: Relay) -> None:
    """An answer to B1 proves that its order left; B2 was placed after the copy, and nobody knows it."""
    app.place("Iron Bridges")
    copy = copied(app)
    app.place("Roman Law")
    assert app.cli("run", "--once").code == 0
    assert len(orders(relay)) == 1
    put_back(app, copy)

    reply(app, "B1-1 USE*3\nB2-1 NOT")
    refused = app.cli("restore", "--go")
    assert refused.code == 1
    assert "not read yet" in refused.err
    assert app.cli("run", "--once").code == 0
    told = app.json("restore")
    (letter,) = told["letters"]
    assert (letter["id"], letter["answers"]) == ("O1", [{"letter": "I1", "event": "ANSWER.promise"}])
    assert "I1: " in app.cli("restore").out
    assert "B2-1" in app.cli("letter", "I1").out
    assert app.cli("restore", "--go").code == 0
    assert app.cli("run", "--once").code == 0
    assert len(orders(relay)) == 1, "what may have left stays held"


def test_timers_stand_still_while_it_is_held(app: Installation) -> None:
    """The chaser of an order whose answer may be lost is not sent; nothing is deleted either."""
    config = app.folder / "config.toml"
    config.write_text(config.read_text() + "\n[policy]\nchase_days = 1\n")
    app.place("Iron Bridges")
    assert app.cli("run", "--once").code == 0
    with closing(sqlite3.connect(store_of(app))) as connection:
        connection.execute("UPDATE timer SET due_at = '2026-01-01 00:00:00.000000'")
        connection.commit()
    assert app.cli("restore", "--here").code == 0
    assert app.cli("run", "--once").code == 0
    with closing(sqlite3.connect(store_of(app))) as connection:
        fired = connection.execute("SELECT count(*) FROM timer WHERE fired_event_id IS NOT NULL").fetchone()
        assert fired == (0,)
    assert app.cli("restore", "--go").code == 0
    assert app.cli("run", "--once").code == 0
    with closing(sqlite3.connect(store_of(app))) as connection:
        fired = connection.execute("SELECT count(*) FROM timer WHERE fired_event_id IS NOT NULL").fetchone()
        assert fired > (0,)


def test_a_whole_machine_that_was_put_back_is_held_by_hand(app: Installation, relay: Relay) -> None:
    app.place("Iron Bridges")
    counters = app.folder / ".mailproc.db.counters"
    copy, file = copied(app), counters.read_bytes()
    assert app.cli("run", "--once").code == 0
    put_back(app, copy)
    counters.write_bytes(file)
    assert app.json("restore")["found_at"] is None, "nobody can see it"
    assert app.cli("restore", "--here").code == 0
    assert app.cli("run", "--once").code == 0
    assert len(orders(relay)) == 1
    assert number_in(app.place("Roman Law")) > 1000
    assert [one["id"] for one in app.json("restore")["letters"]] == ["O1"]


def test_a_broken_file_stops_the_start_and_says_what_to_do(app: Installation) -> None:
    app.place("Iron Bridges")
    counters = app.folder / ".mailproc.db.counters"
    assert f"counters file: {counters}" in app.cli("check").out
    counters.write_bytes(b"")
    for verb in (["run", "--once"], ["request", "-"]):
        refused = app.cli(*verb, stdin='{"service": "LOAN", "item": {"title": "A"}, "partners": ["UK-BL"]}')
        assert refused.code == 3
        assert f"{counters}, which says what left the store, is broken" in refused.err
    assert "is broken" in app.cli("check").out
    counters.unlink()
    assert app.cli("run", "--once").code == 0
    assert app.json("restore")["is_held"]


def test_an_answer_of_ours_leaves_once(app: Installation, relay: Relay) -> None:
    """It takes no number: the copy is known by the letter that left."""
    daemon = app.start()
    daemon.takes(order("C1"))
    app.until(["requests"], lambda found: len(found) == 1)
    daemon.kill()
    assert app.cli("act", "L1", "unfilled").code == 0
    copy = copied(app)
    again = app.start()
    relay.wait_for("ill@customer.example", 1)
    app.until(["letters"], lambda found: "handed_over" in [one["state"] for one in found])
    again.kill()
    put_back(app, copy)
    assert app.cli("run", "--once").code == 0
    assert [one["state"] for one in app.json("outbox")] == ["held"]
    assert len(relay.to("ill@customer.example")) == 1


def due_now(app: Installation) -> None:
    with closing(sqlite3.connect(store_of(app))) as connection:
        connection.execute("UPDATE outgoing SET not_before = NULL")
        connection.commit()


@pytest.mark.parametrize("end", ["break", "hang"])
def test_a_letter_that_was_about_to_leave_when_the_machine_died_is_held(
    app: Installation, relay: Relay, end: str
) -> None:
    """The relay has it, no answer is known; the copy was made while the letter waited for the relay."""
    app.place("Iron Bridges")
    relay.answers.append("451 4.3.0 later")
    assert app.cli("run", "--once").code == 0
    copy = copied(app)
    due_now(app)
    relay.answers.append(end)
    daemon = app.start()
    relay.wait_for("orders@bl.example", 1)
    daemon.kill()
    put_back(app, copy)
    due_now(app)
    assert app.cli("run", "--once").code == 0
    assert [one["state"] for one in app.json("outbox")] == ["held"]
    assert len(orders(relay)) == 1


def test_a_letter_that_waits_for_the_relay_holds_no_store(app: Installation, relay: Relay) -> None:
    app.place("Iron Bridges")
    for _ in range(3):
        relay.answers.append("451 4.3.0 later")
        due_now(app)
        assert app.cli("run", "--once").code == 0
        assert [one["state"] for one in app.json("outbox")] == ["prepared"]


TELLS_SYNC = """
import os
real = os.fdatasync
def tell(number):
    real(number)
    print("synced", os.readlink(f"/proc/self/fd/{number}"), flush=True)
os.fdatasync = tell
"""


def test_the_service_brings_the_file_to_the_disk_after_each_letter(app: Installation, relay: Relay) -> None:
    app.place("Iron Bridges")
    daemon = app.start(code=TELLS_SYNC)
    daemon.says("mailproc.db.counters", times=2)  # the first reserves the number of the order file
    assert daemon.stop() == 0


@pytest.fixture
def as_documented(app: Installation) -> Iterator[Installation]:
    """The folder of config.toml is another user's; ``var`` and ``outside`` are the service's."""
    (app.folder / "outside").mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(app.folder, 65534, 65534)
    else:
        app.folder.chmod(0o500)
    yield app
    app.folder.chmod(0o700)


def test_a_folder_of_the_store_that_is_put_back_from_a_file_backup_is_noticed(
    as_documented: Installation, relay: Relay, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app, nightly = as_documented, tmp_path_factory.mktemp("nightly")
    app.place("Iron Bridges")
    relay.answers.append("451 4.3.0 later")
    assert app.cli("run", "--once").code == 0
    shutil.copytree(app.folder / "var", nightly, dirs_exist_ok=True)
    due_now(app)
    assert app.cli("run", "--once").code == 0
    assert app.place("Roman Law") == "B2"
    assert "lies in the folder of the store" not in app.cli("check").out
    for file in (app.folder / "var").glob("*"):
        file.unlink()
    shutil.copytree(nightly, app.folder / "var", dirs_exist_ok=True)
    due_now(app)
    assert app.cli("run", "--once").code == 0
    assert len(orders(relay)) == 1
    assert app.json("restore")["is_held"]
    assert number_in(app.place("A Third Book")) > 2


def test_check_says_that_the_file_would_be_put_back_with_the_store(app: Installation) -> None:
    app.place("Iron Bridges")
    (app.folder / ".mailproc.db.counters").rename(app.folder / "var/.mailproc.db.counters")
    assert "lies in the folder of the store" in app.cli("check").out


def held_again(app: Installation) -> None:
    """A store that was put back, with an order that left after the copy was made."""
    app.place("Iron Bridges")
    copy = copied(app)
    assert app.cli("run", "--once").code == 0
    put_back(app, copy)
    assert app.cli("run", "--once").code == 0


def test_check_says_that_the_store_is_held_where_no_service_runs(app: Installation, relay: Relay) -> None:
    held_again(app)
    app.start().kill()
    said = app.cli("check").out
    assert "the service has died" in said
    assert "nothing is sent: the store was put back from a copy" in said
    assert app.cli("restore", "--go").code == 0
    assert "nothing is sent" not in app.cli("check").out


def letter(app: Installation, sender: str, subject: str, text: str, more: str = "") -> None:
    head = f"From: {sender}\nTo: ill@town.example\nSubject: {subject}\n{more}"
    body = f"{head}Message-ID: <{hash(subject)}@x.example>\n\n{text}\n"
    assert app.cli("inject", "-", stdin=body.replace("\n", "\r\n")).code == 0


def test_what_staff_enter_while_it_is_held_has_a_reason_of_its_own(app: Installation, relay: Relay) -> None:
    held_again(app)
    wanted = '{"service": "LOAN", "item": {"title": "Of today"}, "partners": ["UK-BL"]}'
    entered = app.cli("request", "-", stdin=wanted)
    assert entered.code == 0
    assert "restore --go" in entered.err
    assert "redeliver" in entered.err
    assert app.cli("run", "--once").code == 0
    for _ in range(2):
        told = app.json("restore")
        assert [one["id"] for one in told["letters"]] == ["O1"]
        assert [one["numbers"] for one in told["entered"]] == [[entered.out.strip()]]
        notes = [one["note"] for one in app.json("outbox")]
        assert ["may have left before" in str(note) for note in notes] == [True, False]
        assert "Entered while held" in app.cli("restore").out
        assert app.cli("restore", "--go").code == (0 if told["is_held"] else 1)
        assert app.cli("run", "--once").code == 0
    assert len(orders(relay)) == 1
    assert "put back from a copy: 2;" in app.cli("status").out
    assert app.cli("redeliver", told["entered"][0]["id"]).code == 0
    assert "put back from a copy: 1;" in app.cli("status").out
    assert app.cli("run", "--once").code == 0
    assert len(orders(relay)) == 2


def test_an_order_entered_and_not_composed_before_it_goes_on_has_that_reason_too(app: Installation) -> None:
    held_again(app)
    number = app.place("Of today")
    assert app.cli("restore", "--go").code == 0 or app.cli("run", "--once").code == 0
    assert app.cli("run", "--once").code == 0
    assert [one["numbers"] for one in app.json("restore")["entered"]] == [[number]]


def test_letters_to_our_own_staff_are_not_held(app: Installation, relay: Relay) -> None:
    held_again(app)
    reply(app, "B1-1 SOMETHING NOBODY KNOWS")
    assert app.cli("run", "--once").code == 0
    told = app.json("restore")
    assert [one["id"] for one in told["letters"]] == ["O1"]
    assert relay.to("staff@town.example") == relay.to("ill@town.example") == []
    assert app.cli("restore", "--go").code == 0
    assert app.cli("run", "--once").code == 0
    assert len(relay.to("ill@town.example")) == 1
    assert len(orders(relay)) == 1


def test_nobody_but_the_partner_proves_that_an_order_left(app: Installation) -> None:
    held_again(app)
    letter(app, "stranger@evil.example", "Re: B1-1", "It has come, thank you. B1-1")
    letter(
        app, "orders@bl.example", "Out of office", "B1-1", "Auto-Submitted: auto-replied\nX-Unproven: yes\n"
    )
    assert app.cli("run", "--once").code == 0
    (order_letter,) = app.json("restore")["letters"]
    assert order_letter["answers"] == []


def test_of_what_matches_nothing_the_newest_is_shown_and_the_rest_is_counted(
    app: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_again(app)
    for number in range(4):
        letter(app, "stranger@x.example", f"Letter {number}", "hello")
    assert app.cli("run", "--once").code == 0
    monkeypatch.setattr(restored_store, "MOST", 3)
    told = app.json("restore")
    assert [one["id"] for one in told["unknown"]] == ["I4", "I3", "I2"]
    assert told["left_out"] == 1
    assert "1 more" in app.cli("restore").out


def test_letters_that_come_while_it_goes_on_stop_nobody(
    app: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers who send without a pause would otherwise decide whether it ever goes on."""
    held_again(app)
    newest = restored_store._newest

    def then_more(connection: Connection, table: Table) -> int:
        found = newest(connection, table)
        letter(app, "stranger@x.example", f"After {table.name}", "hello")
        return found

    monkeypatch.setattr(restored_store, "_newest", then_more)
    assert app.cli("restore", "--go").code == 0


def test_who_may_come_in_again_is_named_and_all_sessions_are_over(app: Installation) -> None:
    """The copy does not know whom staff have put out since."""
    assert app.cli("staff", "add", "trainee", "--role", "work", stdin="a long password\n").code == 0
    assert app.cli("tokens", "add", "catalogue").code == 0
    assert app.cli("tokens", "add", "older").code == 0
    assert app.cli("tokens", "out", "older").code == 0
    with closing(sqlite3.connect(store_of(app))) as connection:
        connection.execute(
            "INSERT INTO staff_session VALUES ('t', 'trainee', '2026-03-01 12:00:00', '2026-03-01 12:00:00')"
        )
        connection.execute(
            "INSERT INTO reader_session VALUES ('t', 'R1', '2026-03-01 12:00:00', '2026-03-01 12:00:00')"
        )
        connection.execute(
            "INSERT INTO reader_link (patron_id, event_id, asked_at, token, until)"
            " VALUES ('R1', 1, '2026-03-01 12:00:00', 'used', '2036-03-01 12:00:00')"
        )
        connection.commit()
    copy = copied(app)
    assert app.cli("staff", "out", "trainee").code == 0
    assert app.cli("tokens", "out", "catalogue").code == 0
    said = app.cli("restore", str(copy)).out
    assert "trainee (work)" in said and "mailproc staff out LOGIN" in said
    assert "catalogue (work)" in said and "mailproc tokens out NAME" in said and "older" not in said
    told = app.json("restore")
    assert (told["people"], told["tokens"]) == (["trainee (work)"], ["catalogue (work)"])
    with closing(sqlite3.connect(store_of(app))) as connection:
        assert connection.execute("SELECT token FROM reader_link").fetchone() == (None,)
        for table in ("staff_session", "reader_session"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608
    assert app.cli("restore", "--go").code == 0
    assert app.json("restore")["people"] == []


def test_the_newest_thing_in_the_copy_is_also_what_staff_did(app: Installation) -> None:
    """Who enters again what came after it must not do twice what is in the copy."""
    app.place("Iron Bridges")
    with closing(sqlite3.connect(store_of(app))) as connection:
        connection.execute("UPDATE event SET at = '2030-01-02 03:04:05.000000'")
        connection.commit()
    assert app.cli("restore", "--here").code == 0
    assert app.json("restore")["newest_at"].startswith("2030-01-02")
