"""Build the digest: what needs attention and why, what waits for others, and the total of both.

Each open request is in exactly one group, or has a timer, or is in ``idle``: there nothing happens unless a
letter comes or a person acts.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.attention import OUR_TURN, OVER_WITH_THE_NEXT, Reason, rank
from mailproc.ill.terms import Role, State
from mailproc.notices.language import Language
from mailproc.office.queries import hub_state, letters
from mailproc.office.queries.letters import LetterLine
from mailproc.sentence import Note, note, sentence
from mailproc.store import open_requests, skipped_letters
from mailproc.store.rows import OpenAttempt
from mailproc.store.skipped_letters import Remembered

MAY_NEED = {state.name for _, state in OUR_TURN} | {
    state.name for state in State if state.gives_way or state is State.RETURNED
}
"""States in which an action of ours may be due; in all others only a reason or a promise makes it so."""
OF_A_PROMISE = frozenset({Reason.PROMISE_PASSED, Reason.PROMISE_DUE})
"""What stands since the promised day."""


@dataclass(frozen=True)
class Todo:
    """A request in its group. ``reasons``: all of them. ``since``: since when the first has stood, or, where
    its state alone says so, when it came into that state; of a promise that has passed, its day. ``put_off``:
    until when staff have."""

    number: str
    title: str
    partner: str
    role: Role
    state: str
    reasons: tuple[str, ...]
    since: datetime
    put_off: date | None = None


@dataclass(frozen=True)
class Need:
    """Why a request needs attention, the most urgent reason first; until when staff have put it off."""

    reasons: tuple[str, ...] = ()
    put_off: date | None = None


@dataclass(frozen=True)
class Group:
    reason: str
    requests: tuple[Todo, ...]


@dataclass(frozen=True)
class Unread:
    """A mailbox that cannot be read, or single letters of it that could not be; or the hub, silent for a
    day."""

    name: str
    error: Note
    since: datetime


@dataclass(frozen=True)
class FaultyText:
    """A broken text of the library's own, with its first fault and the number of others."""

    path: str
    error: str
    more: int


MOST_LETTERS = 50
"""Shelved letters that are shown; more (a flood of strangers' letters) are not loaded."""


@dataclass(frozen=True)
class Agenda:
    """The digest.

    Each open request is in one group, or in ``put_off`` (the first to come back first), or counts among
    ``waiting`` (for others). ``idle`` are those of
    ``waiting`` without a timer: nothing happens automatically. The longest waiting first. ``unplaced``: at
    most ``MOST_LETTERS`` of ``unplaced_count``. ``stuck``: how many of ``unsent`` nothing but a person moves.
    ``unread``: letters that wait for DNS.
    """

    day: date
    groups: tuple[Group, ...]
    needing: int
    put_off: tuple[Todo, ...]
    waiting: int
    idle: tuple[Todo, ...]
    all_open: int
    unplaced: tuple[LetterLine, ...]
    unplaced_count: int
    unsent: tuple[LetterLine, ...]
    stuck: int
    unread: tuple[LetterLine, ...]
    mailboxes: tuple[Unread, ...]
    texts: tuple[FaultyText, ...]

    @property
    def letters_needing(self) -> int:
        """Return how many letters need a hand; their requests may wait for others all the same."""
        return self.unplaced_count + self.stuck


def agenda(connection: Connection, context: Context) -> Agenda:
    """Return what is to be done now."""
    day = context.today()
    at_hand, idle = _at_hand(connection, context)
    needing = [one for one in at_hand if one.put_off is None]
    all_open = open_requests.count(connection)
    unsent = tuple(letters.outbox(connection))
    return Agenda(
        day=day,
        groups=tuple(_groups(needing)),
        needing=len(needing),
        put_off=tuple(sorted((one for one in at_hand if one.put_off), key=_comes_back)),
        waiting=all_open - len(at_hand),
        idle=idle,
        all_open=all_open,
        unplaced=tuple(letters.shelved(connection, MOST_LETTERS, to_do=True)),
        unplaced_count=letters.count_shelved(connection, to_do=True),
        unsent=unsent,
        stuck=sum(one.state in letters.STUCK for one in unsent),
        unread=tuple(letters.waiting(connection)),
        mailboxes=tuple(_unread(connection, context)),
        texts=faulty_texts(context),
    )


