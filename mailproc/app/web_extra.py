"""The HTTP server, which comes with mailproc-ill[web]."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mailproc.errors import Misconfigured

if TYPE_CHECKING:  # loaded where something is served
    from mailproc.transport.http_server import HttpServer
    from mailproc.transport.oidc_client import OidcProvider

LIBRARIES = ("uvicorn", "starlette")
"""What only a server of HTTP needs."""
OF_OIDC = ("authlib",)
"""What a login by a provider needs."""


def lacking(libraries: Sequence[str] = LIBRARIES) -> list[str]:
    """Return those that are not installed."""
    return [name for name in libraries if find_spec(name) is None]


def needed(lacking: Sequence[str]) -> str:
    """Say what to install."""
    return f"needs {' and '.join(lacking)}: install mailproc-ill[web] (pip install {' '.join(lacking)})"


def http_server() -> "type[HttpServer]":
    """Return the server's class. Raise Misconfigured where its libraries are not installed."""
    try:
        from mailproc.transport.http_server import HttpServer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in LIBRARIES:
            raise
        raise Misconfigured(needed(LIBRARIES)) from None
    return HttpServer


def oidc_provider() -> "type[OidcProvider]":
    """Return the client of OpenID Connect. Raise Misconfigured where its library is not installed."""
    try:
        from mailproc.transport.oidc_client import OidcProvider
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in OF_OIDC:
            raise
        raise Misconfigured(needed(OF_OIDC)) from None
    return OidcProvider
