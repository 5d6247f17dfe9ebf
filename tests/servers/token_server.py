"""A token server (RFC 6749, 7662, 8628) on a loopback port: real HTTP, and it misbehaves as it is told."""

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, Self
from urllib.parse import parse_qsl

CLIENT, CLIENT_SECRET, CONSENT = "mailproc-client", "Sup3r-client-secret", "first-refresh-token"
USER = "ill@library.example"
DEVICE_CODE, USER_CODE = "device-code-of-thirty-letters", "WDJB-MJHT"

Answer = tuple[int, Mapping[str, Any] | bytes]


class TokenServer:
    """Grants tokens to ``CLIENT`` by its secret, by the newest refresh token, and by a device code.

    ``tokens``: those that hold, with their user. ``asked``: each form with its path, in order. ``answers``:
    what is answered instead, to the next requests; a function writes to the socket what it likes.
    """

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.tokens: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.answers: list[Answer | Callable[[BaseHTTPRequestHandler], None]] = []
        self.lifetime: Any = 3600
        self.refresh_token = CONSENT
        self.client_secret = CLIENT_SECRET
        self.rotates = False
        self.pending = 0  # polls until the person has consented
        self.long = ""  # what a token ends with
        self._scheme = "https" if tls else "http"
        self._tls = tls
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin, or come back on the same port."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._post(self)

            def log_message(self, *_said: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        content = request.rfile.read(int(request.headers["Content-Length"]))
        form = dict(parse_qsl(content.decode()))
        if request.path == "/introspect":
            self._reply(request, 200, self._introspected(form.get("token", "")))
            return
        self.asked.append(form | {"path": request.path})
        told = self.answers.pop(0) if self.answers else self._answer(request.path, form)
        if callable(told):
            told(request)
        else:
            self._reply(request, *told)

    def _reply(self, request: BaseHTTPRequestHandler, status: int, said: Mapping[str, Any] | bytes) -> None:
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def _introspected(self, token: str) -> Mapping[str, Any]:
        if token not in self.tokens:
            return {"active": False}
        return {"active": True, "username": self.tokens[token], "client_id": CLIENT}

    def _answer(self, path: str, form: Mapping[str, str]) -> Answer:
        if form.get("client_id") != CLIENT:
            return 401, {"error": "invalid_client"}
        if path == "/device":
            return 200, {
                "device_code": DEVICE_CODE, "user_code": USER_CODE, "interval": 0, "expires_in": 900,
                "verification_uri": f"{self.url}/consent",
            }  # fmt: skip
        match form["grant_type"]:
            case "client_credentials":
                wrong = form.get("client_secret") != self.client_secret
                return (401, {"error": "invalid_client"}) if wrong else self._granted()
            case "refresh_token":
                wrong = form["refresh_token"] != self.refresh_token
                return (400, {"error": "invalid_grant"}) if wrong else self._granted(refresh=self.rotates)
            case _:
                self.pending -= 1
                if self.pending >= 0:
                    return 400, {"error": "authorization_pending"}
                return self._granted(refresh=True)

    def _granted(self, *, refresh: bool = False) -> Answer:
        token = f"access-token-{len(self.tokens) + 1}{self.long}"
        self.tokens[token] = USER
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}
        if refresh:
            self.refresh_token = f"refresh-token-{len(self.tokens)}"
            granted["refresh_token"] = self.refresh_token
        return 200, granted
