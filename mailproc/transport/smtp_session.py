"""Handle one SMTP session: aiosmtpd's commands, with our limits and our own DATA.

aiosmtpd answers 500 to its own exceptions and to long lines, has no deadline inside DATA, no
end to a session, and drops the session at a half-close: each of these loses or bounces mail.
So this class takes those parts over; tests/transport/test_smtp_traps.py holds it to that.
"""

import asyncio
import logging
import ssl
import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, TLSSetupException
from aiosmtpd.smtp import Session as Greeting

from mailproc.config import Listen
from mailproc.transport.smtp_content import END, LINE_END, Content
from mailproc.transport.smtp_deferrals import Deferrals
from mailproc.transport.smtp_login import Logins
from mailproc.transport.smtp_memory import Memory

log = logging.getLogger(__name__)
# aiosmtpd logs commands and, at debug, whole letters: passwords and readers' names stand in both.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

MECHANISMS = ("PLAIN", "LOGIN")
AGAIN = 0.5  # seconds until a deadline that met a commit looks again
FLUSH = 2.0  # seconds a client that is hung up on has to take our last line
IDLE_PATIENCE = 3.0  # seconds without progress after which a client gives way when all places are taken …
DATA_PATIENCE = 10.0  # … and seconds where it is sending a letter's content, when all memory is held, too
GRACE = 10.0  # seconds that a letter's content may take at any rate …
MINIMUM_RATE = 500.0  # … and octets per second that it must bring after that (Postfix asks the same)

# How often a session may say each verb. Letters are many on a kept connection; the rest is idle talk.
CALLS = {"*": 50, "MAIL": 10_000, "RCPT": 100_000, "DATA": 10_000, "RSET": 10_000, "NOOP": 100, "AUTH": 5}

# Octets of a command line. RFC 4954 section 4 gives AUTH 12,288; addresses may be long (RFC 6531).
COMMAND = 512
COMMANDS = {"MAIL": 1_500, "RCPT": 1_500, "AUTH": 12_288}


@dataclass(frozen=True)
class ListenerState:
    """What the sessions of one listener share. ``sessions`` are those that are open now, the oldest first."""

    listen: Listen
    clerk: Any  # aiosmtpd's handler: handle_EHLO, handle_MAIL …
    memory: Memory
    logins: Logins | None = None
    tls: ssl.SSLContext | None = None
    sessions: dict["Session", None] = field(default_factory=dict)
    no_memory: Deferrals = field(default_factory=lambda: Deferrals("452"))
    too_slow: Deferrals = field(default_factory=lambda: Deferrals("421"))


