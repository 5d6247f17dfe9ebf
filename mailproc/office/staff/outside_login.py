"""Logins that others vouch for: who it is says our web server, or a provider of OpenID Connect."""

import hmac
import re
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

from mailproc.config import StaffEntry
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.staff.place_failures import PlaceFailures
from mailproc.sentence import sentence

PATIENCE = timedelta(minutes=10)
"""So long somebody may take to log in at the provider."""
MOST_USED = 10_000
"""Answers that are remembered, so that each counts once; of more the oldest are forgotten: a provider takes
its code once, too."""
LONGEST_THEN = 500
"""Characters of an address to go on to."""
_OCTETS = 32
_COOKIE = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9]{1,12})\.([A-Za-z0-9_=-]{0,2800})\.([A-Za-z0-9_-]{43})")


class LoginProvider(Protocol):
    """Says who somebody is. Both take their time, and raise TryLater while it is away."""

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser goes to log in."""

    def subject(self, code: str, nonce: str, verifier: str) -> str:
        """Return what names the person. Raise LocalFault where the answer proves nothing."""


class ListedStaff:
    """The persons of config.toml."""

    def __init__(self, entries: Sequence[StaffEntry]) -> None:
        self._by_login = {entry.login.lower(): _person(entry) for entry in entries}
        self._by_subject = {entry.subject or entry.login: _person(entry) for entry in entries}

    def by_login(self, login: str) -> StaffPerson | None:
        """Return the person; None for who may not use the desk."""
        return self._by_login.get(login.lower())

    def by_subject(self, subject: str) -> StaffPerson | None:
        """Return whom the provider's claim names."""
        return self._by_subject.get(subject)


@dataclass(frozen=True)
class LoginBegun:
    """A login that waits, as its browser keeps it. ``state`` is random; ``then``: where to go on."""

    state: str
    at: datetime
    then: str


@dataclass(frozen=True)
class LoginAnswer:
    """``state`` and ``code``: as the provider sends them on; ``cookie``: what the browser brought."""

    state: str
    cookie: str
    code: str


class OutsideLogins:
    """Logins by a provider, from the click to the answer.

    What has begun is kept by its browser alone, under a seal of this process: no crowd of others makes it
    forgotten. Nonce and verifier are made of the state by our key. After a restart one clicks again.
    """

    def __init__(self, context: Context, provider: LoginProvider, listed: ListedStaff) -> None:
        self._clock = context.clock
        self._provider = provider
        self._listed = listed
        self._key = secrets.token_bytes(_OCTETS)
        self._lock = threading.Lock()
        self._used: dict[str, None] = {}
        self._failures = PlaceFailures(context.clock)

    def begin(self, then: str) -> tuple[str, str]:
        """Return where the browser goes, and what it must bring back as a cookie. Raise TryLater.

        ``then``: where to go on.
        """
        state = secrets.token_urlsafe(_OCTETS)
        url = self._provider.address(state, self._made("nonce", state), self._made("verifier", state))
        said = then if len(then) <= LONGEST_THEN else ""
        where = urlsafe_b64encode(said.encode("utf-8", "replace")).decode("ascii")
        told = f"{state}.{int(self._clock().timestamp())}.{where}"
        return url, f"{told}.{self._made('cookie', told)}"

    def finish(self, answer: LoginAnswer, host: str) -> tuple[StaffPerson, LoginBegun]:
        """Return who logs in. ``host``: where the browser is; '' of one that staff were logged in with, which
        never waits for what strangers of its network do.

        Raise LocalFault, TryLater.
        """
        begun = self._opened(answer.cookie)
        if begun is None or not _same(begun.state, answer.state):
            raise LocalFault(sentence("oidc-begin-again"))
        if host:
            self._failures.look(host)
        if not self._is_first(begun):
            raise LocalFault(sentence("oidc-begin-again"))
        if not answer.code:
            raise LocalFault(sentence("oidc-cancelled"))
        return self._person(answer.code, begun, host), begun

    def _person(self, code: str, begun: LoginBegun, host: str) -> StaffPerson:
        """Ask the provider. What it refuses counts as a wrong password does: it may tire of being asked."""
        nonce, verifier = self._made("nonce", begun.state), self._made("verifier", begun.state)
        try:
            person = self._listed.by_subject(self._provider.subject(code, nonce, verifier))
        except LocalFault:
            if host:
                self._failures.add(host)
            raise
        if person is None:
            raise LocalFault(sentence("staff-not-listed"))
        return person

    def _opened(self, cookie: str) -> LoginBegun | None:
        """Return what the cookie says, if we have sealed it and it is not too old."""
        found = _COOKIE.fullmatch(cookie)
        if found is None or not _same(self._made("cookie", cookie.rpartition(".")[0]), found[4]):
            return None
        at = datetime.fromtimestamp(int(found[2]), UTC)
        if self._clock() - at > PATIENCE:
            return None
        return LoginBegun(found[1], at, urlsafe_b64decode(found[3]).decode("utf-8", "replace"))

    def _is_first(self, begun: LoginBegun) -> bool:
        """An answer counts once."""
        with self._lock:
            if begun.state in self._used:
                return False
            self._used[begun.state] = None
            while len(self._used) > MOST_USED:
                del self._used[next(iter(self._used))]
        return True

    def _made(self, purpose: str, of: str) -> str:
        made = hmac.new(self._key, f"{purpose} {of}".encode(), sha256).digest()
        return urlsafe_b64encode(made).decode("ascii").rstrip("=")


def _same(ours: str, theirs: str) -> bool:
    return secrets.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def _person(entry: StaffEntry) -> StaffPerson:
    return StaffPerson(entry.login, entry.name or entry.login, StaffRole[entry.role.upper()])
