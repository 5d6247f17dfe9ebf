"""One question by HTTP to a real server, which may answer anything."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mailproc.transport import http_client
from mailproc.transport.http_client import HttpLimits, HttpTrouble

Answer = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    answer: Answer
    seen: list[tuple[str, str, bytes, str]]

    def _answered(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, self.path, content, self.headers.get("X-Name", "")))
        type(self).answer(self)

    do_GET = do_POST = _answered  # noqa: N815

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture
def server() -> Iterator[tuple[str, type[_Handler]]]:
    handler = type("Handler", (_Handler,), {"seen": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", handler
        running.shutdown()
        thread.join()


def _says(status: int, content: bytes, **headers: str) -> Answer:
    def answer(handler: _Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_an_answer_is_returned_whatever_its_status(server: tuple[str, type[_Handler]], status: int) -> None:
    url, handler = server
    handler.answer = staticmethod(_says(status, b"words", Location=f"{url}/elsewhere", X_A="1"))
    answer = http_client.ask("POST", f"{url}/there?x=1", b"body", {"X-Name": "value"})
    assert (answer.status, answer.content, answer.headers["x-a"]) == (status, b"words", "1")
    assert handler.seen == [("POST", "/there?x=1", b"body", "value")], "a redirect was followed"


def test_a_question_without_content(server: tuple[str, type[_Handler]]) -> None:
    url, handler = server
    handler.answer = staticmethod(_says(200, b""))
    assert http_client.ask("GET", url).content == b""
    assert handler.seen == [("GET", "/", b"", "")]


def _never(handler: _Handler) -> None:
    threading.Event().wait(2)
    handler.close_connection = True


def _drops(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    handler.close_connection = True


def _drips(handler: _Handler) -> None:
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(40):
            handler.wfile.write(b"X-%d: y\r\n" % number)
            handler.wfile.flush()
            threading.Event().wait(0.05)
    except OSError:
        handler.close_connection = True


def _drips_to_the_end(handler: _Handler) -> None:
    """Without a length the answer ends with the connection; the library then forgets the line."""
    try:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        for _ in range(60):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            threading.Event().wait(0.05)
    except OSError:
        pass
    handler.close_connection = True


BAD: dict[str, tuple[Answer, bool]] = {
    "never": (_never, True),
    "octet by octet": (_drips, True),
    "octet by octet until it closes": (_drips_to_the_end, True),
    "too long": (_says(200, b"x" * 5_000), False),
    "broke off": (_drops, False),
    "no HTTP": (lambda handler: handler.wfile.write(b"SIP2 here\r\n") and None, False),
}


@pytest.mark.parametrize(("answer", "late"), BAD.values(), ids=BAD)
def test_what_is_no_whole_answer(server: tuple[str, type[_Handler]], answer: Answer, late: bool) -> None:
    url, handler = server
    handler.answer = staticmethod(answer)
    with pytest.raises(HttpTrouble) as trouble:
        http_client.ask("POST", url, b"do it", limits=HttpLimits(timeout=0.4, longest=0.6, largest=4_000))
    assert (trouble.value.asked, trouble.value.late) == (True, late), str(trouble.value)


def test_a_handshake_that_never_ends_is_ended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line, contextlib.suppress(OSError):
                for octet in b"\x16\x03\x03\x3f\xff" + b"\x02" * 60:
                    line.sendall(bytes([octet]))
                    threading.Event().wait(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(HttpTrouble) as trouble:
            http_client.ask(
                "GET", f"https://127.0.0.1:{server.getsockname()[1]}/", limits=HttpLimits(0.4, 0.6)
            )
        assert not trouble.value.asked
        assert time.monotonic() - began < 2.5, "the server would have gone on for three seconds"
        thread.join(10)


def test_a_name_that_is_looked_up_without_end_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, asked = threading.Event(), []

    def silent(*given: object, **_more: object) -> list[object]:
        asked.append(given)
        ended.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    limits = HttpLimits(timeout=0.1, longest=5)
    try:
        for _ in range(3):
            with pytest.raises(HttpTrouble) as trouble:
                http_client.ask("GET", "http://ils.example/", limits=limits)
            assert (trouble.value.late, trouble.value.asked) == (True, False)
        assert len(asked) == 1  # a name that nobody answers for costs one thread
    finally:
        ended.set()


def test_a_name_that_was_not_known_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([socket.gaierror(socket.EAI_AGAIN, "later"), socket.gaierror(socket.EAI_NONAME, "none")])

    def unknown(*_given: object, **_more: object) -> list[object]:
        raise next(answers)

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for words in ("later", "none"):
        with pytest.raises(HttpTrouble, match=words) as trouble:
            http_client.ask("GET", "http://ils.example/")
        assert (trouble.value.late, trouble.value.asked) == (False, False)


def test_a_server_that_is_not_there_was_not_asked() -> None:
    with pytest.raises(HttpTrouble, match="refused") as trouble:
        http_client.ask("GET", "http://127.0.0.1:1/")
    assert not trouble.value.asked


def test_a_header_with_a_line_break_is_not_sent_and_not_quoted(server: tuple[str, type[_Handler]]) -> None:
    url, handler = server
    with pytest.raises(HttpTrouble) as trouble:
        http_client.ask("GET", url, headers={"Authorization": "Bearer secret-word\r\nX-B: 1"})
    assert "secret-word" not in f"{trouble.value!r} {trouble.value.__cause__!r}"
    assert handler.seen == []
