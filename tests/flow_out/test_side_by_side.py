"""Several connections to the relay side by side: what docs/queue.md promises holds for each letter."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, text

from mailproc.errors import TryLater
from mailproc.flow import parallel, send
from mailproc.mail.letter import Envelope
from mailproc.store.engine import Store
from tests.flow_out.office import BL, Office
from tests.servers.relay import Relay

T = TypeVar("T")
LONG = 30.0
"""Seconds until a test gives up."""


class Spoken:
    """A ``deliver`` that notes which letters are under way at once. ``how`` is what becomes of one."""

    def __init__(self, how: Callable[[str], object] = lambda _name: None) -> None:
        self.how = how
        self.began: list[str] = []
        self.together: list[set[str]] = []
        self._now: set[str] = set()
        self._changed = threading.Condition()

    def __call__(self, _envelope: Envelope, _raw: bytes, name: str) -> tuple[str, str]:
        with self._changed:
            self.began.append(name)
            self._now.add(name)
            self.together.append(set(self._now))
            self._changed.notify_all()
        try:
            self.how(name)
        finally:
            with self._changed:
                self._now.discard(name)
        return "handed_over", "250 ok"

    def wait_until(self, *names: str) -> None:
        """These letters have begun."""
        with self._changed:
            assert self._changed.wait_for(lambda: set(names) <= set(self.began), LONG), (names, self.began)


def letters(office: Office, count: int) -> None:
    """So many letters of one order each: O1, O2, …"""
    for number in range(count):
        office.place(f"Title {number}")
        office.quiet()


def sent(office: Office, spoken: Any, **how: Any) -> int:
    return send.run(office.store, office.app.context, spoken, **how)


def states(office: Office, count: int) -> list[str]:
    return [office.letter(number)["state"] for number in range(1, count + 1)]


def test_as_many_letters_at_once_as_the_key_says(office: Office) -> None:
    office.configure(connections=3)
    letters(office, 6)
    meet = threading.Barrier(3)
    spoken = Spoken(lambda _name: meet.wait(LONG))
    assert sent(office, spoken) == 6
    assert max(map(len, spoken.together)) == 3
    assert sorted(spoken.began) == [f"O{number}" for number in range(1, 7)]
    assert states(office, 6) == ["handed_over"] * 6


@pytest.mark.parametrize(("mode", "connections"), [("smtp", 1), ("folder", 4)])
def test_with_one_connection_letters_go_in_order(sqlite_office: Office, mode: str, connections: int) -> None:
    sqlite_office.configure(mode=mode, connections=connections)
    letters(sqlite_office, 4)
    spoken = Spoken()
    assert sent(sqlite_office, spoken) == 4
    assert spoken.began == ["O1", "O2", "O3", "O4"]
    assert max(map(len, spoken.together)) == 1


SAME_REQUEST = text(
    "UPDATE intent SET request_id = (SELECT request_id FROM intent WHERE outgoing_id = 1)"
    " WHERE outgoing_id = 2"
)


def test_messages_about_one_request_are_sent_in_order(office: Office) -> None:
    """The second letter waits for the first, which is about the same; the third does not."""
    office.configure(connections=3)
    letters(office, 3)
    office.store.write(lambda connection: connection.execute(SAME_REQUEST))
    spoken = Spoken()
    spoken.how = lambda name: spoken.wait_until("O3") if name == "O1" else None
    assert sent(office, spoken) == 3
    assert spoken.began == ["O1", "O3", "O2"]
    assert not any({"O1", "O2"} <= each for each in spoken.together)


def test_a_letter_that_comes_meanwhile_does_not_wait_for_one_that_hangs(office: Office) -> None:
    office.configure(connections=2)
    letters(office, 1)
    spoken = Spoken()
    spoken.how = lambda name: spoken.wait_until("O2") if name == "O1" else None
    sender = threading.Thread(target=sent, args=(office, spoken))
    sender.start()
    spoken.wait_until("O1")
    office.place("Two")
    office.quiet()
    sender.join(LONG)
    assert not sender.is_alive()
    assert states(office, 2) == ["handed_over"] * 2


def test_after_the_first_try_later_none_is_begun_and_the_others_are_ended(office: Office) -> None:
    office.configure(connections=3)
    letters(office, 5)
    spoken = Spoken()

    def how(name: str) -> None:
        spoken.wait_until("O1", "O2", "O3")
        if name == "O2":
            raise TryLater("relay said 451")

    spoken.how = how
    assert sent(office, spoken) <= 5
    assert office.letter(2)["state"] == "prepared"
    assert "451" in office.letter(2)["last_error"]
    assert states(office, 3) == ["handed_over", "prepared", "handed_over"]
    assert "sending" not in states(office, 5)


HAS_OWN_HOST = """
[[partner]]
symbol = "XX-TCP"
address = "ill@tcp.example"
codec = "iso10161"
proof = ["none"]
transport = "tcp"
[partner.tcp]
address = "127.0.0.1:9"
"""
IS_A_ZFL = """
[[partner]]
symbol = "XX-SLNP"
address = "zfl@zfl.example"
codec = "slnp"
proof = ["none"]
roles = ["REQUESTER", "RESPONDER"]
transport = "slnp"
[partner.slnp.info]
host = "127.0.0.1"
port = 9
tls = false
fields = ["BestellId:{bestell_id}"]
"""
BEHIND_THE_HUB = "".join(
    f"""
