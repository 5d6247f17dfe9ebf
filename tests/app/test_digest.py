"""The day's work by mail, at the hour of config.toml."""

import sqlite3
from contextlib import closing

import pytest

from tests.app.installation import Installation
from tests.servers.relay import Posted, Relay

STAFF = "ill@town.example"


def scheduled(app: Installation, when: str) -> None:
    with (app.folder / "config.toml").open("a") as file:
        file.write(f'[schedule]\ndigest = "{when}"\n')


def digests(relay: Relay) -> list[Posted]:
    return [letter for letter in relay.to(STAFF) if "to be done" in letter.text]


def test_it_goes_out_by_itself(app: Installation, relay: Relay) -> None:
    scheduled(app, "every 1s")
    app.place()
    daemon = app.start()
    first, second = relay.wait_for(STAFF, 2)[:2]
    assert "0 to be done, 1 waiting" in first.text
    assert "0 to be done, 1 waiting" in second.text
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines)


@pytest.mark.parametrize("when", ["every 24h", "0 7 * * *"])
def test_days_down_are_caught_up_by_one_letter(app: Installation, relay: Relay, when: str) -> None:
    scheduled(app, when)
    assert app.cli("digest", "--send").code == 0
    with closing(sqlite3.connect(app.folder / "var" / "mailproc.db")) as store:
        store.execute("UPDATE event SET at = '2020-01-01 07:00:00.000000' WHERE type = 'digest'")
        store.commit()
    daemon = app.start()
    relay.wait_for(STAFF, 2)  # the one asked for by hand, and one for all the days
    assert daemon.stop() == 0
    daemon = app.start()
    app.place()
    relay.wait_for("orders@bl.example")
    app.until(["outbox"], lambda waits: waits == [])
    assert len(digests(relay)) == 2
    assert daemon.stop() == 0


def test_off_as_shipped(app: Installation, relay: Relay) -> None:
    app.place()
    daemon = app.start()
    relay.wait_for("orders@bl.example")
    assert daemon.stop() == 0
    assert digests(relay) == []


def test_a_wrong_hour_is_refused_at_start(app: Installation, relay: Relay) -> None:
    scheduled(app, "at breakfast")
    ran = app.cli("check")
    assert ran.code == 3
    assert "schedule.digest" in ran.err
