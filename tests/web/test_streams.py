"""Streams of news: who hears what, and what ends them."""

import http.client
import socket
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from mailproc.config import Web
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.mailroom import dismissal
from mailproc.office.staff import people
from mailproc.transport.http_connection import HttpServerLimits
from mailproc.transport.http_server import HttpServer
from mailproc.web import site, streams
from mailproc.web.streams import Streams
from tests.support.world import World
from tests.web import loop
from tests.web.browser import PASSWORD

PATIENCE = 30.0
"""Seconds, on a machine that is busy."""


class Listener:
    """A window that listens to a stream."""

    def __init__(self, port: int, token: str, on: str = "todo", mark: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("GET", f"/events?on={on}&mark={mark}", headers={"Cookie": f"desk={token}"})
        self.answer = self.connection.getresponse()

    def hears(self) -> str:
        """The next event, "" at the end."""
        lines = []
        while line := self.answer.readline().decode().rstrip("\n"):
            lines.append(line.partition(": ")[2])
        return " ".join(filter(None, lines))

    def hears_of_news(self) -> str:
        while (said := self.hears()) == "beat":
            pass
        return said

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


class Served:
    def __init__(self, house: World) -> None:
        self.streams = Streams()
        self.office = StaffDesk(house.app.store, house.app.context)
        pages = site.application(self.office, Web(enabled=True), self.streams)
        limits = HttpServerLimits(connections=200)
        self.server = HttpServer(pages, "127.0.0.1", 0, limits, ending=self.streams.end)
        _, self.port = self.server.start()
        self.opened: list[Listener] = []

    def token(self, login: str = "rau") -> str:
        return self.office.sessions.begin(login, PASSWORD, "127.0.0.1")

    def listens(self, token: str, on: str = "todo", mark: str = "") -> Listener:
        self.opened.append(Listener(self.port, token, on, mark))
        return self.opened[-1]

    def close(self) -> None:
        for one in self.opened:
            one.close()
        self.server.stop()


@pytest.fixture
def desk(house: World) -> Iterator[Served]:
    made = Served(house)
    yield made
    made.close()


def settled(until: Callable[[], bool]) -> bool:
    ends = time.monotonic() + PATIENCE
    while not until() and time.monotonic() < ends:
        time.sleep(0.01)
    return until()


def shown(desk: Served, name: str) -> str:
    return desk.office.news.marks([name])[name]


def test_a_change_is_said_by_its_name_alone(desk, house):
    token = desk.token()
    house.place(title="On Letters")
    both = desk.listens(token, "todo", shown(desk, "todo")), desk.listens(token, "B1", shown(desk, "B1"))
    assert [one.answer.getheader("content-type") for one in both] == ["text/event-stream; charset=utf-8"] * 2
    assert [one.hears() for one in both] == ["beat", "beat"]
    house.hear("B1-1 SHIPPED LOAN")
    assert [one.hears_of_news() for one in both] == ["message changed todo", "message changed B1"]


def test_letters_and_the_shelf_are_heard_of(desk, house):
    house.place()
    inbox_id = house.inject(
        house.letter("Whose is this?", "someone@bl.example", "Hello"), "someone@bl.example"
    )
    house.run()
    token, names = desk.token(), ("unplaced", f"I{inbox_id}", "O1")
    streams = {name: desk.listens(token, name, shown(desk, name)) for name in names}
    marks = {name: shown(desk, name) for name in names}
    assert desk.office.news.marks(["I999"])["I999"] == desk.office.news.marks(["E999"])["E999"]
    dismissal.dismiss(house.app.store, house.app.context, [names[1]])
    for name in names[:2]:
        assert streams[name].hears_of_news() == f"message changed {name}"
    assert shown(desk, "O1") == marks["O1"] and shown(desk, names[1]) != marks[names[1]]


def test_a_page_that_is_out_of_date_hears_it_at_once(desk, house):
    stream = desk.listens(desk.token(), "todo", "0123456789abcdef")
    assert stream.hears_of_news() == "message changed todo"


def test_a_change_of_another_request_is_no_news(desk, house):
    house.place()
    house.place()
    first = desk.listens(desk.token(), "B1", shown(desk, "B1"))
    second = desk.listens(desk.token(), "B2", shown(desk, "B2"))
    house.act("B2", "cancel")
    house.act("B1", "close")
    assert second.hears_of_news() == "message changed B2"
    assert first.hears_of_news() == "message changed B1"


def test_an_act_of_the_command_line_is_heard(desk, house, python):
    house.place()
    stream = desk.listens(desk.token(), "B1", shown(desk, "B1"))
    config = str(house.app.config.file)
    note = (python, "-m", "mailproc", "--config", config, "note", "B1", "the reader has called")
    ran = subprocess.run(note, capture_output=True, timeout=PATIENCE, check=False)
    assert ran.returncode == 0, ran.stderr
    assert stream.hears_of_news() == "message changed B1"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("on=todo", 401), ("on=B1", 401), ("", 400), ("on=secret", 400), ("on=todo&mark=..%2F", 400),
        ("on=B1%0a", 400),
    ],
)  # fmt: skip
def test_who_is_not_logged_in_or_asks_for_something_else(opened, asked, status):
    page = opened().get(f"/events?{asked}")
    assert (page.status, page.text) == (status, "")


def test_a_person_who_is_out_hears_nothing_more(desk, house):
    stream = desk.listens(desk.token(), "todo", shown(desk, "todo"))
    other = desk.listens(desk.token("head"), "todo", shown(desk, "todo"))
    assert stream.hears() == "beat"
    people.show_out(house.app.store, house.app.context, "rau")
    assert stream.hears_of_news() == "over" and stream.hears() == ""
    house.place()
    assert other.hears_of_news() == "message changed todo", "others are not concerned"