[[partner]]
symbol = "{symbol}"
address = "ill@{symbol.lower()}.example"
codec = "illsbn"
proof = ["none"]
transport = "http"
"""
    for symbol in ("IT-XX0001", "IT-XX0002")
)
HUB = '[hub]\nurl = "http://127.0.0.1:9/hub"\n'
HOSTS = {
    "tcp": ("XX-TCP", HAS_OWN_HOST),
    "slnp": ("XX-SLNP", IS_A_ZFL),
    "http": ("IT-XX0001", HUB + BEHIND_THE_HUB),
}
BY_HOST = text("UPDATE outgoing SET partner = :partner, transport = :way WHERE id <= :last")


def with_host(office: Office, connections: int, last: int, count: int, way: str = "tcp") -> None:
    """So many letters; those up to ``last`` are for the host of one partner."""
    partner, library = HOSTS[way]
    office.configure(connections=connections, library=library)
    letters(office, count)
    values = {"last": last, "partner": partner, "way": way}
    office.store.write(lambda connection: connection.execute(BY_HOST, values))


@pytest.mark.parametrize("way", HOSTS)
@pytest.mark.parametrize("limit", [1, 20])
def test_a_partners_own_host_that_hangs_holds_up_its_own_letters_alone(
    office: Office, limit: int, way: str
) -> None:
    with_host(office, 1, 2, 4, way)
    spoken = Spoken()
    spoken.how = lambda name: spoken.wait_until("O3", "O4") if name == "O1" else None
    while sent(office, spoken, limit=limit):
        pass
    assert spoken.began == ["O1", "O3", "O4", "O2"]
    assert max(map(len, spoken.together)) == 2
    assert states(office, 4) == ["handed_over"] * 4


def test_the_hub_has_one_letter_at_a_time_whichever_library_it_is_for(office: Office) -> None:
    with_host(office, 1, 2, 5, "http")
    other = text("UPDATE outgoing SET partner = 'IT-XX0002' WHERE id = 2")
    office.store.write(lambda connection: connection.execute(other))
    spoken = Spoken()
    spoken.how = lambda name: spoken.wait_until("O3", "O4", "O5") if name == "O1" else None
    while sent(office, spoken):
        pass
    assert spoken.began[0] == "O1"
    assert not any({"O1", "O2"} <= each for each in spoken.together)
    assert states(office, 5) == ["handed_over"] * 5


def test_a_partners_own_host_is_called_while_the_relay_hangs(office: Office) -> None:
    with_host(office, 2, 0, 2)
    spoken = Spoken()

    def how(name: str) -> None:
        if name == "O1":
            letters(office, 1)
            office.store.write(lambda connection: connection.execute(THIRD_BY_TCP))
            spoken.wait_until("O2", "O3")
        if name == "O2":
            spoken.wait_until("O3")

    spoken.how = how
    assert sent(office, spoken) == 3
    assert states(office, 3) == ["handed_over"] * 3


THIRD_BY_TCP = text("UPDATE outgoing SET partner = 'XX-TCP', transport = 'tcp' WHERE id = 3")


def test_a_try_later_of_the_relay_does_not_wait_for_a_partners_own_host(office: Office) -> None:
    with_host(office, 2, 1, 4)
    spoken = Spoken()

    def how(name: str) -> None:
        if name == "O1":
            spoken.wait_until("O3", "O4")
        if name == "O2":
            raise TryLater("relay said 451")

    spoken.how = how
    assert sent(office, spoken) == 4
    assert states(office, 4) == ["handed_over", "prepared", "handed_over", "handed_over"]


def test_a_try_later_of_a_partners_own_host_stops_no_others(office: Office) -> None:
    with_host(office, 2, 1, 4)
    spoken = Spoken()

    def how(name: str) -> None:
        if name == "O1":
            spoken.wait_until("O2")
            raise TryLater("refused")
        if name == "O2":
            spoken.wait_until("O4")

    spoken.how = how
    assert sent(office, spoken) == 4
    assert states(office, 4) == ["prepared"] + ["handed_over"] * 3


@contextmanager
def failing_after(store: Store, letter: str, spoken: Spoken) -> Iterator[Store]:
    """A store that cannot write from the moment on at which ``letter`` was handed over."""

    class Full:
        underway, check_run = store.underway, store.check_run
        is_held = False

        def write(self, job: Callable[[Connection], T]) -> T:
            if letter in spoken.began:
                raise TryLater("the disk is full")
            return store.write(job)

    yield Full()  # type: ignore[misc]  # what the sender asks of a store


def test_a_store_that_fails_leaves_all_that_was_under_way_in_doubt(office: Office) -> None:
    """And nothing is raised while a letter is still being spoken: the next round would take it for dead."""
    office.configure(connections=3)
    letters(office, 3)
    spoken, ended = Spoken(), list[str]()

    def how(name: str) -> None:
        spoken.wait_until("O1", "O2", "O3")
        time.sleep(0.2 if name == "O3" else 0)  # the last is through long after the first
        ended.append(name)

    spoken.how = how
    with (
        failing_after(office.store, "O3", spoken) as full,
        pytest.raises(TryLater, match="disk"),
    ):
        send.run(full, office.app.context, spoken)
    assert sorted(ended) == ["O1", "O2", "O3"]
    assert states(office, 3) == ["sending"] * 3
    assert send.recover(office.store, office.app.context) == 3
    assert states(office, 3) == ["in_doubt"] * 3  # ARTEmail: a second order may cost money
    again = Spoken()
    sent(office, again)
    assert again.began == []


def test_a_letter_over_which_the_process_died_goes_alone(office: Office) -> None:
    office.configure(connections=4)
    letters(office, 5)
    office.store.write(lambda c: c.execute(text("UPDATE outgoing SET unfinished = 1 WHERE id = 3")))
    spoken = Spoken(lambda _name: time.sleep(0.02))
    assert sent(office, spoken) == 5
    assert all(each == {"O3"} for each in spoken.together if "O3" in each)
    assert states(office, 5) == ["handed_over"] * 5


def test_one_that_died_too_often_is_shelved_beside_others(sqlite_office: Office) -> None:
    sqlite_office.configure(connections=2)
    letters(sqlite_office, 3)
    sqlite_office.store.write(lambda c: c.execute(text("UPDATE outgoing SET unfinished = 5 WHERE id = 2")))
    spoken = Spoken()
    spoken.how = lambda name: spoken.wait_until("O3") if name == "O1" else None
    assert sent(sqlite_office, spoken) == 2
    assert states(sqlite_office, 3) == ["handed_over", "shelved", "handed_over"]


def test_a_bug_and_an_end_of_the_process_are_seen_from_every_thread(sqlite_office: Office) -> None:
    sqlite_office.configure(connections=2)
    letters(sqlite_office, 2)

    class Killed(BaseException):
        pass

    def how(name: str) -> None:
        raise Killed if name == "O2" else ZeroDivisionError

    with pytest.raises(Killed):
        sent(sqlite_office, Spoken(how))
    assert set(states(sqlite_office, 2)) <= {"sending", "in_doubt"}
    assert send.recover(sqlite_office.store, sqlite_office.app.context) >= 1


def test_no_room_for_a_thread_defers_the_letter(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_office.configure(connections=3)
    letters(sqlite_office, 3)

    class Crowded(threading.Thread):
        def start(self) -> None:
            if self.name == "O2":
                raise RuntimeError("can't start new thread")
            super().start()

    monkeypatch.setattr(parallel, "threading", SimpleNamespace(Thread=Crowded))
    sent(sqlite_office, Spoken())
    assert states(sqlite_office, 2) == ["handed_over", "prepared"]
    assert "can't start new thread" in sqlite_office.letter(2)["last_error"]
    assert "sending" not in states(sqlite_office, 3)


def test_a_bug_beside_a_letter_under_way_waits_for_its_end(sqlite_office: Office) -> None:
    sqlite_office.configure(connections=2)
    letters(sqlite_office, 2)
    spoken, failed = Spoken(), threading.Event()

    def goes_on() -> bool:
        if len(spoken.began) == 2:
            failed.set()
            raise ZeroDivisionError
        return True

    spoken.how = lambda _name: failed.wait(LONG) and None
    with pytest.raises(ZeroDivisionError):
        sent(sqlite_office, spoken, goes_on=goes_on)
    assert states(sqlite_office, 2) == ["handed_over"] * 2


def test_no_more_are_begun_once_the_service_ends(sqlite_office: Office) -> None:
    sqlite_office.configure(connections=2)
    letters(sqlite_office, 6)
    spoken = Spoken()
    assert sent(sqlite_office, spoken, goes_on=lambda: len(spoken.began) < 2) < 6
    assert "sending" not in states(sqlite_office, 6)


def test_a_real_relay_takes_them_over_as_many_connections(office: Office, relay: Relay) -> None:
    office.configure(connections=3)
    letters(office, 9)
    relay.pause = lambda: 0.05
    office.send()
    assert len(relay.to(BL)) == 9
    assert 1 < len(relay.peers) <= 3
    before = len(relay.peers)
    relay.pause = lambda: 0
    for _ in range(3):  # few letters keep to one connection
        office.place("One more")
        office.quiet()
        office.send()
    assert len(relay.peers) == before
    assert states(office, 12) == ["handed_over"] * 12
