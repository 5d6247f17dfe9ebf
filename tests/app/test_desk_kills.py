"""The service killed at the commit of an act, of another system's and of a person's at the desk.

What was not answered is asked again, and is done once.
"""

import json
import re
from collections.abc import Callable

import httpx
import pytest

from tests.app.installation import DEADLINE, Daemon, Installation
from tests.support import configuration
from tests.web.browser import PageShown

KILLED = """
import os, signal
from sqlalchemy.engine.default import DefaultDialect
from mailproc.office.acts import perform
really_perform, really_commit, commits = perform._perform, DefaultDialect.do_commit, []

def performed(connection, context, act, files, live):
    if act.note == "{said}":
        commits.append("begun")
    return really_perform(connection, context, act, files, live)

def do_commit(self, dbapi_connection):
    if commits:
        commits.append("commit")
    if commits.count("commit") == {number} and "{when}" == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    really_commit(self, dbapi_connection)
    if commits.count("commit") == {number}:
        os.kill(os.getpid(), signal.SIGKILL)

perform._perform, DefaultDialect.do_commit = performed, do_commit
"""
"""Killed at the commit of that number since the act began, before or after it is on the disk."""
CRASHES = [(1, "before"), (1, "after"), (2, "before"), (2, "after")]
PASSWORD = "a long enough one"
SAID = "Is it on its way?"


@pytest.fixture
def open_desk(app: Installation) -> Callable[..., tuple[Daemon, str]]:
    """Starts a service with a desk, one request in it; the daemon, and the address of its desk."""
    with (app.folder / "config.toml").open("a") as file:
        file.write(configuration.section("web", enabled=True, port=0))
    app.place()

    def start(code: str = "") -> tuple[Daemon, str]:
        daemon = app.start(code=code)
        found = re.search(r"the desk is at (http://[0-9.:]+)", daemon.says("the desk is at"))
        assert found
        return daemon, found[1]

    return start


def messages(app: Installation) -> int:
    """How often it was said, as the history has it."""
    return json.dumps(app.json("show", "B1")["history"]).count(SAID)


def asked(address: str, token: str) -> httpx.Response | None:
    """What is answered to the system; None if nothing is."""
    head = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
    act = {"action": "message", "note": SAID}
    try:
        return httpx.post(f"{address}/api/requests/B1/acts", json=act, headers=head, timeout=DEADLINE)
    except httpx.HTTPError:
        return None


@pytest.mark.parametrize(("number", "when"), CRASHES)
def test_an_act_of_another_system_is_one_act_whenever_the_service_dies(
    app: Installation, open_desk: Callable[..., tuple[Daemon, str]], number: int, when: str
) -> None:
    token = app.json("tokens", "add", "catalogue")["token"]
    daemon, address = open_desk(KILLED.format(number=number, when=when, said=SAID))
    first = asked(address, token)
    assert daemon.ends() == -9
    assert first is None or number == 2
    daemon, address = open_desk()
    assert messages(app) == (0 if (number, when) == (1, "before") else 1)
    again, once_more = asked(address, token), asked(address, token)
    assert again is not None and once_more is not None
    assert (again.status_code, once_more.status_code) == (200, 200), again.text
    assert again.json() == once_more.json()
    assert first is None or first.json() == again.json()
    assert messages(app) == 1
    assert daemon.stop() == 0
    assert app.cli("verify").code == 0


def page(browser: httpx.Client, path: str, form: dict[str, str] | None = None) -> PageShown | None:
    try:
        said = browser.request("POST" if form is not None else "GET", path, data=form)
    except httpx.HTTPError:
        return None
    return PageShown(said.status_code, said.text, said.headers, str(said.url))


def logged_in(address: str, cookies: httpx.Cookies | None = None) -> httpx.Client:
    return httpx.Client(
        base_url=address, cookies=cookies, follow_redirects=True, timeout=DEADLINE,
        headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip


@pytest.mark.parametrize(("number", "when"), CRASHES)
def test_an_act_at_the_desk_is_one_act_whenever_the_service_dies(
    app: Installation, open_desk: Callable[..., tuple[Daemon, str]], number: int, when: str
) -> None:
    app.cli("staff", "add", "rau", "--name", "M. Rau", stdin=PASSWORD)
    daemon, address = open_desk(KILLED.format(number=number, when=when, said=SAID))
    with logged_in(address) as browser:
        page(browser, "/login", {"login": "rau", "password": PASSWORD})
        shown = page(browser, "/r/B1")
        assert shown is not None
        form = next(one for one in shown.forms("/r/B1/act") if one["action"] == "message") | {"note": SAID}
        page(browser, "/r/B1/act", form)
        assert daemon.ends() == -9
        daemon, address = open_desk()
        with logged_in(address, browser.cookies) as later:
            for _ in range(2):
                again = page(later, "/r/B1/act", form)
                assert again is not None and again.status == 200, again
    assert messages(app) == 1
    assert daemon.stop() == 0
    assert app.cli("verify").code == 0
