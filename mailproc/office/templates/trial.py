"""Try a draft before it is used: by its contract, by the guard, on the requests that used its text last."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault, MailprocError, TryLater
from mailproc.flow.context import Context
from mailproc.flow.prepare.notice_context import addressed_by
from mailproc.notices.render import path_of
from mailproc.office.slips.kinds import RULES, kind_of
from mailproc.office.templates import finished_letter, template_dry_run
from mailproc.office.templates.drafts import Draft
from mailproc.office.templates.machine_previews import NothingWritten
from mailproc.sentence import Part, sentence
from mailproc.store import requests, template_uses, transactions
from mailproc.store.intent_bodies import NoticeToPartner, NoticeToReader, NoticeToStaff
from mailproc.store.rows import Transaction
from mailproc.templating.problem import BrokenTemplate, TemplateProblem

MOST = 20
"""Requests on which a draft is tried."""
LOOKED_AT, NEWEST = 2_000, 60
"""Messages and letters that are looked through for those that used the text; transactions, for a system's."""
SECONDS, LOOKING = 2.0, 1.0
"""So long it is tried on requests, and so long they are looked for; one letter is bounded by itself."""
AT_ONCE = 2
"""Trials: the processor is the mail's too."""
_ROOM = threading.BoundedSemaphore(AT_ONCE)
TYPED_SECONDS = 0.2
"""As ``SECONDS`` and ``LOOKING``, of a draft that is being typed: the next letter brings the next trial."""
TYPED_WORK = 1.0
"""Of the processor, for all that is made of such a draft; what takes longer waits for the button."""
MOST_TYPED = 2
"""Trials of what is being typed, each of another person; they take no place from who presses a button."""


@dataclass(frozen=True)
class LostBy:
    """A request whose letter the draft would spoil, and how."""

    number: str
    why: Part


@dataclass(frozen=True)
class Trial:
    """``problems``: of the draft itself. ``fine``: on so many requests it makes a letter; ``lost``: on these
    it does not, and the text in use does; ``before``: on these neither does; ``left``: so many were not
    looked at, for it took too long."""

    problems: tuple[TemplateProblem, ...] = ()
    fine: int = 0
    lost: tuple[LostBy, ...] = ()
    before: tuple[str, ...] = ()
    left: int = 0

    @property
    def holds(self) -> bool:
        """Whether the draft may be used."""
        return not self.problems and not self.lost


@contextmanager
def room() -> Iterator[None]:
    """Take one of the few places for work on drafts. Raise TryLater where none is free."""
    if not _ROOM.acquire(blocking=False):
        raise TryLater(sentence("template-crowded"))
    try:
        yield
    finally:
        _ROOM.release()


class _TypedRoom:
    """Who has a draft tried while typing. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logins: set[str] = set()

    @contextmanager
    def of(self, login: str) -> Iterator[None]:
        """Take the place of this person. Raise TryLater where it is taken, or none is free."""
        with self._lock:
            if login in self._logins or len(self._logins) >= MOST_TYPED:
                raise TryLater(sentence("template-crowded"))
            self._logins.add(login)
        try:
            yield
        finally:
            with self._lock:
                self._logins.remove(login)


typed_room = _TypedRoom()


def problems_of(context: Context, draft: Draft) -> tuple[TemplateProblem, ...]:
    """Return what is wrong with the draft, whatever request it is about; () if nothing."""
    found = context.templates.problems_of(draft.path, draft.text or "", draft.name)
    if found:
        return found
    try:
        template_dry_run.check_draft(context, draft)
    except BrokenTemplate as broken:
        return broken.problems
    return ()


def tried(
    connection: Connection,
    context: Context,
    draft: Draft,
    users: Sequence[Transaction],
    seconds: float = SECONDS,
) -> Trial:
    """Return what came of it, on the requests of these attempts."""
    if problems := problems_of(context, draft):
        return Trial(problems)
    until, fine, lost, before = time.monotonic() + seconds, 0, list[LostBy](), list[str]()
    for done, one in enumerate(users):
        if time.monotonic() > until:
            return Trial((), fine, tuple(lost), tuple(before), len(users) - done)
        why = _spoilt(connection, context, draft, one)
        number = requests.number_of(connection, one.request_id)
        if why is None:
            fine += 1
        elif _spoilt(connection, context, Draft(draft.path), one) is None:
            lost.append(LostBy(number, why))
        else:
            before.append(number)
    return Trial((), fine, tuple(lost), tuple(before))


def _spoilt(connection: Connection, context: Context, draft: Draft, row: Transaction) -> Part | None:
    """Return why no letter comes of it; None where one does."""
    try:
        finished_letter.of_request(connection, context, draft, row)
    except MailprocError as fault:
        return fault.said
    return None


def last_users(
    connection: Connection, context: Context, path: str, seconds: float = LOOKING
) -> list[Transaction]:
    """Return the attempts in which the text was used last, the newest first, each request once.

    Of a letter those whose reader or partner would get the text at this very path, by their language; if
    there are none, those of any language. Fewer, where looking takes too long.
    """
    until, found, alike = time.monotonic() + seconds, dict[int, Transaction](), list[Transaction]()
    for row in _candidates(connection, context, path):
        if row.request_id not in found:
            found[row.request_id] = row
            alike += [row] if _speaks(connection, context, path, row) else []
        if len(alike) == MOST or len(found) == NEWEST or time.monotonic() > until:
            break
    return (alike or list(found.values()))[:MOST]


def _candidates(connection: Connection, context: Context, path: str) -> Iterator[Transaction]:
    contract, kind = context.templates.contract(path), kind_of(path)
    if kind is not None:
        rows = template_uses.newest(connection, NEWEST)
        yield from (row for row in rows if row.role is RULES[kind].role)
    elif contract.machine:
        for row in template_uses.newest(connection, NEWEST):
            if row.codec == path.partition("/")[0] and _uses(connection, context, path, row):
                yield row
    else:
        name = path.partition("/")[2].removesuffix(".txt")
        for said in template_uses.said_lately(connection, LOOKED_AT):
            body = said.body
            if not isinstance(body, NoticeToReader | NoticeToStaff | NoticeToPartner):
                continue
            if body.name == name and said.transaction_id is not None:
                yield transactions.load(connection, said.transaction_id)


def _uses(connection: Connection, context: Context, path: str, row: Transaction) -> bool:
    try:
        finished_letter.of_request(connection, context, Draft(path), row)
    except NothingWritten:
        return False
    except LocalFault:  # the text in use is broken: the draft may mend it
        return True
    except MailprocError:
        return False
    return True


def _speaks(connection: Connection, context: Context, path: str, row: Transaction) -> bool:
    who = addressed_by(connection, context, path, row)
    if who is None:
        return True
    name = path.partition("/")[2].removesuffix(".txt")
    return context.templates.source(path_of(name, who.language)).path == path
