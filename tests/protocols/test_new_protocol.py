"""A new protocol is one folder and one line: a loan by a toy protocol, from the request to the check-in.

Two whole libraries: real stores, the real stations, and the real SMTP listener of each as the other's relay.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.app import daemon, delivering, door
from mailproc.app.build import House, build
from mailproc.errors import Misconfigured
from mailproc.flow import send
from mailproc.office import acts, place, questions
from mailproc.office.acts import Act
from mailproc.protocols import registry
from mailproc.store import inbox
from tests.protocols.toy_codec import Toy

CONFIG = """\
[library]
symbol = "{us}"
name = "Library {us}"
email = "ill@{us}.example"
[store]
url = "sqlite:///{us}.db"
[listen]
port = 0
[deliver]
mode = "smtp"
host = "127.0.0.1"
security = "none"
[[partner]]
symbol = "{them}"
address = "ill@{them}.example"
codec = "toy"
roles = ["REQUESTER", "RESPONDER"]
proof = ["none"]
"""


class Clock:
    """A second goes by with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Office:
    """A library with its listener; ``relay``: the port to which its letters go."""

    house: House
    clock: Clock
    port: int
    relay: int = 0

    def run(self) -> int:
        """Every station, and the letters out, until nothing is due; how much was done."""
        config = self.house.config
        deliver = config.deliver.model_copy(update={"port": self.relay})
        hand_over, close = delivering.deliverer(config.model_copy(update={"deliver": deliver}), self.clock)
        done = 0
        try:
            while once := daemon.work_once(self.house) + send.run(
                self.house.store, self.house.premises, hand_over
            ):
                done += once
        finally:
            close()
        return done

    def place(self, partner: str) -> str:
        wanted = place.read({"service": "LOAN", "item": {"title": "A Book"}}, (partner,))
        return place.place(self.house.store, self.house.premises, wanted)

    def act(self, number: str, action: str) -> None:
        acts.perform(self.house.store, self.house.premises, Act(action=action, number=number))

    def shown(self, number: str) -> questions.Shown:
        with self.house.store.read() as connection:
            return questions.shown(connection, number)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line."""
    monkeypatch.setitem(registry.PROTOCOLS, Toy.name, Toy())


@pytest.fixture
def make_office(toy: None, tmp_path: Path) -> Iterator[Callable[[str, str], Office]]:
    ends: list[Callable[[], None]] = []

    def make(us: str, them: str) -> Office:
        file, clock = tmp_path / f"{us}.toml", Clock()
        file.write_text(CONFIG.format(us=us, them=them))
        house = build(file, clock)
        house.store.start_writer(lambda: None)

        def keep(letters):
            return house.store.submit(lambda connection: inbox.keep(connection, letters))

        listener, port = door.opened(house.config, keep, clock)
        ends.extend((house.store.close, listener.stop))
        return Office(house, clock, port)

    yield make
    for end in reversed(ends):
        end()


def _talk(*offices: Office) -> None:
    while sum(office.run() for office in offices):
        pass


def test_a_loan_from_the_request_to_the_check_in(make_office: Callable[[str, str], Office]) -> None:
    town, village = make_office("town", "village"), make_office("village", "town")
    town.relay, village.relay = village.port, town.port
    number = town.place("village")
    _talk(town, village)
    for office, request, action in (
        (village, "L1", "ship"),
        (town, number, "receive"),
        (town, number, "return"),
        (village, "L1", "check-in"),
    ):
        office.act(request, action)
        _talk(town, village)
    borrowed, lent = town.shown(number), village.shown("L1")
    assert (borrowed.line.state, lent.line.state) == ("RETURNED", "CHECKED_IN")
    assert _events(borrowed) == ["request", "SHIPPED", "receive", "return", "CHECKED_IN"]
    assert _events(lent) == ["ILL_REQUEST", "ship", "RECEIVED", "RETURNED", "check-in"]
    assert borrowed.closed_at
    assert lent.closed_at


def _events(shown: questions.Shown) -> list[str]:
    return [change.event for change in shown.history]


def test_a_codec_that_is_not_there_is_refused_with_the_names_of_those_that_are(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(us="town", them="village"))
    with pytest.raises(Misconfigured, match=r"codec.*must be one of: artemail, iso10161"):
        config_load.load(file, registry.problems)
