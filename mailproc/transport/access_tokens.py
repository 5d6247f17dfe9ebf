"""The access token of a login by OAuth 2: kept until it ends, renewed before, and asked for with pauses.

What is known stands in the file alone, so every process and every look begins where the last one was.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mailproc.config import Config, Mailbox, ServerLogin
from mailproc.sentence import Part, read_stored, sentence, stored
from mailproc.transport import token_folder, token_server
from mailproc.transport.token_file import KeptTokens, TokenFile
from mailproc.transport.token_server import Token, TokenRefused, TokenTrouble

_log = logging.getLogger(__name__)

EARLY = 300.0  # seconds before its end a token is renewed, or in the last fifth of a short life
PAUSES = (60.0, 300.0)  # seconds after a failed request, and after each further one
RELAY = "relay"
"""How `mailproc authorize` calls [deliver]; a mailbox has its name."""


class AccessTokens:
    """Gives the token of one login. ``name``: how `mailproc authorize` calls it. For several threads.

    ``insists``: somebody waits for the answer (`check`, `fetch`), so it is asked for without a pause.
    """

    def __init__(
        self,
        login: ServerLogin,
        name: str,
        file: TokenFile,
        clock: Callable[[], datetime],
        *,
        insists: bool = False,
    ) -> None:
        self._login = login
        self._name = name
        self._file = file
        self._clock = clock
        self._insists = insists

    def current(self) -> str:
        """Return a token that holds. Raise TokenTrouble (TokenRefused where somebody must act)."""
        kept = self._known()
        if self._is_fresh(kept):
            return kept.access_token
        with self._file.alone():
            kept = self._known()  # another one may have asked meanwhile
            if self._is_fresh(kept) or (self._is_paused(kept) and kept.holds(self._now())):
                return kept.access_token
            if self._is_paused(kept):
                raise (TokenRefused if kept.refused else TokenTrouble)(_said(kept))
            return self._renewed(kept)

    def refused(self, token: str) -> None:
        """The mail server did not take this token: the next one is a new one, unless it is new itself."""
        with self._file.alone():
            kept = self._known()
            if kept.access_token == token and self._now() - kept.issued_at > EARLY:
                self._keep(replace(kept, access_token=""))

    def consented(self, token: Token) -> None:
        """Keep what a consent has brought. Raise OSError."""
        with self._file.alone():
            self._file.write(self._new(KeptTokens(), token))

    @property
    def path(self) -> Path:
        """The file in which they are kept."""
        return self._file.path

    @property
    def consent_missing(self) -> str:
        """The command by which somebody must consent first; '' where nobody must."""
        wanted = self._login.device_url and not self._known().refresh_token
        return self._command if wanted else ""

    def _known(self) -> KeptTokens:
        kept = self._file.read()
        return kept if kept.consent == self._consent() else KeptTokens()

    def _renewed(self, kept: KeptTokens) -> str:
        try:
            token = token_server.token(self._login.token_url, self._form(kept))
        except TokenTrouble as error:
            trouble = self._explained(error)
            self._keep(self._failed(kept, trouble))
            if kept.holds(self._now()):
                _log.warning("%s; the token that we have still holds", trouble)
                return kept.access_token
            raise trouble from None
        self._keep(self._new(kept, token))
        return token.access_token

    def _form(self, kept: KeptTokens) -> dict[str, str]:
        """Raise TokenRefused where a person must consent first."""
        consent = kept.refresh_token or self._login.refresh_token.get_secret_value()
        if consent:
            grant = {"grant_type": "refresh_token", "refresh_token": consent}
        elif self._login.device_url:
            raise TokenRefused(sentence("token-consent-missing", command=self._command))
        else:
            grant = {"grant_type": "client_credentials"}
        return grant | client(self._login) | scope(self._login)

    def _explained(self, error: TokenTrouble) -> TokenTrouble:
        if error.error != "invalid_grant" or not self._login.device_url:
            return error
        return TokenRefused(sentence("token-consent-over", why=error.said, command=self._command))

    @property
    def _command(self) -> str:
        return f"mailproc authorize {self._name}"

    def _new(self, before: KeptTokens, token: Token) -> KeptTokens:
        now = self._now()
        return KeptTokens(
            user=self._login.user,
            access_token=token.access_token,
            issued_at=now,
            expires_at=now + token.lifetime,
            refresh_token=token.refresh_token or before.refresh_token,
            consent=self._consent(),
        )

    def _failed(self, kept: KeptTokens, trouble: TokenTrouble) -> KeptTokens:
        return replace(
            kept,
            user=self._login.user,
            consent=self._consent(),
            secret=self._secret(),
            failed_at=self._now(),
            failures=kept.failures + 1,
            refused=isinstance(trouble, TokenRefused),
            why=str(stored(trouble.said)),
        )

    def _keep(self, kept: KeptTokens) -> None:
        """What cannot be kept is asked for again; a new refresh token is lost."""
        try:
            self._file.write(kept)
        except OSError as error:
            _log.error(
                "the token of %s cannot be kept in %s: %s", self._name, self._file.path, error.strerror
            )

    def _is_fresh(self, kept: KeptTokens) -> bool:
        return kept.holds(self._now(), min(EARLY, (kept.expires_at - kept.issued_at) / 5))

    def _is_paused(self, kept: KeptTokens) -> bool:
        """A new secret is tried at once, and so is a new consent: it leaves no failures."""
        if self._insists or not kept.failures or kept.secret != self._secret():
            return False
        pause = PAUSES[min(kept.failures, len(PAUSES)) - 1]
        return kept.failed_at <= self._now() < kept.failed_at + pause

    def _now(self) -> float:
        return self._clock().timestamp()

    def _consent(self) -> str:
        return _digest(self._login.refresh_token.get_secret_value())

    def _secret(self) -> str:
        return _digest(self._login.client_secret.get_secret_value())


def of(
    login: ServerLogin, name: str, config: Config, clock: Callable[[], datetime], *, insists: bool = False
) -> AccessTokens:
    """The tokens of a login with auth = "oauth2"."""
    file = TokenFile(token_folder.place(config), login)
    return AccessTokens(login, name, file, clock, insists=insists)


def of_mailbox(
    mailbox: Mailbox, config: Config, clock: Callable[[], datetime], *, insists: bool = False
) -> AccessTokens | None:
    """The tokens of a mailbox; None where it has a password."""
    by_token = mailbox.auth == "oauth2"
    return of(mailbox, mailbox.name, config, clock, insists=insists) if by_token else None


def of_relay(config: Config, clock: Callable[[], datetime], *, insists: bool = False) -> AccessTokens | None:
    """The tokens of [deliver]; None where it has a password."""
    deliver = config.deliver
    return of(deliver, RELAY, config, clock, insists=insists) if deliver.auth == "oauth2" else None


def client(login: ServerLogin) -> dict[str, str]:
    """Who asks, as RFC 6749 section 2.3.1 lets it stand in a form. A public client has no secret."""
    secret = login.client_secret.get_secret_value()
    return {"client_id": login.client_id} | ({"client_secret": secret} if secret else {})


def scope(login: ServerLogin) -> dict[str, str]:
    return {"scope": login.scope} if login.scope else {}


def _said(kept: KeptTokens) -> Part:
    return next(iter(read_stored(kept.why)), "")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16] if secret else ""
