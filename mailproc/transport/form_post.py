"""Post a form by HTTP: all that OAuth 2 asks of it (RFC 6749 section 4, RFC 8628 section 3)."""

from types import MappingProxyType
from urllib.parse import urlencode

from mailproc.transport import http_client
from mailproc.transport.http_client import HttpLimits

LIMITS = HttpLimits()
_HEADERS = MappingProxyType(
    {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
)


def post(url: str, form: dict[str, str]) -> tuple[int, bytes]:
    """Return status and content of the answer. Raise HttpTrouble."""
    answer = http_client.ask("POST", url, urlencode(form).encode(), _HEADERS, LIMITS)
    return answer.status, answer.content
