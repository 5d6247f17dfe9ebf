"""Who a reader is: by what the library's own proxy says, or by a session that began with a link by mail.

Nothing of staff's session is looked at here, and nothing of this at the desk.
"""

from starlette.requests import Request

from mailproc.config_web_readers import WebReaders
from mailproc.web.proxy_user import ProxyUser


def cookie(*, secure: bool) -> str:
    """Return the name of the readers' cookie."""
    return "__Host-reader" if secure else "reader"


def said_by_proxy(request: Request, readers: WebReaders) -> str:
    """Return the number that a trusted proxy says; '' if none does, or if it says several."""
    return ProxyUser(readers.header, readers.trusted).of(request)