def test_a_stream_keeps_no_session_alive(desk, house, monkeypatch):
    monkeypatch.setattr(streams, "BEAT", 0.1)
    token = desk.token()
    stream = desk.listens(token, "todo", shown(desk, "todo"))
    assert [stream.hears(), stream.hears(), stream.hears()] == ["beat"] * 3
    house.later(hours=7)
    assert stream.hears() == "beat"
    house.later(hours=1, minutes=1)
    assert stream.hears_of_news() == "over"


def test_a_session_has_a_few_streams_and_all_have_some(desk, house, monkeypatch):
    token = desk.token()
    few = [desk.listens(token) for _ in range(streams.MOST_EACH)]
    assert [one.answer.status for one in few] == [200] * len(few)
    refused = desk.listens(token)
    assert (refused.answer.status, refused.answer.getheader("retry-after")) == (503, "60")
    assert desk.listens(desk.token("head")).answer.status == 200
    few[0].close()
    assert settled(lambda: desk.streams.count == streams.MOST_EACH)
    assert desk.listens(token).answer.status == 200, "a place is free again"
    monkeypatch.setattr(streams, "MOST", desk.streams.count)
    assert desk.listens(desk.token("guest")).answer.status == 503


def test_one_person_leaves_places_for_the_others(desk, monkeypatch):
    monkeypatch.setattr(streams, "MOST_OF_PERSON", 3)
    first, second = desk.token(), desk.token()
    assert [desk.listens(one).answer.status for one in (first, first, second, second)] == [200, 200, 200, 503]
    assert desk.listens(desk.token("head")).answer.status == 200


def test_fifty_streams_end_first_when_the_service_stops(desk, house, caplog):
    tokens = [desk.token(login) for login in ("rau", "head", "guest") for _ in range(4)]
    listening = [desk.listens(token) for token in tokens for _ in range(4)]
    for one in listening:
        assert one.hears_of_news() == "message changed todo"
    began = time.monotonic()
    desk.server.stop()
    took = time.monotonic() - began
    assert {one.hears() for one in listening} == {""} and desk.streams.count == 0
    assert took < 2 * 10, "seconds; ten times what is promised, as other tests run beside this one"
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


def test_a_window_that_does_not_read_holds_up_nobody(desk, house):
    token = desk.token()
    with socket.create_connection(("127.0.0.1", desk.port)) as deaf:
        deaf.sendall(
            f"GET /events?on=todo HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: desk={token}\r\n\r\n".encode()
        )
        assert settled(lambda: desk.streams.count == 1)
        stream = desk.listens(token, "todo", shown(desk, "todo"))
        house.place()
        assert stream.hears_of_news() == "message changed todo"
    assert settled(lambda: desk.streams.count == 1), "who is gone is forgotten"


def test_a_store_that_is_away_ends_no_stream(desk, house, monkeypatch):
    from mailproc.errors import TryLater

    stream = desk.listens(desk.token(), "todo", shown(desk, "todo"))
    asked: list[int] = []

    def away() -> int:
        asked.append(1)
        raise TryLater("the store is away")

    with monkeypatch.context() as for_a_while:
        for_a_while.setattr(house.app.store, "data_version", away)
        assert settled(lambda: len(asked) > 1)
    house.place()
    assert stream.hears_of_news() == "message changed todo"


def test_a_page_that_fails_is_silent_alone(desk, house, monkeypatch, caplog):
    from mailproc.office.desk import one_request

    house.place(title="On Letters")
    todo = desk.listens(desk.token(), "todo", shown(desk, "todo"))
    assert todo.hears() == "beat"
    asked: list[str] = []

    def bug(_connection, name, _context):
        asked.append(name)
        raise KeyError("a bug of this page")

    with monkeypatch.context() as for_a_while:
        for_a_while.setattr(one_request, "page", bug)
        bad = desk.listens(desk.token("head"), "B1", "0123456789abcdef")
        assert bad.hears() == "beat"
        assert settled(lambda: bool(asked))
        house.place(title="Another")
        assert todo.hears_of_news() == "message changed todo"
    house.hear("B1-1 SHIPPED LOAN")
    assert bad.hears_of_news() == "message changed B1", "it goes on by itself"
    told = [one for one in caplog.records if one.levelname == "ERROR"]
    assert len(told) == 1 and "B1" in told[0].message


def test_a_look_that_fails_is_not_the_last(desk, house, monkeypatch):
    stream = desk.listens(desk.token(), "todo", shown(desk, "todo"))
    assert stream.hears() == "beat"
    asked: list[int] = []

    def bug(_tokens):
        asked.append(1)
        raise KeyError("a bug of the look at sessions")

    with monkeypatch.context() as for_a_while:
        for_a_while.setattr(desk.office.sessions, "alive", bug)
        house.place(title="On Letters")
        assert settled(lambda: len(asked) > 1)
    house.place(title="Another")
    assert stream.hears_of_news() == "message changed todo"


def test_news_that_come_while_a_window_takes_its_time_are_said(monkeypatch):
    monkeypatch.setattr(streams, "BEAT", 0.2)

    async def heard() -> list[str]:
        stream = streams._Stream("token", "rau", "todo", "")
        said = Streams()._said(stream)
        first = [await anext(said)]
        stream.bell.set()
        first.append(await anext(said))
        stream.bell.set()  # and the second is still on its way
        return [*first, await anext(said)]

    assert [one.partition("\n")[0] for one in loop.run(heard())] == [
        "event: beat",
        "event: message",
        "event: message",
    ]
