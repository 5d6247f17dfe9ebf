"""Ask a provider of OpenID Connect who somebody is: the code flow with PKCE (Core 1.0, section 3.1).

Authlib judges the claims and joserfc, which it brings, the signature; our own client asks by HTTP, within its
limits. Nothing of what the provider says is shown or logged.
"""

import json
import logging
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from mailproc.config import WebOidc
from mailproc.errors import LocalFault, TryLater
from mailproc.sentence import Sentence, sentence
from mailproc.transport import http_client
from mailproc.transport.http_client import HttpAnswer, HttpLimits, HttpTrouble

_log = logging.getLogger(__name__)

LIMITS = HttpLimits(timeout=5, longest=10, largest=200_000)
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a key of the provider's alone: never "none", nor one with a secret that we know too."""
SKEW = 60
"""Seconds by which the provider's clock may differ from ours."""
KEPT = timedelta(hours=1)
"""So long its description and its keys are believed to be as they were."""
AGAIN = timedelta(seconds=30)
"""A key that is not known makes us ask for the keys again, this often at most."""
_NONE: Mapping[str, str] = MappingProxyType({})
LONGEST_CLAIM = 255
"""Characters of what names a person."""


class _Unusable(TryLater):
    """``why``: for who runs the service, not for who logs in."""

    def __init__(self, said: Sentence, why: str) -> None:
        super().__init__(said)
        self.why = why


class OidcProvider:
    """One for all threads. ``redirect_uri``: exactly as the provider knows it."""

    def __init__(self, settings: WebOidc, redirect_uri: str, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._lock = threading.Lock()
        self._described: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def check(self) -> str:
        """Ask for its description and its keys, as a login does; return who answers. Raise TryLater."""
        try:
            for name in ("authorization_endpoint", "token_endpoint"):
                self._endpoint(name)
            self._key_set(KEPT)
        except _Unusable as trouble:
            raise TryLater(f"{self._settings.issuer}: {trouble.why}") from None
        return f"{self._settings.issuer} answers, and its keys can be read"

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser goes to log in. Raise TryLater."""
        url = prepare_grant_uri(
            self._endpoint("authorization_endpoint"), self._settings.client_id, "code",
            redirect_uri=self._redirect_uri, scope=self._settings.scope, state=state, nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        )  # fmt: skip
        return str(url)

    def subject(self, code: str, nonce: str, verifier: str) -> str:
        """Return what names the person, by the code that the browser brought. Raise LocalFault, TryLater."""
        answer = self._exchanged(code, verifier)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str) or len(id_token) > 50_000:
            raise self._refused("no id_token")
        claims = self._claims(id_token, nonce, answer.get("access_token"))
        said = claims.get(self._settings.claim)
        if not isinstance(said, str) or not said or len(said) > LONGEST_CLAIM:
            raise self._refused(f"no claim {self._settings.claim}")
        if self._settings.claim == "email" and claims.get("email_verified") is not True:
            raise self._refused("nobody has verified the e-mail address")  # anybody may have typed it
        return said

    def _exchanged(self, code: str, verifier: str) -> dict[str, Any]:
        """Return what the token endpoint gives for the code."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        user, secret = self._settings.client_id, self._settings.client_secret.get_secret_value()
        ways = self._description().get("token_endpoint_auth_methods_supported")
        if isinstance(ways, list) and "client_secret_post" in ways:
            form |= {"client_id": user, "client_secret": secret}
        else:  # what holds where it says nothing
            headers["Authorization"] = _basic(user, secret)
        answer = self._asked("POST", self._endpoint("token_endpoint"), urlencode(form).encode(), headers)
        if answer.status >= 500 or answer.status == 429:
            raise self._away(f"HTTP {answer.status}")
        if answer.status != 200:
            raise self._refused(f"the code was refused, HTTP {answer.status}")
        return self._object(answer)

    def _claims(self, id_token: str, nonce: str, access_token: Any) -> dict[str, Any]:
        try:
            token = self._verified(id_token)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self._settings.issuer},
                    "aud": {"essential": True, "value": self._settings.client_id},
                },
                {"nonce": nonce, "client_id": self._settings.client_id, "access_token": access_token},
            )
            claims.validate(int(self._clock().timestamp()), SKEW)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise self._refused(f"its token does not hold: {type(error).__name__}") from None
        return dict(claims)

    def _verified(self, id_token: str) -> jwt.Token:
        """Check the signature; where its key is not known, with the keys as they are now."""
        try:
            return jwt.decode(id_token, self._key_set(KEPT), [*ALGORITHMS])
        except InvalidKeyIdError:
            return jwt.decode(id_token, self._key_set(AGAIN), [*ALGORITHMS])

    def _key_set(self, kept: timedelta) -> KeySet:
        with self._lock:
            found = self._keys
        if found is None or self._clock() - found[0] >= kept:
            said = self._object(self._asked("GET", self._endpoint("jwks_uri")))
            try:
                found = self._clock(), KeySet.import_key_set(said)  # type: ignore[arg-type]  # it checks that
            except (JoseError, ValueError, TypeError, KeyError, AttributeError):
                raise self._wrong("its keys cannot be read") from None
            with self._lock:
                self._keys = found
        return found[1]

    def _endpoint(self, name: str) -> str:
        """Return an address that the provider names. Secrets go there: https, or this machine."""
        url = self._description().get(name)
        if not isinstance(url, str) or not _is_safe(url):
            raise self._wrong(f"its {name} is no address")
        return url

    def _description(self) -> dict[str, Any]:
        with self._lock:
            found = self._described
        if found is None or self._clock() - found[0] >= KEPT:
            url = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            said = self._object(self._asked("GET", url))
            if said.get("issuer") != self._settings.issuer:
                raise self._wrong("it names another issuer than config.toml")
            found = self._clock(), said
            with self._lock:
                self._described = found
        return found[1]

    def _asked(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] = _NONE
    ) -> HttpAnswer:
        try:
            return http_client.ask(method, url, body, headers, LIMITS)
        except HttpTrouble as trouble:
            if isinstance(trouble.__cause__, ssl.SSLCertVerificationError):
                raise self._wrong(str(trouble)) from None
            raise self._away("it did not answer in time" if trouble.late else str(trouble)) from None

    def _object(self, answer: HttpAnswer) -> dict[str, Any]:
        try:
            said = json.loads(answer.content)
        except (ValueError, RecursionError):
            said = None
        if answer.status >= 500 or answer.status == 429:
            raise self._away(f"HTTP {answer.status}")
        if answer.status != 200 or not isinstance(said, dict):
            raise self._wrong(f"HTTP {answer.status}, and no JSON object")
        return said

    def _away(self, why: str) -> _Unusable:
        """What may be over in a moment."""
        return self._unusable("oidc-away", why)

    def _wrong(self, why: str) -> _Unusable:
        """What stays so until somebody sets it right: address, certificate, what it says of itself."""
        return self._unusable("oidc-wrong", why)

    def _unusable(self, code: str, why: str) -> _Unusable:
        _log.warning("the provider by which staff log in cannot be used: %s", why)
        return _Unusable(sentence(code, server=urlsplit(self._settings.issuer).netloc), why)

    def _refused(self, why: str) -> LocalFault:
        _log.warning("a login by the provider was refused: %s", why)
        return LocalFault(sentence("oidc-refused", server=urlsplit(self._settings.issuer).netloc))


def _basic(user: str, secret: str) -> str:
    """Return the header (RFC 6749 section 2.3.1: both are encoded as in a form)."""
    return "Basic " + b64encode(f"{quote(user, safe='')}:{quote(secret, safe='')}".encode()).decode()


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))
