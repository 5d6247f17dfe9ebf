"""Find a row by what a person types: B12, L7, B12-2, or TGQ/TQ if unambiguous."""

import re
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store import requests, submissions, transactions
from mailproc.store.prepared_statements import made
from mailproc.store.requests import REQUEST
from mailproc.store.rows import StoredRequest, Transaction
from mailproc.store.text import storable
from mailproc.store.transactions import TRANSACTION

MOST = 20
"""Transactions of one number that are looked at."""
_NUMBER = re.compile(r"([BL][0-9]{1,18})(?:-([0-9]{1,18}))?", re.IGNORECASE)


def request_of(connection: Connection, number: str) -> StoredRequest:
    """Return the request that ``number`` names. Raise LocalFault with the candidates if there are several."""
    typed = _NUMBER.fullmatch(number.strip())
    if typed:
        request = requests.by_number(connection, typed[1])
        if request is None:
            raise LocalFault(sentence("no-request", number=typed[1].upper()))
        if typed[2] is not None:
            _attempt(connection, request, int(typed[2]))
        return request
    return requests.load(connection, transaction_of(connection, number).request_id)


def transaction_of(connection: Connection, number: str) -> Transaction:
    """Return the transaction that ``number`` names; for a request its latest attempt."""
    typed = _NUMBER.fullmatch(number.strip())
    if not typed:
        return _by_qualifiers(connection, storable(number.strip()))
    wanted = None if typed[2] is None else int(typed[2])
    for attempt in reversed(transactions.of_number(connection, typed[1])):
        if wanted in (None, attempt.attempt):
            return attempt
    request = request_of(connection, number)  # says what there is none of
    raise LocalFault(sentence("request-unsent", number=request.number), _instead(connection, request))


def _instead(connection: Connection, request: StoredRequest) -> tuple[str, ...]:
    """Return how to go on with one that nobody was asked for: it waits for review, or was declined."""
    if submissions.load(connection, request.id) is None:
        return ()
    return (f"mailproc review {request.number}",)


def _attempt(connection: Connection, request: StoredRequest, number: int) -> Transaction:
    for attempt in transactions.of_request(connection, request.id):
        if attempt.attempt == number:
            return attempt
    raise LocalFault(sentence("no-attempt", attempt=number, number=request.number))


def _by_qualifiers(connection: Connection, typed: str) -> Transaction:
    """Find TGQ/TQ as the borrower's system writes it, or a TGQ alone if it is unambiguous.

    A qualifier may contain a slash, so each slash is tried as the separator.
    """
    found = by_qualifiers(connection, typed)
    if len(found) == 1:
        return found[0]
    if not found:
        raise LocalFault(sentence("number-unknown", typed=typed))
    named = ", ".join(f"{_local(connection, row)} ({row.partner})" for row in found)
    raise LocalFault(sentence("number-ambiguous", typed=typed, named=named))


def by_qualifiers(connection: Connection, typed: str) -> list[Transaction]:
    """Return what the borrower's system calls so, TGQ/TQ or the TGQ alone: the oldest ones."""
    statement = select(TRANSACTION).where(or_(*_readings(typed))).order_by(TRANSACTION.c.id).limit(MOST)
    return made(Transaction, connection.execute(statement))


def our_number(typed: str) -> str:
    """Return the number of a request of ours that ``typed`` names, or its attempt does: "B12"; '' if none."""
    found = _NUMBER.fullmatch(typed)
    return found[1].upper() if found else ""


def names_attempt(typed: str) -> bool:
    """Return whether ``typed`` names one attempt of a request of ours: "B12-2"."""
    found = _NUMBER.fullmatch(typed.strip())
    return found is not None and found[2] is not None


def _readings(typed: str) -> Iterator[ColumnElement[bool]]:
    yield func.upper(TRANSACTION.c.tgq) == func.upper(typed)
    for at in (place for place, sign in enumerate(typed) if sign == "/"):
        tgq, tq = func.upper(typed[:at]), func.upper(typed[at + 1 :])
        yield and_(func.upper(TRANSACTION.c.tgq) == tgq, func.upper(TRANSACTION.c.tq) == tq)


def _local(connection: Connection, transaction: Transaction) -> str:
    number = select(REQUEST.c.number).where(REQUEST.c.id == transaction.request_id)
    return f"{connection.execute(number).scalar()}-{transaction.attempt}"
