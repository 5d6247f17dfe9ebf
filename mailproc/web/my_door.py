"""Who a reader is: by what the library's own proxy says, or by a session that began with a link by mail.

Nothing of staff's session is looked at here, and nothing of this at the desk.
"""

from ipaddress import ip_address, ip_network

from starlette.requests import Request

from mailproc.config_web_readers import WebReaders

MOST_NUMBER = 100
"""Characters of a reader's number."""
_PEER = "mailproc.peer"


def cookie(*, secure: bool) -> str:
    """Return the name of the readers' cookie."""
    return "__Host-reader" if secure else "reader"


def said_by_proxy(request: Request, readers: WebReaders) -> str:
    """Return the number that a trusted proxy says; '' if none does, or if it says several."""
    if not _is_trusted(_peer(request), readers.trusted):
        return ""
    said = request.headers.getlist(readers.header)
    number = said[0].strip() if len(said) == 1 else ""
    return number if len(number) <= MOST_NUMBER and number.isprintable() else ""


def _peer(request: Request) -> str:
    """Return who made the connection: not what a header says of the client."""
    client = request.client.host if request.client else ""
    return str(request.scope.get(_PEER, client))


def _is_trusted(peer: str, trusted: tuple[str, ...]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ip_network(one, strict=False) for one in trusted)
