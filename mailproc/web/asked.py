"""What a browser asks: read from HTTP once, within limits, as values for the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from mailproc.web.proxy_user import ProxyUser

LARGEST = 256 * 1024
"""Octets of a form."""
MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"
BY_PROXY = "proxy"
"""With this, in place of a token, begins whom our web server names: no token has a blank."""


@dataclass(frozen=True)
class PageRequest:
    """``path``: its variable parts; ``query`` and ``form``: the last value of each field. ``token``: of the
    session, '' without one. ``host``: the client's address. ``is_a_look``: a script asks what the page says
    now, or would say of what is being typed: nobody has clicked. ``user``: whom our web server names;
    ``begun``: the cookie of a login that has begun; ``kept_by``: that of a form that was kept. ``keys_off``:
    this browser has no single keys."""

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    token: str
    host: str
    target: str
    is_a_look: bool = False
    user: str = ""
    begun: str = ""
    kept_by: str = ""
    keys_off: bool = False


async def asked_by(request: Request, cookie: str, user: ProxyUser | None = None) -> PageRequest:
    """Read the request. ``user``: with it our web server says who it is, and no cookie does.

    Raise HTTPException: 413, 415, or 400 for too many fields.
    """
    return PageRequest(
        method=request.method,
        path={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        form=await _form(request) if request.method == "POST" else {},
        token=token_of(request, cookie, user),
        host=request.client.host if request.client else "",
        target=request.url.path,
        is_a_look=request.headers.get("desk-look") == "1",
        user=user.of(request) if user else "",
        begun=request.cookies.get(f"{cookie}-login", "")[:4000],
        kept_by=request.cookies.get(f"{cookie}-kept", "")[:200],
        keys_off=request.cookies.get("keys") == "off",
    )


def token_of(request: Request, cookie: str, user: ProxyUser | None = None) -> str:
    """Return the session's token, or what stands in its place where our web server says who it is."""
    if user is None:
        return request.cookies.get(cookie, "")[:200]
    login = user.of(request).lower()
    return f"{BY_PROXY} {login}" if login else ""


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(413)
    if body and kind != FORM:
        raise HTTPException(415)
    return fields(body.decode("ascii", "replace"))


def fields(text: str) -> dict[str, str]:
    """Return what a form says. Raise HTTPException where it has too many fields."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    return {name: value.replace("\r\n", "\n").replace("\0", "") for name, value in pairs}