def needs(connection: Connection, day: date, only: Collection[int] | None = None) -> dict[int, Need]:
    """Return why requests need attention, by request id; those that are put off among them.

    ``only`` limits it to these. Lists and digest use this one rule, so that they agree.
    """
    rows = open_requests.attempts(connection, MAY_NEED, day, only)
    each = groupby(rows, key=lambda row: row.request_id)
    needs = ((number, _need(list(attempts), day)) for number, attempts in each)
    return {number: found for number, found in needs if found.reasons}


def _need(attempts: Sequence[OpenAttempt], day: date) -> Need:
    return Need(reasons_of(attempts, day), attempts[-1].put_off)


def _comes_back(one: Todo) -> tuple[date, datetime]:
    return one.put_off or date.max, one.since


def _at_hand(connection: Connection, context: Context) -> tuple[list[Todo], tuple[Todo, ...]]:
    """Return the requests that need attention, and the open ones that need none and have no timer."""
    needing: list[Todo] = []
    idle: list[Todo] = []
    rows = open_requests.attempts(connection, MAY_NEED, context.today())
    for _, of_one in groupby(rows, key=lambda row: row.request_id):
        attempts = list(of_one)
        todo, last = _todo(attempts, context), attempts[-1]
        if todo.reasons:
            needing.append(todo)
        elif last.over_at is None and not last.timed:
            idle.append(todo)
    return needing, tuple(sorted(idle, key=lambda one: one.since))


def _groups(needing: Sequence[Todo]) -> Iterator[Group]:
    """Yield the groups; the longest waiting first in each."""
    by_reason: dict[str, list[Todo]] = {}
    for one in needing:
        by_reason.setdefault(one.reasons[0], []).append(one)
    for reason in sorted(by_reason, key=rank):
        yield Group(reason, tuple(sorted(by_reason[reason], key=lambda one: one.since)))


def headed(found: Agenda, language: Language) -> str:
    """Return in words how much needs a hand: "nothing" only where nothing does, be it no request."""
    counts = {"to_be_done": found.needing, "letters_to_do": found.letters_needing}
    said = [language.counted(word, count) for word, count in counts.items() if count]
    others = "besides" if found.mailboxes or found.texts else "nothing"
    return ", ".join(said) or language.label("digest", others)


def summed(found: Agenda, language: Language) -> str:
    """Return the sum which proves that nothing hides, in words; letters that need a hand beside it."""
    sums = {"needing": found.needing, "waiting": found.waiting, "open": found.all_open}
    if found.put_off:
        told = language.label("digest", "sum_put_off", put_off=len(found.put_off), **sums)
    else:
        told = language.label("digest", "sum", **sums)
    stuck = found.letters_needing
    return f"{told} {language.counted('letters_to_do', stuck)}." if stuck else told


def _todo(attempts: Sequence[OpenAttempt], context: Context) -> Todo:
    last, reasons = attempts[-1], reasons_of(attempts, context.today())
    return Todo(
        number=last.number,
        title=last.title,
        partner=last.partner or "",
        role=last.role,
        state=(last.state or State.IDLE).name,
        reasons=reasons,
        since=_since(attempts, reasons, context),
        put_off=last.put_off,
    )


def _since(attempts: Sequence[OpenAttempt], reasons: Sequence[str], context: Context) -> datetime:
    """Return since when the first reason has stood; without a stored one, when the request came to this."""
    last = attempts[-1]
    stood = [at for row in attempts for reason in reasons[:1] if (at := _stood(row, reason))]
    promised = _promised(last)
    if not stood and promised and not OF_A_PROMISE.isdisjoint(reasons[:1]):
        return context.instant(datetime.combine(promised, time()))
    return min(stood, default=None) or last.moved_at or last.updated_at or last.created_at


