"""Ask a token server, and read its answer as one that may say anything (RFC 6749 sections 5.1 and 5.2)."""

import json
import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from mailproc.errors import TryLater
from mailproc.log import mask, register_token
from mailproc.secret_words import MASK, SHORTEST
from mailproc.sentence import Part, sentence
from mailproc.transport import form_post
from mailproc.transport.http_client import HttpTrouble

SHOWN = 200  # characters of a server's words
LONGEST_WORD = 60  # characters; longer ones may be tokens, and are not shown
LONGEST_TOKEN = 20_000  # characters
LONGEST_LIFE = 86_400.0  # seconds for which a token is believed to hold
USUAL_LIFE = 600.0  # where the server does not say
PIECE = 8  # characters of a secret that are not shown either
SECRET = ("client_secret", "refresh_token", "device_code")
"""Fields of a form that are for the server alone."""
PASSING = {"temporarily_unavailable", "server_error", "slow_down", "authorization_pending"}


class TokenTrouble(TryLater):
    """The token server cannot be reached, or is busy. ``error``: its code of RFC 6749 section 5.2, or ''."""

    def __init__(self, said: Part = "", error: str = "") -> None:
        super().__init__(said)
        self.error = error


class TokenRefused(TokenTrouble):
    """The token server is there and says no: somebody must look."""


@dataclass(frozen=True)
class Token:
    """``lifetime`` in seconds; ``refresh_token`` '' where the server gave none."""

    access_token: str
    lifetime: float
    refresh_token: str


def token(url: str, form: dict[str, str]) -> Token:
    """Return what the server gives for this form. Raise TokenTrouble or TokenRefused."""
    answer = asked(url, form, "access_token")
    lifetime = min(number(answer, "expires_in", USUAL_LIFE), LONGEST_LIFE)
    given = Token(_secret(answer, "access_token"), lifetime, _secret(answer, "refresh_token"))
    if not given.access_token or str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise unusable(url, "access_token", 200)
    return given


def asked(url: str, form: dict[str, str], what: str) -> dict[str, Any]:
    """Return the server's answer, an object that holds ``what``. Raise TokenTrouble or TokenRefused."""
    try:
        status, content = form_post.post(url, form)
    except HttpTrouble as trouble:
        late = sentence("no-answer-within", seconds=f"{form_post.LIMITS.longest:g}")
        why = late if trouble.late else _clean(str(trouble), form)
        raise TokenTrouble(sentence("token-server-gone", server=_host(url), why=why)) from None
    answer = _object(content)
    if status == 200 and answer.get(what):
        return answer
    named = answer.get("error")
    code = named if isinstance(named, str) else ""
    words = _clean(f"{code} {answer.get('error_description') or ''}", form)
    raise _refusal(url, status, code, words, what)


def _refusal(url: str, status: int, code: str, words: str, what: str) -> TokenTrouble:
    why = words if code else f"HTTP {status}"
    if status >= 500 or status == 429 or code in PASSING:
        return TokenTrouble(sentence("token-server-gone", server=_host(url), why=why), code)
    if code:
        return TokenRefused(sentence("token-refused", server=_host(url), why=why), code)
    return unusable(url, what, status)


def unusable(url: str, what: str, status: int) -> TokenRefused:
    """The answer is no refusal, and what was asked for is not in it."""
    return TokenRefused(sentence("token-unusable", server=_host(url), what=what, status=status))


def _clean(text: str, form: dict[str, str]) -> str:
    """One printable line of the server's words, without our secrets, which it may quote."""
    line = "".join(sign if sign.isprintable() else "?" for sign in without_tokens(text))
    for secret in (form.get(key, "") for key in SECRET):
        if len(secret) >= SHORTEST:
            for written in (secret, quote_plus(secret), quote(secret), quote(secret, safe="")):
                line = line.replace(written, MASK)
    shown = mask(line)[:SHOWN]
    for key in SECRET:
        shown = _without_parts(shown, form.get(key, ""))
    return shown


def _without_parts(line: str, secret: str) -> str:
    """The line without pieces of the secret, ``PIECE`` characters or more: a server may quote half of it."""
    for begin in range(len(secret) - PIECE + 1):
        if (piece := secret[begin : begin + PIECE]) in line:
            while piece + (more := secret[begin + len(piece) : begin + len(piece) + 1]) in line and more:
                piece += more
            line = line.replace(piece, MASK)
    return line


def without_tokens(text: str) -> str:
    """One line without its long words: a server that quotes a token may cut it anywhere."""
    words = text[:LONGEST_TOKEN].split()
    if len(text) > LONGEST_TOKEN:  # the last one is cut, and may be half a secret
        words = words[:-1]
    return " ".join(word if len(word) <= LONGEST_WORD else "…" for word in words)


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _object(content: bytes) -> dict[str, Any]:
    """The JSON object, or an empty one."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _secret(answer: dict[str, Any], key: str) -> str:
    """A token that can stand in a header: visible ASCII (RFC 6750 section 2.1). '' for anything else."""
    given = answer.get(key)
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_TOKEN:
        return ""
    if not all("!" <= sign <= "~" for sign in given):
        return ""
    register_token(given)
    return given


def number(answer: dict[str, Any], key: str, usual: float) -> float:
    """A number of the answer, not below 0; some servers write it as text."""
    given = answer.get(key)
    try:
        found = float(given) if isinstance(given, int | float | str) else usual
    except (ValueError, OverflowError):
        return usual
    return usual if math.isnan(found) else max(found, 0.0)
