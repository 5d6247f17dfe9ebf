"""What must hold of [web] and [[staff]]: the desk is never open to the world by mistake."""

import re
from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

from mailproc.config import Config, Web
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import (
    HOST,
    is_host,
    is_loopback,
    is_safe_url,
    is_url,
    network_problems,
)

_OPEN = (
    "passwords and readers' names would cross the network unprotected: keep 127.0.0.1, or put a proxy with"
    ' TLS in front and name it, public_url = "https://…"'
)
_NO_HEADER = 'must be the name of a header that the proxy alone writes: "X-Reader"'
_URL = 'must be how browsers call the desk, without a path: "https://ill.library.example"'
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_TAKEN = {
    "host", "cookie", "origin", "authorization", "content-type", "content-length", "x-forwarded-for",
    "x-forwarded-proto", "user-agent", "referer", "accept", "accept-language", "connection", "forwarded",
}  # fmt: skip
"""Headers that browsers and proxies send anyway: they name nobody."""
_WIDEST = {4: 8, 6: 16}
"""Bits of a network that may be trusted; a wider one is half the world."""
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Yield nothing while the desk is off."""
    web = config.web
    if not web.enabled:
        return
    if not is_host(web.host):
        yield ConfigProblem(("web", "host"), HOST, web.host)
    elif not is_loopback(web.host) and not web.public_url.startswith("https://"):
        yield ConfigProblem(("web", "host"), _OPEN, web.host)
    if wrong := _not_a_url(web):
        shown = "" if "@" in web.public_url else web.public_url  # a password may stand in it
        yield ConfigProblem(("web", "public_url"), wrong, shown)
    yield from _readers(web)
    yield from _trusted(web)
    if web.auth != "local":
        yield from _elsewhere(config)
    elif config.staff:
        yield ConfigProblem(
            ("staff", 0, "login"),
            'is for auth = "proxy" or "oidc"; with [web] enabled and auth = "local" say `mailproc staff add`',
            config.staff[0].login,
        )


def _readers(web: Web) -> Iterator[ConfigProblem]:
    """What a proxy says is believed: it must say it in a header of its own, from where nobody else speaks."""
    readers, at = web.readers, ("web", "readers", "trusted")
    if readers.sign_in == "mail" and not web.public_url:
        text = 'web.readers.sign_in = "mail" needs it: the link in the letter leads there'
        yield ConfigProblem(("web", "public_url"), text, "")
    if readers.sign_in != "proxy":
        return
    if not _HEADER.fullmatch(readers.header) or readers.header.lower() in _TAKEN:
        yield ConfigProblem(("web", "readers", "header"), _NO_HEADER, readers.header)
    elif web.auth == "proxy" and readers.header.lower() == web.proxy_header.lower():
        text = "is web.proxy_header too: a reader's number would be a login of staff; name another header"
        yield ConfigProblem(("web", "readers", "header"), text, readers.header)
    if not readers.trusted:
        yield ConfigProblem(at, "must name the proxy, or nobody could sign in", readers.trusted)
    wrong = [*network_problems(at, readers.trusted)]
    yield from wrong or _too_wide(at, readers.trusted)


def _not_a_url(web: Web) -> str:
    """Http is for this machine alone."""
    if not web.public_url:
        return ""
    if not is_url(web.public_url) or urlsplit(web.public_url)[2:] != ("", "", ""):
        return _URL
    parts = urlsplit(web.public_url)
    return "" if parts.scheme == "https" or is_loopback(parts.hostname or "") else _OPEN


def _trusted(web: Web) -> Iterator[ConfigProblem]:
    """Yield what is wrong with those who are believed."""
    wrong = [*network_problems(("web", "trusted"), web.trusted)]
    yield from wrong
    if wrong:
        return
    if not web.trusted and web.auth == "proxy":
        text = (
            'must name the addresses of your web server, such as ["127.0.0.1/32"]: anybody could be anybody'
        )
        yield ConfigProblem(("web", "trusted"), text, "")
    yield from _too_wide(("web", "trusted"), web.trusted)


def _too_wide(loc: Loc, networks: tuple[str, ...]) -> Iterator[ConfigProblem]:
    for position, text in enumerate(networks):
        found = ip_network(text)
        if found.prefixlen < _WIDEST[found.version]:
            yield ConfigProblem(
                (*loc, position),
                "would believe half the world: name the addresses of your web server, 192.0.2.10/32",
                text,
            )


def _elsewhere(config: Config) -> Iterator[ConfigProblem]:
    """Yield what is wrong where others say who it is."""
    web = config.web
    if not web.public_url:
        text = f'auth = "{web.auth}" needs it: how browsers call the desk, "https://ill.library.example"'
        yield ConfigProblem(("web", "public_url"), text, "")
    if web.auth == "proxy":
        yield from _proxy(web)
    else:
        yield from _provider(web)
    if not config.staff:
        text = f'nobody may use the desk: auth = "{web.auth}" needs an entry [[staff]] for each person'
        yield ConfigProblem(("web", "auth"), text, web.auth)
    yield from _persons(config)


def _proxy(web: Web) -> Iterator[ConfigProblem]:
    name = web.proxy_header
    if not _HEADER.fullmatch(name) or name.lower() in _TAKEN:
        text = 'must be a header of its own, which your web server sets: "X-Remote-User"'
        yield ConfigProblem(("web", "proxy_header"), text, name)


def _provider(web: Web) -> Iterator[ConfigProblem]:
    oidc = web.oidc
    if not is_safe_url(oidc.issuer):
        text = "must be the issuer exactly as the provider names itself, https://…"
        yield ConfigProblem(("web", "oidc", "issuer"), text)  # not shown: a password may stand in it
    for key, value in (
        ("client_id", oidc.client_id),
        ("client_secret", oidc.client_secret.get_secret_value()),
    ):
        if not value:
            yield ConfigProblem(("web", "oidc", key), 'is missing: auth = "oidc" needs it')
    if "openid" not in oidc.scope.split():
        yield ConfigProblem(("web", "oidc", "scope"), 'must hold "openid"', oidc.scope)
    if not oidc.claim:
        yield ConfigProblem(("web", "oidc", "claim"), 'must name a claim: "sub"', "")


def _persons(config: Config) -> Iterator[ConfigProblem]:
    logins, subjects = FirstUse(), FirstUse()
    for position, entry in enumerate(config.staff):
        loc = ("staff", position, "login")
        if not _LOGIN.fullmatch(entry.login):
            text = "must be a login: up to 64 letters, digits, and . _ @ - between them"
            yield ConfigProblem(loc, text, entry.login)
        if logins.before(entry.login.lower(), loc):
            yield ConfigProblem(loc, "stands twice: one entry for each person", entry.login)
        subject = ("staff", position, "subject")
        if entry.subject and subjects.before(entry.subject, subject):
            yield ConfigProblem(subject, "stands twice: one entry for each person", entry.subject)
