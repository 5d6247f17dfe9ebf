"""The HTTP server within its limits, over real sockets."""

import asyncio
import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mailproc.errors import Misconfigured
from mailproc.transport.http_connection import HttpServerLimits
from mailproc.transport.http_server import HttpServer

SMALL = HttpServerLimits(connections=3, header=4096, body=1000, seconds=0.5)
PATIENCE = 20.0


async def _echo(request: Request) -> PlainTextResponse:
    client = request.client.host if request.client else ""
    return PlainTextResponse(f"{client} {len(await request.body())}")


async def _breaks(request: Request) -> PlainTextResponse:
    raise RuntimeError("a bug")


APP = Starlette(routes=[Route("/echo", _echo, methods=["GET", "POST"]), Route("/bug", _breaks)])
Opened = Callable[..., tuple[HttpServer, int]]


@pytest.fixture
def opened() -> Iterator[Opened]:
    servers: list[HttpServer] = []

    def open_one(
        app: ASGIApp = APP, limits: HttpServerLimits = SMALL, **more: object
    ) -> tuple[HttpServer, int]:
        server = HttpServer(app, "127.0.0.1", 0, limits, **more)  # type: ignore[arg-type]
        servers.append(server)
        host, port = server.start()
        assert host == "127.0.0.1"
        return server, port

    yield open_one
    for server in servers:
        server.stop()


