"""A store that is put back from a copy orders nothing twice and gives no number out again.

The service is a process that is killed, the copy is made while it works, and staff use the command line.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.app.installation import Installation
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
    assert [(one["id"], one["numbers"]) for one in told["letters"]] == [("O1", ["B1"]), ("O2", [fresh])]
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
