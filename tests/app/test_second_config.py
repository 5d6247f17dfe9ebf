"""A verb with another config.toml never holds the store of a service that runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.app.installation import Installation
from tests.app.test_restored import orders, store_of
from tests.command_line import Ran, run
from tests.servers.relay import Relay


def tried(app: Installation, folder: Path) -> Ran:
    """A verb with a configuration of its own on the same store, as a colleague may try."""
    text = (app.folder / "config.toml").read_text()
    (folder / "config.toml").write_text(f'{text}\n[store]\nurl = "sqlite:///{store_of(app)}"\n')
    return run("--config", str(folder / "config.toml"), "note", "B1", "hello")


def test_it_is_refused_while_a_service_runs(app: Installation, relay: Relay, tmp_path_factory) -> None:
    daemon = app.start()
    app.place("Iron Bridges")
    relay.wait_for("orders@bl.example", 1)
    refused = tried(app, tmp_path_factory.mktemp("mine"))
    assert refused.code == 3
    assert "use the config.toml of that service" in refused.err
    assert app.place("Roman Law") == "B2"
    relay.wait_for("orders@bl.example", 2)
    assert not app.json("restore")["is_held"]
    assert daemon.stop() == 0
    assert app.place("A Third Book") == "B3"


def test_a_letter_under_way_keeps_its_answer(app: Installation, relay: Relay, tmp_path_factory) -> None:
    relay.answers.append("hang")
    daemon = app.start()
    app.place("Iron Bridges")
    relay.wait_for("orders@bl.example", 1)
    assert tried(app, tmp_path_factory.mktemp("mine")).code == 3
    with closing(sqlite3.connect(store_of(app))) as connection:
        assert connection.execute("SELECT state FROM outgoing").fetchall() == [("sending",)]
    daemon.kill()


def test_a_file_that_was_deleted_under_a_service_is_made_again(app: Installation, relay: Relay) -> None:
    """With all that it said, before anybody takes the store for a copy."""
    daemon = app.start()
    app.place("Iron Bridges")
    relay.wait_for("orders@bl.example", 1)
    app.until(["outbox"], lambda found: found == [])
    file = app.folder / ".mailproc.db.counters"
    before = file.read_bytes()
    file.unlink()
    app.until(["outbox"], lambda _: file.exists())
    assert file.read_bytes() == before
    assert app.place("Roman Law") == "B2"
    assert daemon.stop() == 0
    assert app.cli("run", "--once").code == 0
    assert not app.json("restore")["is_held"]
    assert len(orders(relay)) == 2
