"""Persons who may use the desk, and their sessions."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from mailproc.store.prepared_statements import Constant, made, table_of
from mailproc.store.staff_tables import StaffRow, StaffSessionRow

_STAFF, _SESSION = table_of(StaffRow), table_of(StaffSessionRow)


@dataclass(frozen=True)
class StaffMember:
    """Fields are columns of ``staff_tables.StaffRow``, where they are explained."""

    login: str
    name: str
    role: str
    hash: str
    added_at: datetime
    out_at: datetime | None = None


@dataclass(frozen=True)
class StaffSession:
    """A session that is written down."""

    login: str
    begun_at: datetime
    seen_at: datetime


_LOAD = Constant(select(_STAFF).where(_STAFF.c.login == bindparam("login")), StaffMember)
_SESSION_OF = Constant(
    select(_SESSION.c.login, _SESSION.c.begun_at, _SESSION.c.seen_at).where(
        _SESSION.c.token == bindparam("token")
    ),
    StaffSession,
)


def load(connection: Connection, login: str) -> StaffMember | None:
    """Return the person, also one who may not use the desk any more; None if there was never one."""
    return _LOAD.row(connection, {"login": login})


def listed(connection: Connection) -> list[StaffMember]:
    """Return all persons, by their logins."""
    return made(StaffMember, connection.execute(select(_STAFF).order_by(_STAFF.c.login)))


def keep(connection: Connection, person: StaffMember) -> None:
    """Write the person down as said, and end all sessions: whoever has the old password is out at once."""
    connection.execute(delete(_STAFF).where(_STAFF.c.login == person.login))
    connection.execute(_STAFF.insert().values(**asdict(person)))
    end_sessions(connection, person.login)


def change_role(connection: Connection, login: str, role: str) -> None:
    """Write down another role of the person; the sessions go on with it."""
    connection.execute(update(_STAFF).where(_STAFF.c.login == login).values(role=role))


def end_sessions(connection: Connection, login: str) -> None:
    """End all sessions of the person."""
    connection.execute(delete(_SESSION).where(_SESSION.c.login == login))


def begin_session(connection: Connection, token: str, login: str, now: datetime) -> None:
    """Write down that a browser is logged in. ``token``: a digest, as in ``StaffSessionRow``."""
    connection.execute(_SESSION.insert().values(token=token, login=login, begun_at=now, seen_at=now))


def session(connection: Connection, token: str) -> StaffSession | None:
    """Return the session, however old it is; None if there is none."""
    return _SESSION_OF.row(connection, {"token": token})


def see(connection: Connection, token: str, now: datetime) -> None:
    """Note that the session is in use."""
    connection.execute(update(_SESSION).where(_SESSION.c.token == token).values(seen_at=now))


def end_session(connection: Connection, token: str) -> None:
    """End a session; one that is not there has ended."""
    connection.execute(delete(_SESSION).where(_SESSION.c.token == token))


def forget_sessions(connection: Connection, begun_before: datetime, seen_before: datetime) -> None:
    """Delete the sessions that are over by their age."""
    over = or_(_SESSION.c.begun_at < begun_before, _SESSION.c.seen_at < seen_before)
    connection.execute(delete(_SESSION).where(over))
