"""A library system that speaks SIP2 on a loopback port: another's server, with readers of the test's.

``waits`` holds its answers back, as one does that is slow.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.abc
import anyio.from_thread
import anyio.lowlevel
from anyio.streams.tls import TLSListener
from pysip2 import (
    LOGIN,
    PATRON_INFORMATION,
    LoginResponse,
    PatronInformationResponse,
    SIP2Server,
)

USER, PASSWORD = "ill", "Sip2-Passw0rd"
COUNTS: dict[str, Any] = {
    f"{name}_count": "0000"
    for name in (
        "hold_items",
        "overdue_items",
        "charged_items",
        "fine_items",
        "recall_items",
        "unavailable_holds",
    )
}
BLANK = " " * 14


@dataclass(frozen=True)
class KnownReader:
    """``status``: 14 characters, Y where something is blocked. ``number``: as the system writes it; as it was
    asked for where it is empty."""

    name: str
    status: str = BLANK
    email: str = ""
    message: str = ""
    number: str = ""


def blocked(position: int) -> str:
    return BLANK[:position] + "Y" + BLANK[position + 1 :]


LOST = blocked(4)


class _TlsListener(TLSListener):
    """Goes on after a client that does not trust it."""

    @staticmethod
    async def handle_handshake_error(_error: BaseException, stream: anyio.abc.AnyByteStream) -> None:
        await anyio.aclose_forcefully(stream)


@dataclass
class LibrarySystem:
    """``asked``: the numbers it was asked about, in order; ``heard``: it was asked."""

    readers: dict[str, KnownReader]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)
    waits: threading.Event | None = None

    async def answer(self, number: str) -> PatronInformationResponse:
        self.asked.append(number)
        self.heard.set()
        if self.waits is not None:
            await anyio.to_thread.run_sync(self.waits.wait, 20)
        reader = self.readers.get(number)
        message = reader.message if reader else "No such patron"
        return PatronInformationResponse(
            patron_status=reader.status if reader else BLANK,
            language="001",
            transaction_date="20261129    065604",
            **COUNTS,
            institution_id="MPLIB",
            patron_identifier=(reader.number if reader else "") or number,
            personal_name=reader.name if reader else "",
            email_address=reader.email if reader else None,
            screen_message=(message,) if message else (),
            valid_patron="Y" if reader else "N",
        )


@contextmanager
def library_system(
    readers: dict[str, KnownReader] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[LibrarySystem]:
    """Runs while it is used; ``readers`` may be changed meanwhile."""
    system = LibrarySystem({} if readers is None else readers)
    app = SIP2Server(institution_id="MPLIB", encoding="utf-8")

    @app.route(LOGIN)
    async def login(request: Any, _context: Any) -> LoginResponse:
        right = (request.login_user_id, request.login_password) == (USER, PASSWORD)
        return LoginResponse(ok="1" if right else "0")

    @app.route(PATRON_INFORMATION)
    async def patron(request: Any, _context: Any) -> PatronInformationResponse:
        return await system.answer(request.patron_identifier)

    began, ends = threading.Event(), list[Any]()

    async def serve() -> None:
        # Its own ``start`` leaves the listener open at the end.
        async with await app.listen("127.0.0.1", 0) as plain, anyio.create_task_group() as group:
            listener: Any = _TlsListener(plain, tls, standard_compatible=False) if tls else plain
            group.start_soon(listener.serve, app._handle_connection)
            system.port = plain.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  # no Django
            ends.extend([anyio.lowlevel.current_token(), group.cancel_scope.cancel])
            began.set()

    thread = threading.Thread(target=anyio.run, args=(serve,), daemon=True)
    thread.start()
    assert began.wait(10)
    token, cancel = ends
    try:
        yield system
    finally:
        if system.waits is not None:
            system.waits.set()
        anyio.from_thread.run_sync(cancel, token=token)
        thread.join(10)
