"""Change a rota: add partners at its end, by name or by rule, and remove others."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.office.acts import overtaken
from mailproc.office.catalogues import locate
from mailproc.office.queries.find import request_of
from mailproc.office.requests import reader_rules, rota_rules
from mailproc.office.requests.amend import latest, note
from mailproc.office.requests.rota_rules import ProposedRota
from mailproc.sentence import Sentence, sentence
from mailproc.store import requests, rotas
from mailproc.store.engine import Store
from mailproc.store.rows import StoredRequest, Transaction
from mailproc.store.text import storable

LONGEST_REASON = 300
"""Characters."""


def change(
    store: Store,
    context: Context,
    number: str,
    add: Sequence[str] = (),
    drop: Sequence[str] = (),
    by: str = "",
    *,
    reason: str = "",
    door: str = "cli",
    seen: str = "",
) -> None:
    """Remove ``drop``, then add ``add`` at the end, in order; the history says who did it, and why.

    ``seen``: the mark of what was shown. Raise LocalFault, before anything changes, for one that does not
    lend, is listed already, or is not listed.
    """
    added = [context.partners.lender(symbol).symbol for symbol in add]

    def job(connection: Connection) -> None:
        request, transaction = latest(connection, context, number)
        overtaken.check(connection, seen, request.number, transaction.id)
        for symbol in drop:
            rotas.drop(connection, request.id, _place_of(connection, request, symbol))
        for symbol in added:
            _new(connection, request, symbol)
            requests.add_candidates(connection, request.id, [symbol])
        told = (
            *(sentence("rota-added", partner=symbol) for symbol in added),
            *(sentence("rota-dropped", partner=symbol) for symbol in drop),
        )
        _say(connection, context, transaction, by, told, reason, door)

    store.write(job)


def move_up(
    store: Store,
    context: Context,
    number: str,
    symbol: str,
    by: str = "",
    *,
    door: str = "cli",
    seen: str = "",
) -> None:
    """Let it change places with the candidate before it. The history says who did it.

    Raise LocalFault for one that was asked already, or is the next one.
    """

    def job(connection: Connection) -> None:
        request, transaction = latest(connection, context, number)
        overtaken.check(connection, seen, request.number, transaction.id)
        place = _place_of(connection, request, symbol)
        before = max((one for one in _waits(connection, request).values() if one < place), default=0)
        if not before:
            raise LocalFault(sentence("rota-first", partner=symbol, number=request.number))
        rotas.swap(connection, request.id, before, place)
        _say(connection, context, transaction, by, (sentence("rota-moved", partner=symbol),), "", door)

    store.write(job)


def _say(
    connection: Connection, context: Context, transaction: Transaction, by: str, told: Sequence[Sentence],
    reason: str, door: str,
) -> None:  # fmt: skip
    said = sentence("rota-changed", changes=tuple(told))
    kept = " ".join(storable(reason).split())[:LONGEST_REASON]
    because = (sentence("rota-reason", reason=kept),) if kept else ()
    note(connection, context, transaction, by, [said, *because], door=door)


def propose(store: Store, context: Context, number: str) -> ProposedRota:
    """Return whom a rule would ask now, without those in the rota.

    Catalogues that have not been asked are asked. Raise LocalFault for a partner's request, and if no rule
    fits or it has nobody more.
    """
    with store.read() as connection:
        request = request_of(connection, number)
    if request.role is not Role.REQUESTER:
        raise LocalFault(sentence("no-rota", number=request.number))
    looked = locate.of_request(store, context, number) if context.config.catalogue else ()
    with store.read() as connection:
        in_rota = [one.partner for one in requests.rota(connection, request.id)]
        category = reader_rules.category(connection, request.patron_id)
        occasion = rota_rules.occasion_of(request, category, looked, in_rota)
        return rota_rules.propose(connection, context, occasion)


def _waits(connection: Connection, request: StoredRequest) -> dict[str, int]:
    """Return the candidates not asked yet: symbol to position."""
    rows = rotas.places(connection, request.id)
    return {row.partner.upper(): row.position for row in rows if row.transaction_id is None}


def _place_of(connection: Connection, request: StoredRequest, symbol: str) -> int:
    waits = _waits(connection, request)
    if symbol.upper() not in waits:
        who = ", ".join(waits) or "nobody"
        raise LocalFault(sentence("not-in-rota", partner=symbol, number=request.number, known=who))
    return waits[symbol.upper()]


def _new(connection: Connection, request: StoredRequest, symbol: str) -> None:
    if symbol.upper() in _waits(connection, request):
        raise LocalFault(sentence("in-rota", partner=symbol, number=request.number))
