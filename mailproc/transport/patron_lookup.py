"""Ask the library system about a patron, as [patrons.lookup] says: never longer than its time limit."""

import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from mailproc.config import Config, PatronLookupSettings
from mailproc.config_load.secret import ABSENT
from mailproc.config_load.value_checks import is_loopback
from mailproc.errors import Misconfigured, RemoteFault, TryLater
from mailproc.ils.patron_standing import PatronLookup, PatronStanding
from mailproc.ils.paused_lookup import PausedLookup
from mailproc.ils.sip2.patron import Sip2Terminal
from mailproc.sentence import Sentence, sentence
from mailproc.transport import ncip_post, sip2_line
from mailproc.transport.ncip_post import NcipServer
from mailproc.transport.sip2_line import Sip2Server
from mailproc.transport.time_limit import within

T = TypeVar("T")
NOBODY = "mailproc-check"


def of(config: Config, clock: Callable[[], datetime]) -> PatronLookup:
    """Return the look-up of [patrons.lookup], whose protocol is not ''; ``clock`` gives local time."""
    settings = config.patrons.lookup
    lookup = NcipLookup(config) if settings.protocol == "ncip" else Sip2Lookup(settings, clock)
    return PausedLookup(lookup, settings.pause, time.monotonic)


class Sip2Lookup:
    """Asks by SIP2. The settings are read for each question: their password may have been renewed."""

    def __init__(self, settings: PatronLookupSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock

    def ask(self, number: str) -> PatronStanding:
        server, blocks = self._server(), self._settings.blocks
        return asked(lambda: sip2_line.look_up(server, number, self._clock, blocks), self._settings.timeout)

    def check(self) -> str:
        server = self._server()
        asked(lambda: sip2_line.greet(server), self._settings.timeout)
        return f"SIP2, {server.host} port {server.port}: it can be asked"

    def _server(self) -> Sip2Server:
        settings = self._settings
        terminal = Sip2Terminal(
            institution=settings.institution,
            user=settings.user,
            password=_readable(settings.password, "[patrons.lookup] password"),
            location=settings.location,
            charset=settings.encoding,
            checksums=settings.checksums,
        )
        tls = settings.security == "tls" or (not settings.security and not is_loopback(settings.host))
        return Sip2Server(settings.host, settings.port, tls, settings.timeout, terminal)


class NcipLookup:
    """Asks the system of [ncip] by LookupUser, likewise."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def ask(self, number: str) -> PatronStanding:
        server, seconds = self._server(), self._config.patrons.lookup.timeout
        return asked(lambda: ncip_post.look_up(server, number), seconds)

    def check(self) -> str:
        """NCIP has no login: it is asked about a reader whom nobody has."""
        self.ask(NOBODY)
        return f"NCIP, {urlsplit(self._config.ncip.url).hostname}: it can be asked"

    def _server(self) -> NcipServer:
        server = ncip_post.server_of(self._config)
        _readable(server.token, "[ncip] token")
        return replace(server, seconds=self._config.patrons.lookup.timeout)


def _readable(secret: SecretStr, name: str) -> str:
    value = secret.get_secret_value()
    if value == ABSENT:
        raise Misconfigured(sentence("lookup-no-password", name=name))
    return value


def asked(question: Callable[[], T], seconds: float) -> T:
    """Return the answer of ``question``, which a thread of its own puts.

    Reason: the name of a server is looked up without any limit of time. Raise TryLater once ``seconds`` are
    over, or for what went wrong, and Misconfigured.
    """
    try:
        return within(seconds, question, "look-up of a reader")
    except (OSError, RemoteFault, UnicodeError) as error:  # the last: no such name can be looked up
        raise TryLater(_why(error, seconds)) from None


def _why(error: OSError | RemoteFault | UnicodeError, seconds: float) -> Sentence:
    """Return what went wrong. Of the library system's own words at most two characters are in it."""
    if isinstance(error, TimeoutError):
        return sentence("lookup-late", seconds=f"{seconds:g}")
    if isinstance(error, RemoteFault):
        return sentence("lookup-nonsense", why=str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return sentence("lookup-certificate", why=error.verify_message)
    if isinstance(error, ssl.SSLError):
        return sentence("lookup-tls", why=(error.reason or "").replace("_", " ").lower())
    return sentence("lookup-unreachable", why=getattr(error, "strerror", "") or type(error).__name__)
