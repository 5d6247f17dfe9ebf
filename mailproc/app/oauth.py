"""OAuth 2 as the operator meets it: the logins that use it, their folder, and the consent of a person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailproc import private
from mailproc.config import Config, ServerLogin
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.sentence import sentence
from mailproc.transport import access_tokens, device_consent, token_folder
from mailproc.transport.access_tokens import RELAY, AccessTokens
from mailproc.transport.device_consent import Invitation


@dataclass(frozen=True)
class Consent:
    """Whose mail the service may use from now on, and where that is kept."""

    name: str
    user: str
    file: str


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Tokens that could not be kept. Changes nothing."""
    for loc, _ in _logins(config).values():
        folder = token_folder.place(config)
        if why := private.unwritable(folder):
            yield ConfigProblem((*loc, "auth"), f"tokens cannot be kept in {folder}: {why}", "oauth2")


def missing(context: Context) -> Iterator[str]:
    """A sentence for each login whose consent nobody has given."""
    for name in _logins(context.config):
        if command := _tokens(context, name).consent_missing:
            yield f"{name}: nobody has consented that its mail is used: run {command}"


def authorize(context: Context, name: str, tell: Callable[[Invitation, str], None]) -> Consent:
    """Have a person consent, whom ``tell`` says where to go; given the invitation and the user.

    Raise LocalFault, TokenTrouble.
    """
    login = _known(context.config, name)
    invitation = device_consent.invited(login)
    tell(invitation, login.user)
    token = device_consent.consented(login, invitation)
    tokens = _tokens(context, name)
    try:
        tokens.consented(token)
    except OSError as error:
        why = error.strerror or str(error)
        raise LocalFault(sentence("token-not-kept", file=str(tokens.path), why=why)) from None
    return Consent(name, login.user, str(tokens.path))


def _known(config: Config, name: str) -> ServerLogin:
    found = {name: login for name, (_, login) in _logins(config).items() if login.device_url}
    if name not in found:
        raise LocalFault(sentence("no-consent-needed", name=name, known=", ".join(found) or "-"))
    return found[name]


def _logins(config: Config) -> dict[str, tuple[Loc, ServerLogin]]:
    """Every login by OAuth 2, by the name that `mailproc authorize` takes, and where it stands."""
    all_of_them: dict[str, tuple[Loc, ServerLogin]] = {RELAY: (("deliver",), config.deliver)}
    all_of_them |= {one.name: (("mailbox", at), one) for at, one in enumerate(config.mailbox)}
    return {name: (loc, login) for name, (loc, login) in all_of_them.items() if login.auth == "oauth2"}


def _tokens(context: Context, name: str) -> AccessTokens:
    _, login = _logins(context.config)[name]
    return access_tokens.of(login, name, context.config, context.clock)
