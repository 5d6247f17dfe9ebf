"""The letter with a link to the pages for readers: it is kept with a mask where the link's secret belongs.

The secret is drawn when the letter leaves, and only its digest is stored: whoever reads a letter of ours in
the store, or at the desk, signs in nowhere.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from sqlalchemy import Connection

from mailproc.config import Config
from mailproc.errors import GiveUp
from mailproc.flow.context import Context
from mailproc.mail.compose import compose
from mailproc.mail.letter import Body, Part
from mailproc.mail.parse import parse
from mailproc.secret_words import MASK
from mailproc.sentence import sentence
from mailproc.store import outgoing, reader_access
from mailproc.store.engine import Store
from mailproc.store.rows import OutgoingLetter, OutgoingRecord

SIGN_IN = "patron/sign_in"
PLACE = "/my/in/"
"""Before the secret, in the address."""
_REF = "sign-in:"
_OCTETS = 32


def address(config: Config) -> str:
    """Return the link, with the mask in place of the secret."""
    web = config.web
    host = f"[{web.host}]" if ":" in web.host else web.host
    return f"{web.public_url.rstrip('/') or f'http://{host}:{web.port}'}{PLACE}{MASK}"


def secret_ref(link_id: int) -> str:
    """Return how the letter's row says which link it brings."""
    return f"{_REF}{link_id}"


def is_one(row: OutgoingRecord) -> bool:
    """Return whether the letter brings a link."""
    return row.secret_ref.startswith(_REF)


def _link_of(row: OutgoingRecord) -> int:
    return int(row.secret_ref.removeprefix(_REF))


def digest(token: str) -> str:
    """Return what the store keeps of a secret."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def end_links(connection: Connection, outgoing_ids: Sequence[int], now: datetime) -> None:
    """Let the links in these letters open nothing more: a letter that came back is read by others."""
    for outgoing_id in outgoing_ids:
        row = outgoing.record(connection, outgoing_id)
        if row is not None and is_one(row):
            nobodys = digest(secrets.token_urlsafe(_OCTETS))
            reader_access.give_token(connection, _link_of(row), nobodys, now)


def filled(row: OutgoingLetter, raw: bytes, store: Store, context: Context) -> bytes:
    """Return the bytes for the socket, with a new secret; an earlier one of the same link opens nothing more.

    Raise GiveUp if the link was deleted: its reader was forgotten.
    """
    token, now = secrets.token_urlsafe(_OCTETS), context.clock()
    until = now + timedelta(minutes=context.config.web.readers.link_minutes)
    known = store.write(
        lambda connection: reader_access.give_token(connection, _link_of(row), digest(token), until)
    )
    if not known:
        raise GiveUp(sentence("sign-in-gone"))
    text = parse(raw).text.replace(f"{PLACE}{MASK}", f"{PLACE}{quote(token, safe='')}")
    library = context.config.library
    return compose(
        Body(row.subject, (Part("text/plain", b"", text=text),)),
        sender=library.email,
        sender_name=library.name,
        to=[row.rcpt_to],
        message_id=row.message_id,
        date=row.prepared_at.astimezone(context.zone),
    )
