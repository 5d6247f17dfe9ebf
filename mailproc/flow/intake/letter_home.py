"""Find the one request that a letter of people is about.

Looked at in this order: the letter of ours that it answers, a number in the subject, in the writer's own
words, in the quoted letter. The first of them that names a request decides. If it names several, or answers
our letter about one with words about another alone, nobody can tell, and staff choose. Only transactions of
the writer count: another partner's number is no match.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from mailproc.flow.reading.named_numbers import NamedNumbers
from mailproc.flow.reading.writing import Names, Writing
from mailproc.ill.terms import Role
from mailproc.store import named_requests
from mailproc.store.named_requests import NamedTransaction

Counts = Callable[[NamedTransaction], bool]
"""Whether a transaction is one of the writer's."""


class MatchedBy(StrEnum):
    """What in the letter named the request, in the order in which it is asked."""

    ANSWERED = "in-reply-to"
    SUBJECT = "subject"
    TEXT = "text"
    QUOTED = "quoted"


@dataclass(frozen=True)
class Match:
    """The result: ``found``, or several ``candidates``, or neither.

    ``elsewhere``: what the letter names of other partners.
    """

    found: NamedTransaction | None = None
    by: MatchedBy | None = None
    candidates: tuple[NamedTransaction, ...] = ()
    elsewhere: tuple[NamedTransaction, ...] = ()


def of_partners(connection: Connection, writing: Writing, symbols: Sequence[str]) -> Match:
    """Return the match among the transactions of these partners, one of whom wrote the letter."""
    return _match(connection, writing, lambda one: _is_theirs(one, symbols))


def of_reader(connection: Connection, writing: Writing, requests: Sequence[NamedTransaction]) -> Match:
    """Return the match among ``requests``, which are those of the reader."""
    ids = {one.request_id for one in requests}
    return _match(connection, writing, lambda one: one.request_id in ids)


def names_others(
    connection: Connection, writing: Writing, anywhere: NamedNumbers, found: NamedTransaction
) -> bool:
    """Return whether any part of the letter names, or may name, another request than ``found``, whoever's.

    A letter of ours that is answered may be about many orders, ``found`` among them.
    """
    if not anywhere.complete:
        return True
    answered = {one.request_id for one in named_requests.answered(connection, writing.answers)}
    if answered and found.request_id not in answered:
        return True
    return any(one.request_id != found.request_id for one in _named(connection, anywhere.names))


def _is_theirs(named: NamedTransaction, symbols: Sequence[str]) -> bool:
    """Return whether a partner has the request now, or had it before it was forwarded."""
    before = (named.options or {}).get("forwarded_by") or ()
    return named.partner in symbols or not set(symbols).isdisjoint(before)


def _match(connection: Connection, writing: Writing, counts: Counts) -> Match:
    own = _answered(connection, writing, counts)
    if len(own) == 1:  # a file of many orders tells nothing: the letter must name one of them
        instead = _named_instead(connection, writing, counts, own[0])
        return Match(candidates=(own[0], *instead)) if instead else Match(own[0], MatchedBy.ANSWERED)
    elsewhere: list[NamedTransaction] = []
    for by, names in (
        (MatchedBy.SUBJECT, writing.subject),
        (MatchedBy.TEXT, writing.text),
        (MatchedBy.QUOTED, writing.quoted),
    ):
        named = _named(connection, names)
        found = _one_of_each_request(one for one in named if counts(one))
        if len(found) == 1:
            return Match(found[0], by)
        if found:
            return Match(candidates=tuple(found))
        elsewhere += (one for one in named if not counts(one))
    return Match(candidates=tuple(own), elsewhere=tuple(elsewhere))


def _named_instead(
    connection: Connection, writing: Writing, counts: Counts, answered: NamedTransaction
) -> list[NamedTransaction]:
    """Return which of the writer's requests the writer's words, or the subject, name and not ``answered``.

    People answer the letter at hand to write about another one.
    """
    for names in (writing.text, writing.subject):
        named = _one_of_each_request(one for one in _named(connection, names) if counts(one))
        if named and answered.request_id not in {one.request_id for one in named}:
            return named
        if named:
            return []
    return []


def _answered(connection: Connection, writing: Writing, counts: Counts) -> list[NamedTransaction]:
    """Return what the letter of ours is about that is answered; if that is none, those before it."""
    ours = named_requests.answered(connection, (*writing.answers, *writing.thread))
    own = [one for one in ours if counts(one)]
    last = [one for one in own if one.written in writing.answers]
    return _one_of_each_request(last or own)


def _named(connection: Connection, names: Names) -> list[NamedTransaction]:
    """Return every transaction that has one of these names, whoever's it is."""
    by_base: dict[str, set[int | None]] = {}
    for base, attempt in names.ours:
        by_base.setdefault(base, set()).add(attempt)
    by_number = [
        one
        for one in named_requests.by_number(connection, list(by_base))
        if not by_base[one.written].isdisjoint({None, one.attempt})
    ]
    return [
        *named_requests.by_reference(connection, names.words),
        *by_number,
        *named_requests.by_their_number(connection, names.theirs),
    ]


def _one_of_each_request(named: Iterable[NamedTransaction]) -> list[NamedTransaction]:
    """Return the latest attempt of each request, in the order of their numbers."""
    latest: dict[int, NamedTransaction] = {}
    for one in named:
        known = latest.get(one.request_id)
        if known is None or one.attempt > known.attempt:
            latest[one.request_id] = one
    return sorted(latest.values(), key=lambda one: (one.role is Role.RESPONDER, one.request_id))
