"""Logins that others vouch for: who it is says our web server, or a provider of OpenID Connect."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from mailproc.config import StaffEntry
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import sentence

PATIENCE = timedelta(minutes=10)
"""So long somebody may take to log in at the provider."""
MOST = 500
"""Logins that wait; of more the oldest must begin again."""
_OCTETS = 32


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
    """A login that waits. ``state``, ``nonce``, ``verifier``: secrets by which its answer is known."""

    then: str
    kept: str
    at: datetime
    state: str = field(default_factory=lambda: secrets.token_urlsafe(_OCTETS))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(_OCTETS))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(_OCTETS))


class OutsideLogins:
    """Logins by a provider, from the click to the answer. In memory: after a restart one clicks again."""

    def __init__(self, context: Context, provider: LoginProvider, listed: ListedStaff) -> None:
        self._clock = context.clock
        self._provider = provider
        self._listed = listed
        self._lock = threading.Lock()
        self._waiting: dict[str, LoginBegun] = {}

    def begin(self, then: str, kept: str) -> tuple[str, str]:
        """Return where the browser goes, and what it must bring back as a cookie. Raise TryLater.

        ``then``: where to go on; ``kept``: a form that was filled in before.
        """
        begun = LoginBegun(then, kept, self._clock())
        url = self._provider.address(begun.state, begun.nonce, begun.verifier)
        with self._lock:
            self._waiting[begun.state] = begun
            while len(self._waiting) > MOST:
                del self._waiting[next(iter(self._waiting))]
        return url, begun.state

    def finish(self, state: str, cookie: str, code: str) -> tuple[StaffPerson, LoginBegun]:
        """Return who logs in. ``state``: as the provider sends it on; ``cookie``: what the browser brought.

        Raise LocalFault, TryLater.
        """
        same = secrets.compare_digest(state.encode("utf-8", "replace"), cookie.encode("utf-8", "replace"))
        with self._lock:  # an answer counts once
            begun = self._waiting.pop(state, None) if same else None
        if begun is None or self._clock() - begun.at > PATIENCE:
            raise LocalFault(sentence("oidc-begin-again"))
        if not code:
            raise LocalFault(sentence("oidc-cancelled"))
        person = self._listed.by_subject(self._provider.subject(code, begun.nonce, begun.verifier))
        if person is None:
            raise LocalFault(sentence("staff-not-listed"))
        return person, begun


def _person(entry: StaffEntry) -> StaffPerson:
    return StaffPerson(entry.login, entry.name or entry.login, StaffRole[entry.role.upper()])
