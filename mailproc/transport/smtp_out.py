"""The relay: one kept SMTP connection, and for each letter the one right kind of failure.

RFC 5321 section 4.2.1 sorts replies (4yz try later, 5yz never), section 4.5.4 says how long a
client waits. What it cannot say is what became of a letter whose last byte was sent and whose
reply never came: that is InDoubt, and only that.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from mailproc.config import Deliver
from mailproc.errors import GiveUp, InDoubt, MailprocError, TryLater
from mailproc.mail.letter import Envelope
from mailproc.sentence import Part, Sentence, sentence
from mailproc.transport import xoauth2
from mailproc.transport.access_tokens import AccessTokens
from mailproc.transport.tls import client_context
from mailproc.transport.token_server import without_tokens

IDLE = timedelta(seconds=5)  # after that a kept connection is asked whether it is still there
PORTS = {"tls": 465, "starttls": 587, "none": 25}
GOODBYE = 2.0  # seconds for the reply to QUIT: nothing hangs on it, and the end of the service waits for it
LONGEST_REPLY = 300  # of a relay's text, in an error or a row

LONGEST_INITIAL = 480
"""Octets of a login that fit into its command: RFC 4954 section 4 and RFC 5321 section 4.5.3.1.4 (512)."""

# The relay rejects us, not the letter: every letter would fail the same way until somebody acts.
OUR_STANDING = {421, 530, 534, 535, 538}

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")


class _Gone(TryLater):
    """The connection broke before the last byte of the letter: it was not sent."""


class Relay:
    """Sends letters by [deliver]. Not for several threads: one Relay each."""

    def __init__(
        self, deliver: Deliver, clock: Callable[[], datetime], tokens: AccessTokens | None = None
    ) -> None:
        """``tokens``: of a relay with auth = "oauth2"."""
        self._deliver = deliver
        self._tokens = tokens
        self._clock = clock
        self._port = deliver.port or PORTS[deliver.security]
        self._server: smtplib.SMTP | None = None
        self._used_at = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, envelope: Envelope, raw: bytes) -> str:
        """Hand one letter over and give the relay's reply ("250 2.0.0 queued as …").

        Line ends become CRLF. Raises TryLater (4yz, no connection, TLS or login trouble),
        GiveUp (5yz to this letter) or InDoubt (sent whole, no reply).
        """
        if not (_sendable(envelope.mail_from) and _sendable(envelope.rcpt_to)):
            raise GiveUp(sentence("envelope-not-sendable"))
        kept = self._wake()
        try:
            return self._exchange(envelope, raw)
        except _Gone:
            if not kept:
                raise
        return self._exchange(envelope, raw)  # the kept connection had died meanwhile: a fresh one, once

    def check(self) -> str:
        """Connect, log in, say goodbye: one sentence, or TryLater saying what failed."""
        self.close()
        try:
            server = self._connected()
            cipher = server.sock.version() if isinstance(server.sock, ssl.SSLSocket) else "no TLS"
            who = f"logged in as {self._deliver.user}" if self._deliver.user else "no login"
            return f"{self._where}: {cipher}, {who}"
        finally:
            self.close()

    def close(self) -> bool:
        """Say QUIT if there is a connection. The next letter opens a new one. False where no reply came."""
        server, self._server = self._server, None
        if server is None:
            return True
        try:
            if server.sock is not None:
                server.sock.settimeout(min(GOODBYE, self._deliver.timeout))
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()
            return False
        return True

    def drop(self) -> None:
        """Close the connection without a word."""
        if self._server is not None:
            self._server.close()
        self._server = None

    @property
    def _where(self) -> str:
        return f"{self._deliver.host}:{self._port}"

    def _wake(self) -> bool:
        """Whether there is a kept connection; one long idle must first answer NOOP."""
        if self._server is not None and self._clock() - self._used_at > IDLE:
            try:
                alive = self._server.noop()[0] == 250
            except (OSError, smtplib.SMTPException):
                alive = False
            if not alive:
                self.drop()
        return self._server is not None

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                self._server = self._open()
            except (OSError, smtplib.SMTPException, UnicodeError) as error:
                raise self._trouble(TryLater, error) from None
        return self._server

    def _open(self) -> smtplib.SMTP:
        deliver = self._deliver
        token = self._tokens.current() if self._tokens else ""  # first: no server waits meanwhile
        server: smtplib.SMTP
        if deliver.security == "tls":
            server = smtplib.SMTP_SSL(
                deliver.host, self._port, timeout=deliver.timeout, context=client_context()
            )
        else:
            server = smtplib.SMTP(deliver.host, self._port, timeout=deliver.timeout)
        try:
            # Nagle's algorithm against delayed acknowledgement costs 40 ms a letter.
            if server.sock is not None:
                server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.ehlo_or_helo_if_needed()
            if deliver.security == "starttls":
                server.starttls(context=client_context())
                server.ehlo()
            if deliver.user:
                self._log_in(server, token)
        except BaseException:  # whatever it is, no socket is left open
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP, token: str) -> None:
        deliver = self._deliver
        if self._tokens is None:
            server.login(deliver.user, deliver.password.get_secret_value())
            return
        answers = xoauth2.Answers(deliver.user, token)
        try:
            server.auth(
                xoauth2.MECHANISM, answers.to_text, initial_response_ok=answers.longest < LONGEST_INITIAL
            )
        except smtplib.SMTPAuthenticationError:
            self._tokens.refused(token)
            raise

    def _exchange(self, envelope: Envelope, raw: bytes) -> str:
        server = self._connected()
        try:
            self._announce(server, envelope, raw)
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(_Gone, error) from None
        try:
            self._write(server, raw)
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(TryLater, error) from None  # without its final dot nobody takes a letter
        return self._verdict(server)

    def _announce(self, server: smtplib.SMTP, envelope: Envelope, raw: bytes) -> None:
        """MAIL, RCPT and DATA, each with its reply."""
        try:
            self._expect(server, 250, *server.mail(envelope.mail_from, self._options(server, envelope, raw)))
            self._expect(server, 250, *server.rcpt(envelope.rcpt_to))
        except UnicodeError:
            self.drop()
            raise GiveUp(sentence("relay-ascii-only", relay=self._where)) from None
        self._expect(server, 354, *server.docmd("DATA"))

    def _options(self, server: smtplib.SMTP, envelope: Envelope, raw: bytes) -> list[str]:
        options = []
        if server.has_extn("size"):
            options.append(f"SIZE={len(raw)}")
        if not raw.isascii() and server.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        if not (envelope.mail_from + envelope.rcpt_to).isascii() and server.has_extn("smtputf8"):
            options.append("SMTPUTF8")
        return options

    def _write(self, server: smtplib.SMTP, raw: bytes) -> None:
        content = _LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", raw))
        if content and not content.endswith(b"\r\n"):
            content += b"\r\n"
        server.send(content + b".\r\n")

    def _verdict(self, server: smtplib.SMTP) -> str:
        """The reply to the final dot. Whatever is no reply leaves the letter in doubt."""
        try:
            code, text = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(InDoubt, error, "relay-receipt-lost") from None
        if not 200 <= code < 600:
            self.drop()
            raise InDoubt(sentence("relay-receipt-unreadable", relay=self._where))
        if code >= 300:
            raise self._refusal(server, code, text)
        self._used_at = self._clock()
        return f"{code} {self._clean(text)}"

    def _expect(self, server: smtplib.SMTP, wanted: int, code: int, text: bytes) -> None:
        """Return for the wanted code (251 to RCPT is as good as 250); else raise what it means."""
        if code in (-1, 421):
            self.drop()
            raise _Gone(self._answered(code, text))
        if code != wanted and (wanted, code) != (250, 251):
            raise self._refusal(server, code, text)

    def _refusal(self, server: smtplib.SMTP, code: int, text: bytes) -> MailprocError:
        self._reset(server)
        said = self._answered(code, text)
        for_good = 500 <= code < 600 and code not in OUR_STANDING
        return GiveUp(said) if for_good else TryLater(said)

    def _answered(self, code: int, text: bytes) -> Sentence:
        return sentence("relay-said", relay=self._where, answer=f"{code} {self._clean(text)}")

    def _broken(
        self, kind: type[MailprocError], error: Exception, code: str = "relay-trouble"
    ) -> MailprocError:
        self.drop()
        return self._trouble(kind, error, code)

    def _trouble(
        self, kind: type[MailprocError], error: Exception, code: str = "relay-trouble"
    ) -> MailprocError:
        return kind(sentence(code, relay=self._where, why=self._words(error)))

    def _reset(self, server: smtplib.SMTP) -> None:
        """The next letter starts afresh on the same connection, or on a new one."""
        try:
            code, _ = server.rset()
        except (OSError, smtplib.SMTPException):
            code = -1
        if code != 250:
            self.drop()
        self._used_at = self._clock()

    def _words(self, error: Exception) -> Part:
        """What an error may say aloud; smtplib's own texts are tuples of codes and bytes."""
        if isinstance(error, smtplib.SMTPResponseException):
            text = error.smtp_error
            return f"{error.smtp_code} {self._clean(text if isinstance(text, bytes) else text.encode())}"
        if isinstance(error, UnicodeError):  # its text would show a letter of the password
            return sentence("login-letters")
        if isinstance(error, TimeoutError):
            return sentence("no-answer-within", seconds=f"{self._deliver.timeout:g}")
        return self._clean(str(error).encode())

    def _clean(self, text: bytes) -> str:
        """One printable line without our password, which a chatty relay might echo."""
        said = text.decode("utf-8", "replace")
        line = " ".join((without_tokens(said) if self._tokens else said).split())
        secret = self._deliver.password.get_secret_value()
        if secret:
            line = line.replace(secret, "…")
        return "".join(sign if sign.isprintable() else "?" for sign in line)[:LONGEST_REPLY]


def _sendable(address: str) -> bool:
    """Whether smtplib sends it as it is: of an odd one it would send some part, to somebody else."""
    return not address or (address.isprintable() and parseaddr(address) == ("", address))