class Session(SMTP):
    """One client's connection. Times in seconds of the event loop's clock."""

    line_length_limit = 65_536  # of the read buffer only: our smtp_DATA takes lines of any length

    def __init__(self, shared: ListenerState, host: str, loop: asyncio.AbstractEventLoop) -> None:
        listen = shared.listen
        self.host = host
        self._shared = shared
        self._received = 0
        self._hung_up = False
        self._content: Content | None = None
        self._progress_at = loop.time()
        self._keeping = False
        self._timers: dict[str, asyncio.TimerHandle] = {}
        super().__init__(
            shared.clerk,
            data_size_limit=listen.max_size,
            enable_SMTPUTF8=True,
            hostname="mailproc",  # a name that is asked of DNS would stop every session meanwhile
            ident="ESMTP",
            tls_context=shared.tls,
            require_starttls=listen.require_tls,
            timeout=listen.timeout,
            command_call_limit=CALLS,
            authenticator=self._authenticated,
            auth_exclude_mechanism=_not_offered(shared),
            loop=loop,
        )
        # The library's own table belongs to the class and grows with every EHLO of anybody.
        self.command_size_limits = defaultdict(lambda: COMMAND, COMMANDS)

    @property
    def takes_logins(self) -> bool:
        return self._shared.logins is not None

    @property
    def held(self) -> int:
        """Octets of memory that the letter under way holds."""
        return self._content.held if self._content is not None else 0

    @property
    def leaving(self) -> bool:
        """It was hung up on and takes no place any more."""
        return self._hung_up

    def may_give_way(self) -> bool:
        """May it be hung up on, so that somebody else gets its place or memory? Never during a commit."""
        patience = DATA_PATIENCE if self._content is not None else IDLE_PATIENCE
        return not (self._keeping or self._hung_up) and self.stood_still() >= patience

    def stood_still(self) -> float:
        """Seconds since the last letter was kept or its content begun, else since the client came."""
        return self.loop.time() - self._progress_at

    # Coming and going

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called again when STARTTLS is done: the deadline is the whole session's."""
        super().connection_made(transport)
        if self not in self._shared.sessions:
            self._shared.sessions[self] = None
            self._at("deadline", self.loop.time() + self._shared.listen.session_timeout, self._expire)

    def connection_lost(self, error: Exception | None) -> None:
        self._shared.sessions.pop(self, None)
        for timer in self._timers.values():
            timer.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)

    def eof_received(self) -> bool | None:
        """A client that has said all may still listen: what it sent is worked off and answered."""
        if self.session is not None and self.session.ssl is not None:
            return False  # TLS knows no half-close
        return asyncio.StreamReaderProtocol.eof_received(self)

    def leave(self) -> None:
        """The listener stops: say so, unless a letter is under way and may still be finished."""
        if self._content is None:
            self.hang_up("421 4.3.2 Going down, try again later")

    def give_way(self) -> None:
        """Somebody else needs the place, or the memory, which is free at once."""
        line = "421 4.3.2 Too busy to wait for you, try again later"
        if self._content is not None:
            self._content.refuse(line)
            self._shared.too_slow.tell(f"a letter under way from {self.host} gave way to others")
        self.hang_up(line)

    def hang_up(self, line: str = "") -> None:
        """Close, after a last line. The row of a letter that is being kept stays."""
        if self._hung_up or self.transport is None:
            return
        self._hung_up = True
        if line and not self.transport.is_closing():  # a TLS transport that closes may not be written to
            self._writer.write(line.encode("ascii") + b"\r\n")
        self.transport.close()
        self._at("cut", self.loop.time() + FLUSH, self.cut)

    def cut(self) -> None:
        """Close at once, whatever was still to be sent."""
        transport = self._original_transport or self.transport  # the socket's, below TLS
        if transport is not None:
            cast(asyncio.WriteTransport, transport).abort()

    async def push(self, status: Any) -> None:
        """Answer, after the others' turn: a client may have sent commands by the thousand at once."""
        await asyncio.sleep(0)  # not behind the answer: STARTTLS must go on at once
        await self._say(status)

    async def _say(self, status: Any) -> None:
        if not self._hung_up:
            await super().push(status)

    async def handle_exception(self, error: Exception) -> str:
        """Answer 421 to any error of a command, without details, and end the session."""
        if isinstance(error, TLSSetupException):
            return ""  # the library closes the connection itself
        if isinstance(error, asyncio.IncompleteReadError):
            self.hang_up()  # the client is gone
        else:
            log.error("SMTP session failed: %s", bare(error))
            self.hang_up("421 4.3.0 Trouble on our side, try again later")
        # Going back would read from the closed stream in a circle: connection_lost cancels us here.
        await asyncio.Event().wait()
        return ""

    # Deadlines

    def _at(self, name: str, when: float, what: Callable[[], None]) -> None:
        self._stop(name)
        self._timers[name] = self.loop.call_at(when, what)

    def _stop(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()

    def _timeout_cb(self) -> None:
        self.hang_up("421 4.4.2 Idle for too long")

    def _expire(self) -> None:
        if self._keeping:
            self._at("deadline", self.loop.time() + AGAIN, self._expire)
        else:
            self.hang_up("421 4.4.2 Session too long")

    def _watch(self, begun: float, before: int) -> None:
        """Cut a content that is too slow, or look again when its present allowance is used up."""
        brought = (self._received - before) / MINIMUM_RATE
        allowed = begun + min(self._shared.listen.data_timeout, GRACE + brought)
        if self.loop.time() >= allowed:
            self._shared.too_slow.tell(f"a letter under way from {self.host} came too slowly")
            self.hang_up("421 4.4.2 Content too slow")
        else:
            self._at("data", allowed, lambda: self._watch(begun, before))

    # Commands

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802  # found by this name
        """TLS inside TLS is refused; the library would begin it."""
        if self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS is active already")
            return
        await super().smtp_STARTTLS(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # found by this name
        if await self._early(arg):
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()  # it would count on through content and commit
        self._progress_at = self.loop.time()
        content = self._content = Content(self._shared.listen.max_size, self._shared.memory, self.host)
        try:
            await self._read(content)
            status = content.refusal or await self._hand_over(content.letter())
        finally:
            self._content = None
            content.release()
            self.envelope = self._create_envelope()
        if not self._hung_up and self.transport is not None:
            self._reset_timeout()
        await self._say(status)  # without a pause: no deadline may cut off the 250 of a letter that was kept

    async def _early(self, arg: str) -> bool:
        if await self.check_helo_needed():
            return True
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return True
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
        return bool(arg)

    async def _read(self, content: Content) -> None:
        self._watch(self.loop.time(), self._received)
        # The end may begin with the line end of DATA itself, which was taken with the command.
        self._reader._buffer[:0] = LINE_END  # type: ignore[attr-defined]
        try:
            while not content.ended:
                content.add(await self._chunk())
                self._find_room(content)
        finally:
            self._stop("data")

    async def _chunk(self) -> bytes:
        """Up to the content's end, or all that is there of it, which leaves the others their turn: the next
        has to be waited for. What follows the content stays unread."""
        try:
            return await self._reader.readuntil(END)
        except asyncio.LimitOverrunError as error:
            return await self._reader.read(error.consumed)

    def _find_room(self, content: Content) -> None:
        """If memory is short, an idle session gives way; if none does, this letter is deferred."""
        shared = self._shared
        while not content.refusal and (shortage := shared.memory.shortage(self.host)):
            if not shared.memory.made_room(self.host, shared.sessions):
                content.refuse("452 4.3.1 Too much mail at once, try again later")
                shared.no_memory.tell(shortage)

    async def _hand_over(self, raw: bytes) -> str:
        """The clerk's answer for the letter. While it is being committed no deadline hangs up."""
        self._keeping = True
        try:
            if self.envelope is not None:
                self.envelope.content = raw
            status: str = await self._call_handler_hook("DATA")
        finally:
            self._keeping = False
            self._progress_at = self.loop.time()
        return status

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Python's address parser raises many things at hostile text; to the client it is malformed."""
        try:
            return super()._getaddr(arg)
        except Exception:  # see above: any of them
            return None, None

    def _getparams(self, params: Sequence[str]) -> dict[str, str | bool] | None:
        """RFC 4954 section 5: who is offered AUTH may add AUTH=<…> to MAIL; it tells us nothing. Parameters
        are ASCII (RFC 5321 section 4.1.2); the library takes "²" for a digit, and fails at it."""
        known = [param for param in params if not param.startswith("AUTH=")]
        return super()._getparams(known) if all(param.isascii() for param in known) else None

    async def auth_PLAIN(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802  # as above
        return await self._judged(await super().auth_PLAIN(server, args))

    async def auth_LOGIN(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        return await self._judged(await super().auth_LOGIN(server, args))

    def _authenticated(
        self, _server: SMTP, _session: Greeting, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        """aiosmtpd would have the answer at once, on the event loop: what was said goes on to ``_judged``."""
        return AuthResult(success=False, handled=False, auth_data=data)

    async def _judged(self, said: AuthResult) -> AuthResult:
        """The answer of the listener's logins; the password is forgotten, the name goes with each letter."""
        if self._shared.logins is None or not isinstance(said.auth_data, LoginPassword):
            return said
        return await self._shared.logins.judged(self.host, said.auth_data)


def _not_offered(shared: ListenerState) -> tuple[str, ...]:
    offered = (shared.listen.login or MECHANISMS) if shared.logins else ()
    return tuple(name for name in MECHANISMS if name not in offered)


def bare(error: BaseException) -> str:
    """Say where an error came from, without its text: that of a database would show the letter."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
