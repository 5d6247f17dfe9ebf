"""The service is killed while a page of the desk is open: the page says so, and comes back by itself."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.app.installation import Installation, order
from tests.support import configuration
from tests.web import chromium
from tests.web.chromium import PATIENCE, PROGRAM, Window

expect.set_options(timeout=PATIENCE)
PASSWORD = "a long enough one"


@pytest.fixture
def window(missing: Callable[[str], None]) -> Iterator[Window]:
    if not PROGRAM.exists():
        missing("chromium")
    with chromium.started() as driven:
        one = Window(driven, "", 1280)
        yield one
        one.close()


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_killed_and_started_again(app: Installation, window: Window) -> None:
    with (app.folder / "config.toml").open("a") as file:
        file.write(configuration.section("web", enabled=True, port=free_port()))
    assert app.cli("staff", "add", "rau", "--name", "M. Rau", stdin=PASSWORD).code == 0
    daemon = app.start()
    found = re.search(r"the desk is at (http://[0-9.:]+)", daemon.says("the desk is at"))
    assert found
    window.origin = found[1]
    daemon.takes(order("C76"))
    app.until(["requests"], lambda known: len(known) == 1)
    with window.page.expect_request("**/events**"):
        window.log_in("rau", PASSWORD)
    expect(window.page.locator("[data-row=L1]")).to_be_visible()
    window.page.locator("#mark-L1, #at-L1").first.focus()
    daemon.kill()
    expect(window.page.locator("#news")).to_contain_text("Nothing here is newer than")
    expect(window.page.locator("[data-row=L1]")).to_be_visible()
    app.start().takes(order("C77"))
    news = window.page.get_by_role("button", name="new · show")
    news.wait_for()
    assert window.page.locator("[data-row=L2]").count() == 0, "nothing moves until it is asked for"
    news.click()
    expect(window.page.locator("[data-row=L2]")).to_have_attribute("data-news", "new")
    expect(window.page.locator("#news")).to_be_empty()
    assert "M. Rau" in window.page.locator("header").inner_text()
