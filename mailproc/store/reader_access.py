"""Readers who are signed in to their pages, and the links with which they sign in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, delete, func, or_, select, update

from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.reader_tables import ReaderLinkRow, ReaderSessionRow
from mailproc.store.tables import Instant
from mailproc.store.text import storable

_SESSION, _LINK = table_of(ReaderSessionRow), table_of(ReaderLinkRow)


@dataclass(frozen=True)
class ReaderSession:
    """A session that is written down."""

    patron_id: str
    begun_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class ReaderLink:
    """A link that was asked for; its row in ``reader_tables``."""

    id: int
    patron_id: str
    event_id: int


_LINK_COLUMNS = (_LINK.c.id, _LINK.c.patron_id, _LINK.c.event_id)
_SESSION_OF = Constant(
    select(_SESSION.c.patron_id, _SESSION.c.begun_at, _SESSION.c.seen_at).where(
        _SESSION.c.token == bindparam("token")
    ),
    ReaderSession,
)
_LINK_OF = Constant(select(*_LINK_COLUMNS).where(_LINK.c.id == bindparam("link_id")), ReaderLink)
_LINKS_OF = Constant(
    select(*_LINK_COLUMNS).where(_LINK.c.patron_id == bindparam("patron_id")).order_by(_LINK.c.id), ReaderLink
)
_OLD = Constant(
    select(*_LINK_COLUMNS)
    .where(_LINK.c.asked_at < bindparam("before", type_=Instant))
    .order_by(_LINK.c.asked_at)
    .limit(bindparam("most", type_=Integer)),
    ReaderLink,
)
_COUNT_OF = Constant(
    select(func.count())
    .select_from(_LINK)
    .where(_LINK.c.patron_id == bindparam("patron_id"), _LINK.c.asked_at > bindparam("since", type_=Instant))
)
_COUNT = Constant(
    select(func.count()).select_from(_LINK).where(_LINK.c.asked_at > bindparam("since", type_=Instant))
)
_BY_TOKEN = Constant(
    select(*_LINK_COLUMNS).where(
        _LINK.c.token == bindparam("token"), _LINK.c.until > bindparam("now", type_=Instant)
    ),
    ReaderLink,
)


def begin_session(connection: Connection, token: str, patron_id: str, now: datetime) -> None:
    """Write down that a browser is signed in. ``token``: a digest, as in ``ReaderSessionRow``."""
    row = {"token": token, "patron_id": storable(patron_id), "begun_at": now, "seen_at": now}
    connection.execute(_SESSION.insert().values(**row))


def session(connection: Connection, token: str) -> ReaderSession | None:
    """Return the session, however old it is; None if there is none."""
    return _SESSION_OF.row(connection, {"token": token})


def see(connection: Connection, token: str, now: datetime) -> None:
    """Note that the session is in use."""
    connection.execute(update(_SESSION).where(_SESSION.c.token == token).values(seen_at=now))


def end_session(connection: Connection, token: str) -> None:
    """End a session; one that is not there has ended."""
    connection.execute(delete(_SESSION).where(_SESSION.c.token == token))


def end_sessions(connection: Connection, patron_id: str) -> None:
    """End all sessions of the reader."""
    connection.execute(delete(_SESSION).where(_SESSION.c.patron_id == storable(patron_id)))


def forget_sessions(connection: Connection, begun_before: datetime, seen_before: datetime) -> None:
    """Delete the sessions that are over by their age."""
    over = or_(_SESSION.c.begun_at < begun_before, _SESSION.c.seen_at < seen_before)
    connection.execute(delete(_SESSION).where(over))


def add_link(connection: Connection, patron_id: str, event_id: int, now: datetime) -> int:
    """Write down that a link was asked for; return its id."""
    row = {"patron_id": storable(patron_id), "event_id": event_id, "asked_at": now}
    return int(connection.execute(_LINK.insert().values(**row).returning(_LINK.c.id)).scalar_one())


def link(connection: Connection, link_id: int) -> ReaderLink | None:
    """Return the link; None once it was deleted."""
    return _LINK_OF.row(connection, {"link_id": link_id})


def count_links(connection: Connection, patron_id: str, since: datetime) -> int:
    """Return how many links were asked for by this reader since then."""
    return int(_COUNT_OF.scalar(connection, {"patron_id": storable(patron_id), "since": since}))


def count_all_links(connection: Connection, since: datetime) -> int:
    """Return how many links were asked for since then."""
    return int(_COUNT.scalar(connection, {"since": since}))


def give_token(connection: Connection, link_id: int, token: str, until: datetime) -> bool:
    """Let the link hold this token (its digest) until then, and no earlier one; return if it is there."""
    done = connection.execute(update(_LINK).where(_LINK.c.id == link_id).values(token=token, until=until))
    return done.rowcount == 1


def with_token(connection: Connection, token: str, now: datetime) -> ReaderLink | None:
    """Return the link that holds the token now; None if it is over, or was used."""
    return _BY_TOKEN.row(connection, {"token": token, "now": now})


def use(connection: Connection, token: str, now: datetime) -> ReaderLink | None:
    """Return the link that holds the token, and let nobody use it again."""
    found = with_token(connection, token, now)
    if found is not None:
        connection.execute(update(_LINK).where(_LINK.c.id == found.id).values(token=None))
    return found


def links_of(connection: Connection, patron_id: str) -> Sequence[ReaderLink]:
    """Return all links of the reader."""
    return _LINKS_OF.rows(connection, {"patron_id": storable(patron_id)})


def old_links(connection: Connection, before: datetime, most: int) -> Sequence[ReaderLink]:
    """Return links that were asked for before then, the oldest first."""
    return _OLD.rows(connection, {"before": before, "most": most})


def delete_link(connection: Connection, link_id: int) -> None:
    """Delete a link."""
    connection.execute(delete(_LINK).where(_LINK.c.id == link_id))
