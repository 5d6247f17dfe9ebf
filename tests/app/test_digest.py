"""The day's work by mail, at the hour of config.toml."""

import sqlite3
from contextlib import closing

import pytest

from tests.app.house import House
from tests.servers.relay import Posted, Relay

STAFF = "ill@town.example"


def scheduled(house: House, when: str) -> None:
    with (house.folder / "config.toml").open("a") as file:
        file.write(f'[schedule]\ndigest = "{when}"\n')


def digests(relay: Relay) -> list[Posted]:
    return [letter for letter in relay.to(STAFF) if "to be done" in letter.text]


def test_it_goes_out_by_itself(house: House, relay: Relay) -> None:
    scheduled(house, "every 1s")
    house.place()
    daemon = house.start()
    first, second = relay.wait_for(STAFF, 2)[:2]
    assert "0 to be done, 1 waiting" in first.text
    assert "0 to be done, 1 waiting" in second.text
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines)


@pytest.mark.parametrize("when", ["every 24h", "0 7 * * *"])
def test_days_down_are_caught_up_by_one_letter(house: House, relay: Relay, when: str) -> None:
    scheduled(house, when)
    assert house.cli("digest", "--send").code == 0
    with closing(sqlite3.connect(house.folder / "var" / "mailproc.db")) as store:
        store.execute("UPDATE event SET at = '2020-01-01 07:00:00.000000' WHERE type = 'digest'")
        store.commit()
    daemon = house.start()
    relay.wait_for(STAFF, 2)  # the one asked for by hand, and one for all the days
    assert daemon.stop() == 0
    daemon = house.start()
    house.place()
    relay.wait_for("orders@bl.example")
    house.until(["outbox"], lambda waits: waits == [])
    assert len(digests(relay)) == 2
    assert daemon.stop() == 0


def test_off_as_shipped(house: House, relay: Relay) -> None:
    house.place()
    daemon = house.start()
    relay.wait_for("orders@bl.example")
    assert daemon.stop() == 0
    assert digests(relay) == []


def test_a_wrong_hour_is_refused_at_start(house: House, relay: Relay) -> None:
    scheduled(house, "at breakfast")
    ran = house.cli("check")
    assert ran.code == 3
    assert "schedule.digest" in ran.err
