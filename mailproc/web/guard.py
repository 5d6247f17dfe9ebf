"""What every request must satisfy before any page is asked, and what every answer carries.

CSRF without tokens: a request that changes something must say that it comes from our own pages
(Sec-Fetch-Site, Fetch Metadata; where that is missing, Origin, RFC 6454). Host is checked, so that no other
name leads here (DNS rebinding).
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailproc.web.problems import problem

SAFE = ("GET", "HEAD")
"""Methods that change nothing."""
METHODS = (*SAFE, "POST")
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class WebGuard:
    """Let a request through to ``app``, or refuse it: 400 for another host, 403 for another origin, 405.

    ``public_url``: how browsers call us; '' where they do so on this machine alone. ``api``: what other
    systems ask: it believes a token alone, which no page of another site has.
    """

    def __init__(self, app: ASGIApp, public_url: str, api: ASGIApp) -> None:
        self._app = app
        self._api = api
        self._public = urlsplit(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        is_api = scope["path"].startswith("/api/")
        refused = self._refusal(scope["method"], Headers(scope=scope), is_api=is_api)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)  # a file may say more strictly
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self._api if is_api else self._app
        if refused:
            answer = problem(*refused) if is_api else PlainTextResponse(refused[1], refused[0])
        await answer(scope, receive, with_headers)

    def _refusal(self, method: str, headers: Headers, *, is_api: bool) -> tuple[int, str] | None:
        if method not in METHODS and not is_api:
            return 405, "This method is not used here."
        if not self._is_ours(headers.get("host", "")):
            return 400, "This is not the host that config.toml names: see [web] public_url."
        if method not in SAFE and not is_api and not self._from_us(headers):
            return 403, "Refused: this did not come from a page of the desk. Nothing was done."
        return None

    def _is_ours(self, host: str) -> bool:
        if self._public.netloc:
            return host.lower() == self._public.netloc.lower()
        return _is_loopback(host)

    def _from_us(self, headers: Headers) -> bool:
        if sites := headers.getlist("sec-fetch-site"):
            return sites == ["same-origin"]  # a browser says it once
        origin = self._origin(headers.get("host", ""))
        return headers.get("origin", "").lower() == origin.lower()

    def _origin(self, host: str) -> str:
        """Return our origin. On this machine the host has been checked, and no proxy has changed it."""
        if self._public.netloc:
            return f"{self._public.scheme}://{self._public.netloc}"
        return f"http://{host}"


def _is_loopback(host: str) -> bool:
    if "@" in host:  # a user's name before the host: no browser sends one
        return False
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
