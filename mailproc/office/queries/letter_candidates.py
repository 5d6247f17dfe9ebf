"""Which requests a letter that could not be placed may be about, and why. Reads only; staff choose.

Looked at are the requests that it names, those of the letter of ours that it answers, those of its writer,
and the latest open ones of the library that it may be from.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from mailproc import slow_work
from mailproc.flow.context import Context
from mailproc.flow.reading.envelope import sender_of
from mailproc.flow.reading.writing import Names, names_in, writing_of
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.letter import Letter
from mailproc.sentence import Sentence, sentence
from mailproc.store import named_requests
from mailproc.store.find import fold
from mailproc.store.named_requests import NamedTransaction
from mailproc.store.outgoing import INTENT, OUTGOING
from mailproc.store.requests import REQUEST
from mailproc.store.rows import Event, InboxLetter
from mailproc.store.transactions import TRANSACTION

MOST = 6
"""Candidates that are shown."""
LOOKED_AT, LOOKED_THROUGH = 300, 2_000
"""Open requests whose titles are compared, among so many of the latest of a partner."""
MOST_PARTNERS = 5
LONGEST = 50_000
"""Characters of a letter in which words of titles are looked for."""
SINCE = timedelta(days=90)
LATELY = timedelta(days=21)
_WORD = re.compile(r"[a-z0-9]{4,40}+")
_COLUMNS = (TRANSACTION.c.request_id, TRANSACTION.c.partner, REQUEST.c.title, REQUEST.c.item)
_JOINED = REQUEST.join(TRANSACTION, TRANSACTION.c.request_id == REQUEST.c.id)
_OPEN = REQUEST.c.closed_at.is_(None)


@dataclass(frozen=True)
class Written:
    """What a letter says that may name a request: read once, outside the store."""

    sender: str
    domain: str
    answers: tuple[str, ...]
    subject: Names
    text: Names
    quoted: Names
    words: frozenset[str]


@dataclass(frozen=True)
class LetterCandidate:
    """A request that it may be: its latest attempt, and ``why``, the strongest reason first."""

    number: str
    transaction_id: int
    title: str
    author: str
    partner: str
    why: tuple[Sentence, ...] = ()
    weight: int = 0


@dataclass(frozen=True)
class _Named:
    """Requests that one thing in the letter names, and how much that says."""

    found: Sequence[NamedTransaction]
    why: Sentence
    weight: int


@slow_work.outside_writes
def written(letter: Letter) -> Written:
    """Return what the letter says. Linear in the letter."""
    said = writing_of(letter)
    sender = ascii_lower(letter.sender)
    return Written(
        sender=sender,
        domain=sender.rpartition("@")[2],
        answers=(*said.answers, *said.thread),
        subject=said.subject,
        text=said.text,
        quoted=said.quoted,
        words=_words(f"{letter.subject[:1000]}\n{said.own[:LONGEST]}"),
    )


def candidates(
    connection: Connection, row: InboxLetter, said: Written, context: Context, event: Event | None = None
) -> list[LetterCandidate]:
    """Return at most ``MOST``, the likeliest first. ``event``: the message of the letter that is meant."""
    symbols = _symbols(row, said, context)
    found: dict[int, LetterCandidate] = {}
    for named in _named(connection, said, event, context):
        for one in named.found:
            _add(found, one.request_id, named.why, named.weight)
    for request_id, why, weight in _alike(connection, said, symbols):
        _add(found, request_id, why, weight)
    likely = sorted(found.items(), key=lambda one: (-one[1].weight, -one[0]))[: MOST * 2]
    known = [_known(connection, request_id, one, row, symbols) for request_id, one in likely]
    return sorted((one for one in known if one is not None), key=lambda one: -one.weight)[:MOST]


def _add(found: dict[int, LetterCandidate], request_id: int, why: Sentence, weight: int) -> None:
    now = found.get(request_id) or LetterCandidate("", 0, "", "", "")
    if all(why.code != one.code for one in now.why):
        found[request_id] = replace(now, why=(*now.why, why), weight=now.weight + weight)


def _symbols(row: InboxLetter, said: Written, context: Context) -> dict[str, Sentence]:
    """Return the partners that it may be from, each with why."""
    letter = Letter(b"", sender=said.sender)
    claimed = [one.symbol for one in context.partners.claimed_by(sender_of(row, letter))]
    claimed += [row.partner] if row.partner else []
    found = {one: sentence("candidate-partner", partner=one) for one in claimed}
    for one in context.partners:
        if said.domain and one.address.rpartition("@")[2].lower() == said.domain:
            found.setdefault(one.symbol, sentence("candidate-domain", partner=one.symbol, domain=said.domain))
    return found


def _named(connection: Connection, said: Written, event: Event | None, context: Context) -> Iterator[_Named]:
    yield _Named(named_requests.answered(connection, said.answers), sentence("candidate-answers"), 80)
    number = str(((event and event.ref) or {}).get("number", ""))
    for names, code, weight in (
        (names_in(number), "candidate-number", 90),
        (said.subject, "candidate-subject", 70),
        (said.text, "candidate-text", 60),
        (said.quoted, "candidate-quoted", 40),
    ):
        yield _Named(_called(connection, names), sentence(code), weight)
    since = context.clock() - SINCE
    yield _Named(named_requests.of_reader(connection, said.sender, since), sentence("candidate-reader"), 30)


def _called(connection: Connection, names: Names) -> list[NamedTransaction]:
    return [
        *named_requests.by_number(connection, [base for base, _ in names.ours]),
        *named_requests.by_reference(connection, names.words),
        *named_requests.by_their_number(connection, names.theirs),
    ]


def _alike(
    connection: Connection, said: Written, symbols: dict[str, Sentence]
) -> Iterator[tuple[int, Sentence, int]]:
    """Yield open requests of these partners, or of all where none is known, with the words of their titles
    that the letter has."""
    for row in _latest(connection, list(symbols)[:MOST_PARTNERS]):
        titles = f"{row.title} {(row.item or {}).get('article_title') or ''}"
        shared = _shared(titles, said.words)
        if shared:
            yield row.request_id, sentence("candidate-title", words=", ".join(shared)), 20 + 5 * len(shared)
        if row.partner in symbols:
            yield row.request_id, symbols[row.partner], 10


def _latest(connection: Connection, symbols: Sequence[str]) -> Iterator[Any]:
    """Yield the latest open requests of each partner; of anybody where none is given."""
    of_anybody = select(*_COLUMNS).select_from(_JOINED).where(_OPEN).order_by(REQUEST.c.id.desc())
    if not symbols:
        yield from connection.execute(of_anybody.limit(LOOKED_AT))
    for symbol in symbols:
        by_age = TRANSACTION.c.updated_at.desc()
        theirs = select(TRANSACTION.c.id).where(TRANSACTION.c.partner == symbol).order_by(by_age)
        latest = TRANSACTION.c.id.in_(theirs.limit(LOOKED_THROUGH))
        wanted = select(*_COLUMNS).select_from(_JOINED).where(latest, _OPEN).order_by(by_age)
        yield from connection.execute(wanted.limit(LOOKED_AT))


def _shared(title: str, words: frozenset[str]) -> list[str]:
    """Return the words of a title that a letter has: half of them, and two if it has so many."""
    wanted = sorted(_words(title))
    shared = [one for one in wanted if one in words]
    return shared if len(shared) >= max(1, min(2, len(wanted)), len(wanted) / 2) else []


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(fold(text)))


def _known(
    connection: Connection, request_id: int, one: LetterCandidate, row: InboxLetter, symbols: Iterable[str]
) -> LetterCandidate | None:
    """Add what staff see of it, and whether we wrote about it shortly before the letter came."""
    statement = (
        select(REQUEST.c.number, REQUEST.c.title, REQUEST.c.author, TRANSACTION.c.id, TRANSACTION.c.partner)
        .join(TRANSACTION, TRANSACTION.c.request_id == REQUEST.c.id)
        .where(REQUEST.c.id == request_id)
        .order_by(TRANSACTION.c.attempt.desc())
        .limit(1)
    )
    found = connection.execute(statement).first()
    if found is None:
        return None
    wrote = _wrote(connection, found.id, row.received_at) if found.partner in symbols else None
    why = (*one.why, sentence("candidate-date", day=wrote.date())) if wrote is not None else one.why
    return replace(
        one,
        number=found.number,
        transaction_id=found.id,
        title=found.title,
        author=found.author,
        partner=found.partner,
        why=why,
        weight=one.weight + (5 if wrote is not None else 0),
    )


def _wrote(connection: Connection, transaction_id: int, came_at: datetime) -> datetime | None:
    """Return when we last wrote about the transaction, in the days before ``came_at``."""
    latest = (
        select(func.max(OUTGOING.c.prepared_at))
        .join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
        .where(INTENT.c.transaction_id == transaction_id, OUTGOING.c.prepared_at <= came_at)
    )
    at: datetime | None = connection.execute(latest).scalar()
    return at if at is not None and at > came_at - LATELY else None
