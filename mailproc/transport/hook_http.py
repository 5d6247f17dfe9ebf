"""Tell a hook by HTTP: a POST of JSON, signed as Standard Webhooks says (standardwebhooks.com).

So a library may verify it with one of the libraries for that, or in twenty lines (docs/integration.md).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from mailproc.config import Hook
from mailproc.errors import TryLater
from mailproc.ill.hook_payload import HookPayload
from mailproc.ils.hook_outcome import HookOutcome, HookResult
from mailproc.sentence import sentence
from mailproc.store.hook_calls import HookCall
from mailproc.transport import http_client
from mailproc.transport.http_client import HttpLimits, HttpTrouble

LARGEST = 64_000
"""Octets of an answer, of which only the status counts."""
_DONE_LATER = (HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""Statuses that say that nothing was done yet (RFC 8470, RFC 6585, RFC 9110 section 15.6.4)."""
_DOUBTFUL = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
"""Statuses below 500 of a server that may be at work on it; 409: on an earlier try with the same key."""


def body_of(payload: HookPayload) -> bytes:
    """Return the JSON that is sent, the same octets at each try."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, key: str, timestamp: str, body: bytes) -> str:
    """Return the header webhook-signature: HMAC-SHA256 over "key.timestamp.body", in base64."""
    signed = f"{key}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_octets(secret), signed, hashlib.sha256)).decode()


def _octets(secret: str) -> bytes:
    """A secret that begins with "whsec_" is base64, as Standard Webhooks writes it; another is itself."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def deliverer(hook: Hook, seconds: Callable[[], float]) -> Callable[[HookCall], HookOutcome]:
    """Return what makes the calls of a hook. ``seconds``: since 1970, of the time stamp."""
    limits = HttpLimits(timeout=hook.timeout, longest=hook.timeout, largest=LARGEST)

    def deliver(call: HookCall) -> HookOutcome:
        body = body_of(call.payload)
        headers = _headers(hook, call.key, str(int(seconds())), body)
        try:
            answer = http_client.ask("POST", hook.url, body, headers, limits)
        except HttpTrouble as trouble:
            return _unanswered(hook, trouble)
        return HookOutcome(_result(answer.status), sentence("hook-answered", status=answer.status))

    return deliver


def _unanswered(hook: Hook, trouble: HttpTrouble) -> HookOutcome:
    """Of the URL no more is told than its host: it may hold a token."""
    result = HookResult.IN_DOUBT if trouble.asked else HookResult.LATER
    host = urlsplit(hook.url).hostname or ""
    if trouble.late:
        return HookOutcome(result, sentence("hook-late", host=host, seconds=f"{hook.timeout:g}"))
    return HookOutcome(result, sentence("hook-no-answer", host=host, why=str(trouble)))


def _headers(hook: Hook, key: str, timestamp: str, body: bytes) -> Mapping[str, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "mailproc",
        "Idempotency-Key": f'"{key}"',
        "webhook-id": key,
        "webhook-timestamp": timestamp,
    }
    if secret := hook.secret.get_secret_value():
        headers["webhook-signature"] = signature(secret, key, timestamp, body)
    return headers


def _result(status: int) -> HookResult:
    """A redirect is refused: nobody follows it, so the URL must be put right."""
    if 200 <= status < 300:
        return HookResult.DONE
    if status in _DONE_LATER:
        return HookResult.LATER
    if 300 <= status < 500 and status not in _DOUBTFUL:
        return HookResult.REFUSED
    return HookResult.IN_DOUBT


def answers(hook: Hook) -> str:
    """Ask whether anybody is there, and tell nothing; return the answer. Raise TryLater."""
    limits = HttpLimits(timeout=hook.timeout, longest=hook.timeout, largest=LARGEST)
    try:
        answer = http_client.ask("HEAD", hook.url, limits=limits)
    except HttpTrouble as trouble:
        raise TryLater(_unanswered(hook, trouble).said) from trouble
    return f"answers ({answer.status} to HEAD); `mailproc hooks try {hook.name}` tries path and secret too"