def ask(port: int, path: str = "/echo", body: bytes | None = None, **headers: str) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        line.request("POST" if body is not None else "GET", path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def silent(port: int, words: bytes = b"") -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    line.sendall(words)
    return line


def all_of(line: socket.socket) -> bytes:
    """What comes until the line is closed; a reset closes it too."""
    found = b""
    with line, suppress(ConnectionError):
        while some := line.recv(65536):
            found += some
    return found


def test_it_answers_and_is_stopped(opened: Opened) -> None:
    server, port = opened()
    assert ask(port, body=b"12345") == (200, "127.0.0.1 5")
    asked: Future[str] = Future()
    server.ask(lambda: asked.set_result(threading.current_thread().name))
    assert asked.result(PATIENCE) == "http"
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        ask(port)
    server.ask(lambda: pytest.fail("nobody is there"))
    server.stop()


def test_a_port_that_is_taken_is_misconfigured(opened: Opened) -> None:
    _, port = opened()
    with pytest.raises(
        Misconfigured, match=f"cannot listen on 127.0.0.1 port {port}: Address already in use"
    ):
        HttpServer(APP, "127.0.0.1", port).start()
    with pytest.raises(Misconfigured, match="cannot listen on no-such-host"):
        HttpServer(APP, "no-such-host.invalid", 0).start()


def test_a_request_in_hand_is_answered_when_the_server_stops(opened: Opened) -> None:
    began, goes_on = threading.Event(), threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        began.set()
        await asyncio.to_thread(goes_on.wait, PATIENCE)
        await PlainTextResponse("done")(scope, receive, send)

    server, port = opened(slow)
    line = silent(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert began.wait(PATIENCE)
    ending = threading.Thread(target=server.stop)
    ending.start()
    goes_on.set()
    assert all_of(line).endswith(b"done")
    ending.join(PATIENCE)
    assert not ending.is_alive()


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_long_is_refused(opened: Opened, declared: bool) -> None:
    _, port = opened()
    assert ask(port, body=b"x" * 1000)[0] == 200
    if declared:
        line = silent(port, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
    else:
        chunk = b"3e9\r\n" + b"x" * 1001 + b"\r\n"
        line = silent(port, b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
    assert all_of(line).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 5000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200 + b"\r\n\r\n",
        b"EHLO somebody\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(opened: Opened, words: bytes) -> None:
    _, port = opened()
    assert all_of(silent(port, words)).startswith(b"HTTP/1.1 400 ")
    assert ask(port)[0] == 200


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"GET /echo HT",
        b"GET /echo HTTP/1.1\r\nHost: x\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
    ],
)
def test_a_client_whose_request_does_not_come_is_cut_off(opened: Opened, words: bytes) -> None:
    """However it stops: uvicorn alone would wait for ever."""
    _, port = opened()
    began = monotonic()
    assert all_of(silent(port, words)) == b""
    assert monotonic() - began >= SMALL.seconds - 0.1


def test_a_client_that_drips_is_cut_off(opened: Opened) -> None:
    _, port = opened()
    line = silent(port)
    with line, pytest.raises(OSError, match=r"reset|Broken pipe"):
        for octet in b"GET /echo HTTP/1.1\r\nX-Long: " + b"y" * 3000:
            line.sendall(bytes([octet]))
            threading.Event().wait(0.02)


def test_a_client_that_does_not_read_is_cut_off(opened: Opened) -> None:
    given_up = threading.Event()

    async def flood(scope: Scope, receive: Receive, send: Send) -> None:
        async def rows() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)  # uvicorn takes what is sent to a client that has gone, at once

        await StreamingResponse(rows())(scope, receive, send)
        given_up.set()

    _, port = opened(flood)
    with silent(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
        assert given_up.wait(PATIENCE)


def test_a_header_that_came_at_once_has_its_limit_too(opened: Opened) -> None:
    _, port = opened()
    assert ask(port, "/" + "x" * 5000)[0] == 431
    assert ask(port, **{"X-Long": "y" * 5000})[0] == 431


def test_silent_clients_keep_nobody_out(opened: Opened) -> None:
    """Of more than the limit the one that has been silent longest is cut off."""
    _, port = opened(limits=HttpServerLimits(connections=3, seconds=PATIENCE))
    lines = [silent(port) for _ in range(3)]
    assert ask(port)[0] == 200
    assert all_of(lines[0]) == b""
    for line in lines:
        line.close()


def test_a_burst_takes_no_more_places_than_there_are(opened: Opened) -> None:
    """Nor open files, also while the newcomers are accepted."""
    server, port = opened(limits=HttpServerLimits(connections=3, seconds=600))
    held, peak, goes_on = threading.Event(), [0], [True]
    server.ask(lambda: held.wait(PATIENCE) and None)
    lines = [silent(port) for _ in range(200)]
    before = _open_files()

    def look() -> None:
        peak[0] = max(peak[0], _open_files() - before)
        if goes_on[0]:
            asyncio.get_running_loop().call_soon(look)

    server.ask(look)
    held.set()
    for line in lines[:-3]:
        assert all_of(line) == b""
    goes_on[0] = False
    assert ask(port)[0] == 200
    assert 3 <= peak[0] <= 30
    for line in lines[-3:]:
        line.close()


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_who_has_begun_to_ask_gives_way_last(opened: Opened) -> None:
    _, port = opened(limits=HttpServerLimits(connections=3, body=1000, seconds=600))
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n"
    begun = silent(port, head)
    assert begun.recv(100).startswith(b"HTTP/1.1 100 ")
    lines = [silent(port) for _ in range(6)]
    for line in lines[:4]:
        assert all_of(line) == b""
    begun.sendall(b"-whole")
    assert begun.recv(15) == b"HTTP/1.1 200 OK"
    for line in (begun, *lines[4:]):
        line.close()


def test_who_may_not_connect_is_closed_unread_and_takes_nobodys_place(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    _, port = opened(limits=HttpServerLimits(connections=1, seconds=600), peers=("127.0.0.1/32",))
    begun = silent(port, b"GET /echo HTTP/1.1\r\n")
    for _ in range(3):
        stranger = socket.create_connection(("127.0.0.1", port), PATIENCE, ("127.0.0.9", 0))
        assert all_of(stranger) == b""
    begun.sendall(b"Host: x\r\n\r\n")
    assert begun.recv(15) == b"HTTP/1.1 200 OK"
    begun.close()
    assert caplog.text.count("HTTP client 127.0.0.9 closed unread") == 1


def test_what_goes_wrong_in_the_loop_is_told_once(opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    server, port = opened()

    def fail() -> None:
        for _ in range(5):
            trouble = {"message": "no more files", "exception": OSError(24, "Too many open files")}
            asyncio.get_running_loop().call_exception_handler(trouble)

    server.ask(fail)
    assert ask(port)[0] == 200
    assert caplog.text.count("no more files") == 1


def test_where_all_are_at_work_one_more_is_told_to_come_again(opened: Opened) -> None:
    goes_on, at_work = threading.Event(), threading.Semaphore(0)

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        at_work.release()
        await asyncio.to_thread(goes_on.wait, PATIENCE)
        await PlainTextResponse("done")(scope, receive, send)

    _, port = opened(slow)
    lines = [silent(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") for _ in range(3)]
    for _ in lines:
        assert at_work.acquire(timeout=PATIENCE)
    assert all_of(silent(port)).startswith(b"HTTP/1.1 503 ")
    goes_on.set()
    assert [all_of(line)[-4:] for line in lines] == [b"done"] * 3


def test_a_bug_is_logged_and_the_path_never(opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    _, port = opened()
    caplog.set_level(logging.DEBUG)
    assert ask(port, "/bug?secret-word")[0] == 500
    assert ask(port, "/secret-word")[0] == 404
    assert ask(port)[0] == 200
    assert "a request by HTTP could not be answered" in caplog.text
    assert "secret-word" not in caplog.text


def test_only_a_proxy_that_is_named_says_who_the_client_is(opened: Opened) -> None:
    _, port = opened()
    assert ask(port, **{"X-Forwarded-For": "192.0.2.7"}) == (200, "127.0.0.1 0")
    _, port = opened(proxies=("127.0.0.0/8",))
    assert ask(port, **{"X-Forwarded-For": "192.0.2.9, 192.0.2.7"}) == (200, "192.0.2.7 0")


SERVER = """
import sys
from starlette.responses import PlainTextResponse
from mailproc.transport.http_server import HttpServer
print(*HttpServer(PlainTextResponse("here"), "127.0.0.1", int(sys.argv[1])).start(), flush=True)
sys.stdin.read()
"""


def test_a_server_that_is_killed_is_started_again_at_once_at_its_port() -> None:
    port = 0
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", SERVER, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline().split()[1])
            with silent(port):  # a connection that the kill breaks
                assert ask(port, "/") == (200, "here")
                os.kill(process.pid, signal.SIGKILL)
                process.wait(PATIENCE)
