"""Who it is, as a web server of the library's says it: in one header, which counts from where it connects."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from starlette.requests import Request

PEER = "mailproc.peer"
"""Where the server keeps the address that really connected: X-Forwarded-For names another."""
LONGEST = 100
"""Characters of a login, or of a reader's number."""


class ProxyUser:
    """``trusted``: networks from which the web server connects."""

    def __init__(self, header: str, trusted: Sequence[str]) -> None:
        self._header = header
        self._trusted = [ip_network(one) for one in trusted]

    def of(self, request: Request) -> str:
        """Return the login; '' where the header is not there, comes from elsewhere, or stands twice."""
        said = request.headers.getlist(self._header)
        if len(said) != 1 or not self._is_trusted(request):
            return ""
        login = said[0].strip()
        return login if len(login) <= LONGEST and login.isprintable() else ""

    def _is_trusted(self, request: Request) -> bool:
        peer = request.scope.get(PEER, request.client.host if request.client else "")
        try:
            address = ip_address(str(peer).partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._trusted)
