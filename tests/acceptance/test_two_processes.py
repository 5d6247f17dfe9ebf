"""Several processes write one store at once: a daemon at work and people at the command line."""

import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import make_url

from mailproc.practice import order_file
from tests.acceptance.service import (
    BORROWER,
    LENDER,
    OURS,
    Service,
    order_letter,
    report_letter,
    request_json,
    send_letters,
)
from tests.servers.relay import Relay

SECONDS, PEOPLE = (10, 4) if os.environ.get("REQUIRE_ALL") == "1" else (2, 2)


class Person(threading.Thread):
    """Places a request, acts on an order of the borrower, cancels, looks: each time the program itself."""

    def __init__(self, service: Service, name: str, until: float) -> None:
        super().__init__(daemon=True)
        self.service, self.who, self.until = service, name, until
        self.placed: list[str] = []
        self.shipped: list[str] = []
        self.trouble: list[str] = []

    def run(self) -> None:
        while time.monotonic() < self.until:
            number = self.do("request", "-", given=json.dumps(request_json(f"Weirs of {self.who}")))
            self.placed += re.findall(r"B\d+", number)
            listed = json.loads(self.do("requests", "--role", "RESPONDER", "--state", "IN_PROCESS", "--json"))
            if listed:
                theirs = listed[hash(self.who) % len(listed)]["number"]
                if "SHIPPED" in self.do("act", theirs, "ship", "--json"):
                    self.shipped.append(theirs)

    def do(self, *words: str, given: str = "") -> str:
        done = self.service.program(*words, given=given)
        refused = done.returncode == 1 and "not possible while" in done.stderr  # a colleague was quicker
        if done.returncode and not refused:
            self.trouble.append(done.stderr)
        return done.stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, serve: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> Service:
    if request.param == "sqlite":
        return serve()
    url = make_url(request.getfixturevalue("empty_postgres_url"))
    monkeypatch.setenv("PGPASSWORD", str(url.password))
    return serve(url._replace(password=None).render_as_string())


def test_a_daemon_at_work_and_people_at_the_command_line(service: Service, relay: Relay) -> None:
    service.start()
    people = [Person(service, f"p{number}", time.monotonic() + SECONDS) for number in range(PEOPLE)]
    for person in people:
        person.start()
    sent = 0
    while any(person.is_alive() for person in people):
        sent += 1
        letter = order_letter(f"w{sent}", [f"W{sent}"])
        send_letters(service.port, BORROWER, letter)
        time.sleep(0.01)  # a busy day, not a flood: the people are what is tried here
    service.rest()
    assert [trouble for person in people for trouble in person.trouble] == []
    placed = [number for person in people for number in person.placed]
    shipped = [number for person in people for number in person.shipped]
    assert len(placed) >= PEOPLE
    assert len(set(placed)) == len(placed)
    assert shipped
    everything_is_there(service, relay, placed, shipped, sent)
    assert "locked" not in service.tail()
    assert service.stop() == 0
    assert service.cli("verify").code == 0


def everything_is_there(
    service: Service, relay: Relay, placed: list[str], shipped: list[str], sent: int
) -> None:
    came = Counter(
        order.number for letter in relay.to(LENDER) for order in order_file.read(letter.raw).orders
    )
    assert came == dict.fromkeys([f"{number}-1" for number in placed], 1)
    begun = service.ask("SELECT tgq, count(*) FROM transactions WHERE role = 'RESPONDER' GROUP BY tgq")
    assert dict(begun) == {f"W{number}": 1 for number in range(1, sent + 1)}
    events = service.ask(
        "SELECT r.number, count(*) FROM history h JOIN transactions t ON t.id = h.transaction_id"
        " JOIN request r ON r.id = t.request_id WHERE h.event = 'ship' GROUP BY r.number"
    )
    assert dict(events) == dict.fromkeys(shipped, 1)
    numbers = service.ask("SELECT number FROM request")
    assert len(set(numbers)) == len(numbers) == len(placed) + sent
    files = service.ask("SELECT file_ref FROM outgoing WHERE file_ref <> ''")
    assert len(set(files)) == len(files)


def test_a_second_daemon_is_refused_and_harms_nothing(service: Service) -> None:
    service.start()
    second = service.cli("run", "--once")
    assert second.code == 1
    assert "another mailproc" in second.err
    send_letters(service.port, BORROWER, order_letter("a", ["A1"]))
    service.rest()
    assert service.ask("SELECT tgq FROM transactions") == [("A1",)]
    assert service.stop() == 0
    assert service.cli("run", "--once").code == 0


def test_one_letter_on_an_idle_machine_goes_through_at_once(
    serve: Callable[..., Service], relay: Relay
) -> None:
    """No measurement (the bench has those): only that nobody sleeps on the way. An idle look is 5 s."""
    service = serve()
    service.start()
    taken = []
    for number in range(1, 6):
        asked = service.place(f"Weirs {number}")
        assert len(relay.wait_for(LENDER, number)) == number
        service.rest()
        begun = time.monotonic()
        report = report_letter(f"r{number}", {f"{asked}-1": "CRF*CANNOT MATCH ITEM"})
        send_letters(service.port, LENDER, report)
        # staff are told by a letter: in, read, stepped, worded, out
        assert len(relay.wait_for(OURS, number)) == number
        taken.append(time.monotonic() - begun)
    assert sorted(taken)[2] < 2, taken
