"""What must hold of [web]: the desk is never open to the world by mistake."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from mailproc.config import Config, Web
from mailproc.config_load.problem import ConfigProblem
from mailproc.config_load.value_checks import HOST, is_host, is_loopback, is_url, network_problems
from mailproc.config_web_readers import WebReaders

_OPEN = (
    "passwords and readers' names would cross the network unprotected: keep 127.0.0.1, or put a proxy with"
    ' TLS in front and name it, public_url = "https://…"'
)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_TAKEN = ("authorization", "cookie", "host", "origin", "x-forwarded-for", "x-forwarded-proto")
_NO_HEADER = 'must be the name of a header that the proxy alone writes: "X-Reader"'
_URL = 'must be how browsers call the desk, without a path: "https://ill.library.example"'


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
        yield ConfigProblem(("web", "public_url"), wrong, web.public_url)
    yield from _readers(web.readers)


def _readers(readers: WebReaders) -> Iterator[ConfigProblem]:
    """What a proxy says is believed: it must say it in a header of its own, from where nobody else speaks."""
    if readers.sign_in != "proxy":
        return
    at = ("web", "readers", "trusted")
    if not _HEADER.fullmatch(readers.header) or readers.header.lower() in _TAKEN:
        yield ConfigProblem(("web", "readers", "header"), _NO_HEADER, readers.header)
    if not readers.trusted:
        yield ConfigProblem(at, "must name the proxy, or nobody could sign in", readers.trusted)
    yield from network_problems(at, readers.trusted)


def _not_a_url(web: Web) -> str:
    """Http is for this machine alone."""
    if not web.public_url:
        return ""
    if not is_url(web.public_url) or urlsplit(web.public_url)[2:] != ("", "", ""):
        return _URL
    parts = urlsplit(web.public_url)
    return "" if parts.scheme == "https" or is_loopback(parts.hostname or "") else _OPEN
