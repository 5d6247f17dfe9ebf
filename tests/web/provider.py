"""A small provider of OpenID Connect on this machine, with keys of its own: it logs in whoever comes."""

import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from mailproc.transport.http_server import HttpServer

CLIENT, SECRET = "desk", "a secret: of the desk/"


class Provider:
    """``says``: what its tokens say beside or instead of what is right; ``user``: who is logged in there."""

    def __init__(self) -> None:
        self.user = "f81d4"
        self.says: dict[str, Any] = {}
        self.describes: dict[str, Any] = {}
        self.broken = ""
        self.asked: list[str] = []
        self.now = time.time
        self.codes: dict[str, dict[str, str]] = {}
        self.rotate()
        routes = [
            Route("/.well-known/openid-configuration", self._description),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/jwks", self._jwks),
        ]
        self._server = HttpServer(Starlette(routes=routes), "127.0.0.1", 0)
        host, port = self._server.start()
        self.issuer = f"http://{host}:{port}"

    def stop(self) -> None:
        self._server.stop()

    def rotate(self) -> None:
        self.key = RSAKey.generate_key(2048, auto_kid=True)

    async def _description(self, _request: Request) -> Response:
        self.asked.append("description")
        if self.broken == "down":
            return Response("maintenance", 503)
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        return JSONResponse(said | self.describes)

    async def _authorize(self, request: Request) -> Response:
        said = dict(request.query_params)
        assert said["response_type"] == "code" and said["code_challenge_method"] == "S256"
        assert said["client_id"] == CLIENT and "openid" in said["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = said
        back = {"code": code, "state": said["state"]}
        return RedirectResponse(f"{said['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        if self.broken == "token down":
            return Response("", 500)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        begun = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (
            begun is None
            or begun["code_challenge"] != challenge
            or begun["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        answer = {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(begun["nonce"])}
        if self.broken == "no token":
            del answer["id_token"]
        return JSONResponse(answer)

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        if "client_secret" in form:
            return (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        user, _, secret = b64decode(request.headers["authorization"].split()[1]).decode().partition(":")
        return (unquote(user), unquote(secret)) == (CLIENT, SECRET)

    def _id_token(self, nonce: str) -> str:
        now = int(self.now())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.user, "nonce": nonce, "iat": now, "exp": now + 300,
        }  # fmt: skip
        claims = {name: value for name, value in (claims | self.says).items() if value is not None}
        if self.broken == "own secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        if self.broken == "unsigned":
            parts = (b'{"alg":"none"}', str(claims).replace("'", '"').encode())
            return ".".join(urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."
        if self.broken == "other key":
            other = RSAKey.generate_key(2048)
            return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, other)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    async def _jwks(self, _request: Request) -> Response:
        self.asked.append("jwks")
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})