def _stood(row: OpenAttempt, reason: str) -> datetime | None:
    """Return since when the attempt has had this reason; None if it has not."""
    if reason not in (row.attention or ()):
        return None
    since = (row.attention_since or {}).get(reason)
    return datetime.fromisoformat(since) if since else row.updated_at


def reasons_of(attempts: Sequence[OpenAttempt], day: date) -> tuple[str, ...]:
    """Return why a request needs attention, the most urgent reason first.

    ``attempts``: its rows of ``open_requests.attempts``, in order.
    """
    last = attempts[-1]
    reasons = {reason for row in attempts[:-1] for reason in row.attention or ()} - OVER_WITH_THE_NEXT
    reasons |= set(last.attention or ())
    if not reasons and last.over_at is None:
        reasons |= _unspoken(last, day)
    return tuple(sorted(reasons, key=rank))


def _promised(last: OpenAttempt) -> date | None:
    on = (last.promise or {}).get("date")
    return date.fromisoformat(on) if on else None


def _unspoken(last: OpenAttempt, day: date) -> set[str]:
    """Return why it is our turn if no reason is stored."""
    if last.to_review:
        return {Reason.TO_REVIEW}
    role, state = last.role, last.state or State.IDLE
    borrowing = role is Role.REQUESTER
    promised = _promised(last)
    passed = promised is not None and promised < day
    if borrowing and state.awaits_answer and passed:
        return {Reason.PROMISE_PASSED}
    if state is State.IN_PROCESS and last.promise:
        return {Reason.PROMISE_DUE if passed else Reason.PROMISED}
    if reason := OUR_TURN.get((role, state)):
        return {reason}
    if borrowing and (state is State.IDLE or state.gives_way or last.flaw):
        if not last.somebody_left:
            return {Reason.END_OF_ROTA}
        if last.flaw:
            return {Reason.ASK_RIGHT_ONE}
        return {Reason.CANCELLED_NOT_OVER if state is State.CANCELLED else Reason.ASK_UNFILLED}
    return set()


def _unread(connection: Connection, context: Context) -> Iterator[Unread]:
    """Yield the mailboxes; one that was removed from config.toml is left out."""
    known = {mailbox.name for mailbox in context.config.mailbox}
    for row in open_requests.failing_mailboxes(connection):
        if row.failing_since is not None and row.name in known:
            yield Unread(row.name, note(row.last_error), row.failing_since)
    hub = hub_state.hub(connection, context)
    if hub is not None and hub.silent and hub.failing_since is not None:
        yield Unread("hub", hub.error, hub.failing_since)
    for mailbox in context.config.mailbox:
        if passed := skipped_letters.loud(connection, mailbox.name):
            yield Unread(mailbox.name, _passed_over(mailbox.name, passed), passed[0].since)


def faulty_texts(context: Context) -> tuple[FaultyText, ...]:
    """Return the library's own templates that are broken, as they are now."""
    folder = context.config.file.parent / context.config.templates.site
    if not any(folder.rglob("*.txt")):
        return ()
    from mailproc.office.templates import (
        template_dry_run,  # here: a library without texts of its own loads no templates
    )

    return tuple(
        FaultyText(one.path, str(one.problems[0]), len(one.problems) - 1)
        for one in template_dry_run.listed(context)
        if one.purpose and one.problems
    )


def _passed_over(name: str, passed: Sequence[Remembered]) -> Note:
    """Describe the first skipped letter, the number of others, and the command that reads them again."""
    first, more, command = passed[0], len(passed) - 1, f"mailproc fetch {name}"
    if not more:
        return Note(sentence("passed-over-one", uid=first.uid, why=first.reason, command=command))
    why = first.reason
    return Note(sentence("passed-over-several", uid=first.uid, count=more, why=why, command=command))
