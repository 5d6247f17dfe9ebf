"""Says to the application who holds the other end of the connection, whatever a proxy says of the client."""

from starlette.types import ASGIApp, Receive, Scope, Send

PEER = "mailproc.peer"
"""In the scope: the address from which the connection was made."""


class WithPeer:
    """Goes around what believes X-Forwarded-For, which writes over ``client``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        client = scope.get("client")
        await self._app({**scope, PEER: client[0] if client else ""}, receive, send)
