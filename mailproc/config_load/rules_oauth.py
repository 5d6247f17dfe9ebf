"""What must hold for auth = "oauth2" of a mailbox or the relay (RFC 6749)."""

from collections.abc import Iterator

from mailproc.config import ServerLogin
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import is_safe_url

_KEYS = ("token_url", "device_url", "client_id", "client_secret", "refresh_token", "scope")
_URL = "must be a URL that begins with https://"


def problems(login: ServerLogin, loc: Loc) -> Iterator[ConfigProblem]:
    """Everything wrong with how the keys of OAuth 2 stand together."""
    if login.auth == "password":
        return
    given = set(keys_given(login))
    if login.password.get_secret_value():
        yield ConfigProblem((*loc, "password"), 'is not used with auth = "oauth2": remove it')
    if not login.user:
        yield ConfigProblem((*loc, "user"), 'auth = "oauth2" needs the user whose mail it is', "")
    for key in ("token_url", "client_id"):
        if key not in given:
            yield ConfigProblem((*loc, key), 'is missing: auth = "oauth2" needs it')
    for key in ("token_url", "device_url"):
        if key in given and not is_safe_url(getattr(login, key)):
            yield ConfigProblem((*loc, key), _URL)  # not shown: a password may stand in it
    yield from _ways(given, loc)


def keys_given(login: ServerLogin) -> list[str]:
    """The keys of OAuth 2 that have a value."""
    return [key for key in _KEYS if _value(login, key)]


def _ways(given: set[str], loc: Loc) -> Iterator[ConfigProblem]:
    """There is one way to a token: our own secret, or somebody's consent."""
    if {"device_url", "refresh_token"} <= given:
        text = "is a consent already: remove it, or device_url"
        yield ConfigProblem((*loc, "refresh_token"), text)
    elif not given & {"device_url", "refresh_token", "client_secret"}:
        text = "is missing; without one name device_url (`mailproc authorize`) or refresh_token"
        yield ConfigProblem((*loc, "client_secret"), text)


def _value(login: ServerLogin, key: str) -> str:
    value = getattr(login, key)
    return value if isinstance(value, str) else str(value.get_secret_value())
