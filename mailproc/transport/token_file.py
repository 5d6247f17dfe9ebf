"""Tokens on the disk: a file for each login, for our own user alone, replaced as a whole.

The service, `check` and `fetch` share it, so a token is asked for once. Whoever asks holds a lock: where a
refresh token holds only once (RFC 6749 section 6), two at the same time would lose the consent.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from mailproc import private
from mailproc.config import ServerLogin
from mailproc.log import register_token
from mailproc.sentence import sentence
from mailproc.transport import form_post
from mailproc.transport.token_server import TokenTrouble

LONGEST_WAIT = 2 * form_post.LIMITS.longest + 5.0
"""Seconds for the lock: another process asks meanwhile, and ends within that time."""
GLANCE = 0.05


@dataclass(frozen=True)
class KeptTokens:
    """What is known of one login. Times are seconds since 1970.

    ``consent``: a digest of config.toml's own refresh token, ``secret``: of its client secret, with which
    the last request failed ``failures`` times in a row, last at ``failed_at``; ``why`` as ``stored``.
    """

    user: str = ""
    access_token: str = ""
    issued_at: float = 0.0
    expires_at: float = 0.0
    refresh_token: str = ""
    consent: str = ""
    secret: str = ""
    failed_at: float = 0.0
    failures: int = 0
    refused: bool = False
    why: str = ""

    def holds(self, now: float, margin: float = 0.0) -> bool:
        """Does the access token hold for ``margin`` seconds? One of the future met a clock that was set."""
        return bool(self.access_token) and self.issued_at <= now < self.expires_at - margin


class TokenFile:
    """The file of one login: two places of config.toml that ask for the same share it."""

    def __init__(self, folder: Path, login: ServerLogin) -> None:
        asked = "\0".join((login.token_url, login.client_id, login.scope, login.user))
        self.path = folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:16]}.json"

    def read(self) -> KeptTokens:
        """What is kept; nothing where the file is not there, or is none of ours."""
        try:
            found = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return KeptTokens()
        kept = _kept(found)
        for one in (kept.access_token, kept.refresh_token):
            register_token(one)
        return kept

    def write(self, kept: KeptTokens) -> None:
        """Replace the file durably. Raise OSError."""
        private.make_folder(self.path.parent)
        unfinished = self.path.with_name(f"unfinished-{uuid4().hex}")
        try:
            number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
            with os.fdopen(number, "w", encoding="utf-8") as written:
                json.dump(asdict(kept), written)
                written.flush()
                os.fsync(number)
            unfinished.replace(self.path)
        finally:
            unfinished.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the file. Raise TokenTrouble where it cannot be had within ``LONGEST_WAIT``."""
        try:
            private.make_folder(self.path.parent)
            number = private.open_ours(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT)
        except OSError as error:
            why = error.strerror or str(error)
            raise TokenTrouble(sentence("token-not-kept", file=str(self.path), why=why)) from None
        try:
            _wait_for(number)
            yield
        finally:
            os.close(number)


def _wait_for(number: int) -> None:
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise TokenTrouble(sentence("token-busy")) from None
            time.sleep(GLANCE)  # a lock with a time limit: flock has none


def _kept(found: Any) -> KeptTokens:
    """The fields that are of their type; the others as where nothing is kept."""
    standard = asdict(KeptTokens())
    given = found if isinstance(found, dict) else {}
    fitting = {key: given[key] for key, value in standard.items() if type(given.get(key)) is type(value)}
    return KeptTokens(**standard | fitting)
