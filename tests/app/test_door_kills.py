"""The service killed while it takes a message at the hub's door, or an order at the door for SLNP.

What was acknowledged is there; what was not comes again, and is one.
"""

import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.app.installation import DEADLINE, Daemon, Installation
from tests.slnp.zfl import Zfl, order

SECRET = "a-secret-path-of-the-hub"
REQUEST = Path(__file__).parents[1] / "samples" / "illsbn" / "request-loan.body"

KILLED = """
import os, signal
from sqlalchemy.engine.default import DefaultDialect
from mailproc.store import inbox
really_keep, really_commit, commits = inbox.keep, DefaultDialect.do_commit, []

def keep(connection, letters):
    commits.append("kept")
    return really_keep(connection, letters)

def do_commit(self, dbapi_connection):
    if commits:
        commits.append("commit")
    if commits.count("commit") == {number} and "{when}" == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    really_commit(self, dbapi_connection)
    if commits.count("commit") == {number}:
        os.kill(os.getpid(), signal.SIGKILL)

inbox.keep, DefaultDialect.do_commit = keep, do_commit
"""
"""Killed at the commit of that number since a message came, before or after it is on the disk."""

HUB = """
[hub]
url = "http://127.0.0.1:9/hub"

[schedule]
hub = "every 12h"

[listen_http]
enabled = true
port = 0
path = { file = "hub.secret" }

[[partner]]
symbol = "IT-XX0002"
address = "ill@other.example"
codec = "illsbn"
transport = "http"
roles = ["REQUESTER", "RESPONDER"]
proof = ["none"]
[partner.illsbn]
our_id = "IT-XX0001"
"""

SLNP = """
[listen_slnp]
enabled = true
port = 0
partner = "ZFL"

[[partner]]
symbol = "ZFL"
address = "zfl@zfl.example"
codec = "slnp"
roles = ["REQUESTER", "RESPONDER"]
proof = ["none"]
"""

Crash = tuple[int, str]
CRASHES = [(1, "before"), (1, "after"), (2, "before"), (2, "after")]


def opened(app: Installation, more: str) -> None:
    path = app.folder / "config.toml"
    path.write_text(
        path.read_text().replace('name = "Town Library"', 'name = "Town Library"\naliases = ["DE-X1"]') + more
    )
    (app.folder / "hub.secret").write_text(SECRET)
    (app.folder / "hub.secret").chmod(0o600)


def port_of(daemon: Daemon) -> int:
    return int(daemon.says("listening on", times=2).rpartition(":")[2])


def posted(port: int) -> int:
    """Post the request as the hub does; return the status, 0 if no answer came."""
    line = HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        line.request("POST", f"/{SECRET}/apdu/XX0001", REQUEST.read_bytes())
        return line.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        line.close()


def ordered(port: int) -> list[str]:
    """Give the order as a ZFL does; return the lines of the answer, none if none came."""
    try:
        with Zfl(port) as zfl:
            return zfl.says(order())
    except OSError:
        return []


@pytest.fixture
def crashes(app: Installation) -> Callable[[int, str], Daemon]:
    def start(number: int, when: str) -> Daemon:
        return app.start(code=KILLED.format(number=number, when=when))

    return start


@pytest.mark.parametrize(("number", "when"), CRASHES)
def test_a_post_of_the_hub_is_one_request_whenever_the_service_dies(
    app: Installation, crashes: Callable[[int, str], Daemon], number: int, when: str
) -> None:
    opened(app, HUB)
    daemon = crashes(number, when)
    status = posted(port_of(daemon))
    assert daemon.ends() == -9
    assert status in ((0,) if number == 1 else (0, 200))
    daemon = app.start()
    if (number, when) == (1, "before"):
        assert app.json("requests") == [], "nothing was acknowledged, and nothing is half there"
    else:
        app.until(["requests"], lambda found: len(found) == 1)
    assert [posted(port_of(daemon)) for _ in range(2)] == [200, 200]
    (request,) = app.until(["requests"], lambda found: len(found) == 1)
    assert (request["role"], request["state"]) == ("RESPONDER", "IN_PROCESS")
    assert daemon.stop() == 0
    assert app.cli("verify").code == 0
    assert app.json("requests") == [request]


@pytest.mark.parametrize(("number", "when"), [*CRASHES, (3, "after")])
def test_an_order_of_the_zfl_is_one_request_whenever_the_service_dies(
    app: Installation, crashes: Callable[[int, str], Daemon], number: int, when: str
) -> None:
    opened(app, SLNP)
    daemon = crashes(number, when)
    lines = ordered(port_of(daemon))
    assert daemon.ends() == -9
    assert lines == [] or lines[0].startswith("600")
    daemon = app.start()
    if not lines and (number, when) == (1, "before"):
        assert app.json("requests") == []
    for _ in range(2):
        assert "601 PFLNummer:B1-1" in ordered(port_of(daemon))
    (request,) = app.json("requests")
    assert (request["number"], request["state"]) == ("B1", "PENDING")
    assert daemon.stop() == 0
    assert app.cli("verify").code == 0


def test_an_order_that_is_half_here_leaves_nothing(app: Installation) -> None:
    opened(app, SLNP)
    daemon = app.start()
    with socket.create_connection(("127.0.0.1", port_of(daemon)), timeout=DEADLINE) as line:
        line.sendall(order()[:-20])
        daemon.kill()
    daemon = app.start()
    assert app.json("requests") == []
    assert "601 PFLNummer:B1-1" in ordered(port_of(daemon))
