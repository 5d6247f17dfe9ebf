"""A proxy of the library says who reads: it alone is believed."""

import httpx
import pytest

from mailproc.transport.http_server import HttpServer
from tests.web.readers_desk import other


def test_a_trusted_proxy_says_who_it_is(house, reader, by_proxy):
    house.place()
    other(house)
    browser = reader(by_proxy)
    page = browser.get("/my", headers={"X-Reader": "R1"})
    assert "A book" in page.words and "Secret" not in page.words
    assert browser.client.cookies.jar._cookies == {}, "no session of ours"
    assert browser.get("/my").status == 401


@pytest.mark.parametrize("number", ["R9", "r1", "R1 ", "R1, R2", "%", "x" * 200, "R1\u200b".encode()])
def test_a_number_that_is_nobodys_opens_nothing(house, reader, by_proxy, number):
    house.place()
    page = reader(by_proxy).get("/my", headers={"X-Reader": number})
    assert page.status in (401, 403) or number == "R1 "
    assert "A book" not in page.words or number == "R1 "


def test_a_number_that_is_said_twice_opens_nothing(house, reader, by_proxy):
    house.place()
    other(house)
    page = reader(by_proxy).get("/my", headers=[("X-Reader", "R1"), ("X-Reader", "R2")])
    assert page.status == 401


@pytest.mark.parametrize("peer", ["192.0.2.7", "", "::ffff:192.0.2.7", "proxy"])
def test_from_elsewhere_the_header_is_nothing(house, reader, by_proxy, peer):
    """Also where a header says that the client is the trusted one: only the connection counts."""
    house.place()

    async def elsewhere(scope, receive, send):
        await by_proxy({**scope, "mailproc.peer": peer, "client": ("127.0.0.1", 1)}, receive, send)

    said = {"X-Reader": "R1", "X-Forwarded-For": "127.0.0.1"}
    assert reader(elsewhere).get("/my", headers=said).status == 401


def test_the_server_says_who_made_the_connection(house):
    """Whatever X-Forwarded-For says, from a proxy that is believed about the client."""
    seen: list[tuple[str, str]] = []

    async def pages(scope, _receive, send):
        seen.append((scope["client"][0], scope["mailproc.peer"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    server = HttpServer(pages, "127.0.0.1", 0, proxies=("127.0.0.1",))
    host, port = server.start()
    try:
        httpx.get(f"http://{host}:{port}/", headers={"X-Forwarded-For": "198.51.100.9"})
    finally:
        server.stop()
    assert seen == [("198.51.100.9", "127.0.0.1")]
