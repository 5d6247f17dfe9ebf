"""Who may use the desk: add a person, change a password, show a person out. By operators alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from sqlalchemy import Connection

from mailproc import passwords
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.sentence import sentence
from mailproc.store import staff
from mailproc.store.engine import Store
from mailproc.store.staff import StaffMember

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
LEAST = 10
"""Characters of a password: NIST SP 800-63B-4 demands 8, and 15 where nothing else protects the account."""
LONGEST_NAME = 80


class StaffRole(IntEnum):
    """What a person may do at the desk; each may what those before it may."""

    LOOK = 1
    WORK = 2
    KEEP = 3

    @property
    def code(self) -> str:
        """Return the word for it on the command line and in the store: "work"."""
        return self.name.lower()


@dataclass(frozen=True)
class StaffPerson:
    """Who acts at the desk. ``until``: when the session ends (UTC) if nobody clicks; None without one."""

    login: str
    name: str
    role: StaffRole
    until: datetime | None = None

    def may(self, role: StaffRole) -> bool:
        """Return whether the person may what ``role`` may."""
        return self.role >= role

    def must(self, role: StaffRole) -> None:
        """Raise LocalFault unless the person may what ``role`` may."""
        if not self.may(role):
            code = "staff-may-not-keep" if role is StaffRole.KEEP else "staff-may-not"
            raise LocalFault(sentence(code, name=self.name))


def role_of(code: str) -> StaffRole:
    """Return the role. Raise LocalFault for another word."""
    known = {role.code: role for role in StaffRole}
    if code.lower() not in known:
        raise LocalFault(sentence("staff-role", given=code[:40], known=", ".join(known)))
    return known[code.lower()]


def add(store: Store, context: Context, login: str, name: str, role: StaffRole, password: str) -> StaffMember:
    """Let a person use the desk, also one who was out. Raise LocalFault, also where the login is taken."""
    if not LOGIN.fullmatch(login):
        raise LocalFault(sentence("staff-login", given=login[:40]))
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise LocalFault(sentence("staff-name", most=LONGEST_NAME))
    _check(password)
    person = StaffMember(login, name, role.code, passwords.hashed(password), context.clock())

    def job(connection: Connection) -> None:
        known = staff.load(connection, login)
        if known is not None and known.out_at is None:
            raise LocalFault(sentence("staff-taken", login=login), (f"mailproc staff passwd {login}",))
        staff.keep(connection, person)

    store.write(job)
    return person


def change_password(store: Store, login: str, password: str) -> StaffMember:
    """Change the password, and end the person's sessions. Raise LocalFault."""
    _check(password)
    made = passwords.hashed(password)
    return _changed(store, login, lambda person: replace(person, hash=made))


def change_role(store: Store, login: str, role: StaffRole) -> StaffMember:
    """Change what the person may do: at once, also in open sessions. Raise LocalFault."""

    def job(connection: Connection) -> StaffMember:
        known = _known(connection, login)
        staff.change_role(connection, login, role.code)
        return replace(known, role=role.code)

    return store.write(job)


def show_out(store: Store, context: Context, login: str) -> StaffMember:
    """End the person's sessions, and let nobody in by this login. Raise LocalFault."""
    now = context.clock()
    return _changed(store, login, lambda person: replace(person, out_at=now, hash=""))


def listed(store: Store) -> list[StaffMember]:
    """Return all, also those who are out."""
    with store.read() as connection:
        return staff.listed(connection)


def is_nobody(store: Store) -> bool:
    """Return whether nobody may use the desk, where we say ourselves who it is."""
    return all(one.out_at is not None for one in listed(store))


def _changed(store: Store, login: str, change: Callable[[StaffMember], StaffMember]) -> StaffMember:
    def job(connection: Connection) -> StaffMember:
        changed = change(_known(connection, login))
        staff.keep(connection, changed)
        return changed

    return store.write(job)


def _known(connection: Connection, login: str) -> StaffMember:
    person = staff.load(connection, login)
    if person is None or person.out_at is not None:
        raise LocalFault(sentence("staff-unknown", login=login[:40]), ("mailproc staff list",))
    return person


def _check(password: str) -> None:
    if not len(password) >= LEAST or len(password.encode("utf-8", "surrogateescape")) > passwords.LONGEST:
        raise LocalFault(sentence("staff-password", least=LEAST, most=passwords.LONGEST))
