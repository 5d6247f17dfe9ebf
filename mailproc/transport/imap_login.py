"""How a look logs in to its mailbox: by a password, or by an access token (XOAUTH2)."""

from typing import Any

from mailproc.config import Mailbox
from mailproc.transport import xoauth2
from mailproc.transport.access_tokens import AccessTokens


class ImapLogin:
    """One login. It is made before the connection, as a token server may take its time."""

    def __init__(self, mailbox: Mailbox, tokens: AccessTokens | None) -> None:
        """Raise TokenTrouble where there is no token."""
        self._mailbox = mailbox
        self._tokens = tokens
        self._token = tokens.current() if tokens else ""

    def perform(self, client: Any) -> None:
        """Log in. Raise as IMAPClient does."""
        user = self._mailbox.user
        if self._tokens:
            client.sasl_login(xoauth2.MECHANISM, xoauth2.Answers(user, self._token).to_octets)
            return
        password = self._mailbox.password.get_secret_value()
        if user.isascii() and password.isascii():
            client.login(user, password)
        else:  # LOGIN carries ASCII only
            client.plain_login(user, password)

    def refused(self) -> None:
        """The server said no."""
        if self._tokens:
            self._tokens.refused(self._token)
