"""Tokens of other systems: each is shown once, and the store keeps its digest. By operators alone."""

import logging
import secrets
import threading
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Connection

from mailproc import passwords
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.staff.login_failures import LoginFailures
from mailproc.office.staff.people import LOGIN, StaffPerson, StaffRole
from mailproc.sentence import sentence
from mailproc.store import api_answers, api_tokens
from mailproc.store.api_tokens import ApiToken
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)

_PREFIX = "mailproc_"
"""A token that was left somewhere is recognised by it."""
_OCTETS = 32
FREE = 20
"""Wrong tokens of one place; after each further one the answer is that it should wait."""


def add(store: Store, context: Context, name: str, role: StaffRole) -> tuple[ApiToken, str]:
    """Make a token; return it with the secret, which is kept nowhere. Raise LocalFault where the name is
    taken, or is none."""
    if not LOGIN.fullmatch(name):
        raise LocalFault(sentence("token-name", given=name[:40]))
    secret = _PREFIX + secrets.token_urlsafe(_OCTETS)
    made = ApiToken(name, digest(secret), role.code, context.clock())

    def job(connection: Connection) -> None:
        known = api_tokens.load(connection, name)
        if known is not None and known.out_at is None:
            raise LocalFault(sentence("token-taken", name=name), (f"mailproc tokens out {name}",))
        api_tokens.keep(connection, made)
        api_answers.forget_of(connection, name)  # of an earlier holder of this name

    store.write(job)
    return made, secret


def show_out(store: Store, context: Context, name: str) -> ApiToken:
    """Let nobody ask by this token any more. Raise LocalFault."""

    def job(connection: Connection) -> ApiToken:
        known = api_tokens.load(connection, name)
        if known is None or known.out_at is not None:
            raise LocalFault(sentence("token-unknown", name=name[:40]), ("mailproc tokens list",))
        out = ApiToken(known.name, "", known.role, known.added_at, context.clock())
        api_tokens.keep(connection, out)
        return out

    return store.write(job)


def listed(store: Store) -> list[ApiToken]:
    """Return all, also those that are out."""
    with store.read() as connection:
        return api_tokens.listed(connection)


def digest(secret: str) -> str:
    """Return what the store keeps of a token. Of 256 random bits one round is enough: nobody guesses them."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


class TokenDoor:
    """Says whose token it is. One for all threads."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._clock = context.clock
        self._lock = threading.Lock()
        self._failures = LoginFailures(FREE)

    def holder(self, secret: str) -> StaffPerson | None:
        """Return who asks by this token; None if nobody does."""
        with self._store.read() as connection:
            found = api_tokens.of_digest(connection, digest(secret))
        return StaffPerson(found.name, found.name, StaffRole[found.role.upper()]) if found else None

    def refused(self, host: str) -> int:
        """Count a wrong token of this address; return for how many seconds it should wait, 0 for not at all.

        Who has a right one is never made to wait: nobody keeps out the systems behind the same address.
        """
        now, place = self._clock(), passwords.place(host)
        with self._lock:
            pause = self._failures.pause(place, now)
            if pause <= timedelta():
                self._failures.add(place, now)
        if pause > timedelta():
            return int(pause.total_seconds()) + 1
        _log.warning("the interface for other systems: a wrong token from %s", host)
        return 0
