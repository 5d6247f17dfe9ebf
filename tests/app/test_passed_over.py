"""A letter that the server would not give: staff hear of it once, and it comes in when they ask again."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.app.installation import DEADLINE, Installation, order
from tests.servers.imap_liar import Liar, hang_up, honest


@pytest.fixture
def server() -> Iterator[Liar]:
    made = Liar({uid: order(f"C{uid}") for uid in (1, 2, 3)})
    yield made
    made.close()


def refuse_the_second(verb: str, command: str, answer: bytes) -> bytes:
    refused = verb == "FETCH" and "BODY" in command and b"TXC2 " in answer
    return b"TAG NO [SERVERBUG] a bad day\r\n" if refused else answer


def test_staff_hear_of_it_and_fetch_takes_it_in(app: Installation, server: Liar) -> None:
    server.lie = refuse_the_second
    app.mailbox("box", server.port, "ill")
    app.mailbox("other", server.port, "ill")
    daemon = app.start()
    daemon.says("letter UID 2 was passed over: fetch failed: [SERVERBUG] a bad day", times=2)
    app.until(["requests"], lambda found: len(found) == 2)
    unread = app.until(["digest"], lambda found: len(found["mailboxes"]) == 2)["mailboxes"]
    assert "letter UID 2 was passed over" in unread[0]["error"]
    assert "mailproc fetch box" in unread[0]["error"]
    said = app.cli("fetch", "box")
    assert (said.code, "UID 2: fetch failed: [SERVERBUG] a bad day" in said.out) == (1, True)
    server.lie = honest
    assert app.json("fetch", "box") == [{"uid": 2, "id": "I5", "new": True, "reason": ""}]
    assert app.cli("fetch", "box").out == "Nothing of mailbox box was passed over.\n"
    known = [(one["uid"], one["new"]) for one in app.json("fetch", "box", "2", "1")]
    assert known == [(1, False), (2, False)]
    app.until(["requests"], lambda found: len(found) == 3)
    assert [one["name"] for one in app.json("digest")["mailboxes"]] == ["other"]
    del server.letters[2]
    gone = app.cli("fetch", "other", "2")
    assert (gone.code, gone.out) == (1, "UID 2: it is not on the server\n")
    app.until(["digest"], lambda found: found["mailboxes"] == [])  # a look may have been under way
    letters = [one for one in app.json("letters") if "mailproc fetch" in app.cli("letter", one["id"]).out]
    assert len(letters) == 2  # one about each mailbox, though many looks came by
    assert daemon.stop() == 0


def test_a_look_that_drips_harms_neither_the_others_nor_the_end(app: Installation, server: Liar) -> None:
    """Each octet comes in time, the answer never does: the service ends, and works, meanwhile."""

    def drip(verb: str, command: str, answer: bytes) -> bytes | Iterator[bytes]:
        return dripping(stop) if verb == "FETCH" and "BODY" in command else answer

    stop = threading.Event()
    server.lie = drip
    app.mailbox("box", server.port, "ill")
    daemon = app.start()
    try:
        assert server.lied.wait(DEADLINE)
        daemon.takes(order("C9"))
        app.until(["requests"], lambda found: len(found) == 1)
        begun = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - begun < 30  # the mailbox may take 240
    finally:
        stop.set()
    server.lie = honest
    assert app.cli("run", "--once").code == 0
    assert len(app.json("requests")) == 4


def dripping(stop: threading.Event) -> Iterator[bytes]:
    while not stop.wait(0.1):
        yield b"*"


def test_the_service_and_fetch_read_the_same_letter_once(app: Installation, server: Liar) -> None:
    """They commit at the same time, and neither knows of the other."""
    server.letters = {uid: order(f"C{uid}") for uid in range(1, 41)}
    app.mailbox("box", server.port, "ill")
    daemon = app.start()
    uids = [str(uid) for uid in server.letters]
    for _ in range(3):
        assert {one["id"] != "" for one in app.json("fetch", "box", *uids)} == {True}
    app.until(["requests", "--limit", "100"], lambda found: len(found) == 40)
    came = [one for one in app.json("letters", "--limit", "500") if one["id"].startswith("I")]
    assert len(came) == 40
    assert len({one["their_number"] for one in app.json("requests", "--limit", "100")}) == 40
    assert daemon.stop() == 0


def test_what_cannot_be_fetched_is_said(app: Installation, server: Liar) -> None:
    app.mailbox("box", server.port, "ill")
    unknown = app.cli("fetch", "bax")
    assert (unknown.code, "no mailbox 'bax'" in unknown.err, "box" in unknown.err) == (1, True, True)
    assert app.cli("fetch", "box", "x").code == 2
    assert app.cli("fetch", "box", "0").code == 2
    server.lie = hang_up
    away = app.cli("fetch", "box", "1")
    assert (away.code, "mailbox box" in away.err) == (1, True)
