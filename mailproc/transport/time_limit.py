"""End a wait for what cannot be ended itself: the name of a server is looked up without any limit of time."""

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

_looked_up: dict[tuple[str, int], Future[Sequence[str]]] = {}
"""Names that are being looked up: of one that nobody answers for, one thread waits, however many ask."""
_lock = threading.Lock()


def within(seconds: float, question: Callable[[], T], name: str) -> T:
    """Return the answer of ``question``, which a thread called ``name`` puts.

    Raise TimeoutError once ``seconds`` are over, and what the question raises. The thread goes on.
    """
    return _put(question, name).result(seconds)


def addresses(host: str, port: int, seconds: float) -> Sequence[str]:
    """Return the addresses of a server, in the order of the system. Raise OSError and UnicodeError.

    TimeoutError is an OSError: nobody has told them within ``seconds``.
    """
    key = host, port

    def look_up() -> Sequence[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return [str(one[4][0]) for one in found]
        finally:
            with _lock:
                _looked_up.pop(key, None)

    with _lock:
        under_way = _looked_up.get(key)
        if under_way is None:
            under_way = _looked_up[key] = _put(look_up, f"addresses of {host[:80]}")
    return under_way.result(seconds)


def _put(question: Callable[[], T], name: str) -> Future[T]:
    answer: Future[T] = Future()

    def put() -> None:
        try:
            answer.set_result(question())
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=put, name=name, daemon=True).start()
    return answer
