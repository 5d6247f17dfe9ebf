"""Find out whether a reader still waits to hear that no library can supply it (``unfilled_letter_days``)."""

from datetime import date

from sqlalchemy import Connection

from mailproc.flow.matching.item_received import TOLD_THE_END, supplied_elsewhere
from mailproc.ill.rota import COPYRIGHT
from mailproc.ill.terms import Role, State
from mailproc.store import outgoing, requests, rotas
from mailproc.store.rows import RotaEntry, Transaction


def is_waiting(connection: Connection, transaction: Transaction, ended_on: date) -> bool:
    """Return whether the rota ended with ``transaction`` and its reader has heard nothing of the end.

    ``ended_on``: the day on which it became unfilled. Whether it still is, the caller knows.
    """
    if transaction.role is not Role.REQUESTER:
        return False
    request = requests.load(connection, transaction.request_id)
    if request.patron_id is None or supplied_elsewhere(connection, transaction):
        return False
    asked, left = _rota(connection, request.id)
    if not asked or asked[-1].transaction_id != transaction.id or not asked[-1].why_not:
        return False  # another library was asked since, or staff decide whom to ask
    too_late = request.need_before_on is not None and request.need_before_on < ended_on
    if not too_late and (left or asked[-1].why_not == COPYRIGHT):
        return False
    attempts = [one.transaction_id for one in asked if one.transaction_id is not None]
    return not TOLD_THE_END & outgoing.notices_of(connection, attempts)


def _rota(connection: Connection, request_id: int) -> tuple[list[RotaEntry], list[RotaEntry]]:
    """Return the libraries that were asked, by attempt, and those that are left."""
    places = rotas.places(connection, request_id)
    began = sorted((one for one in places if one.attempt is not None), key=lambda one: one.attempt or 0)
    asked = [one for one in began if not _taken_back(connection, one)]
    return asked, [one for one in places if one.attempt is None and not one.why_not]


def _taken_back(connection: Connection, entry: RotaEntry) -> bool:
    """Return whether its order was cancelled before it left, so that nobody was asked."""
    cancelled = entry.state is State.CANCELLED and entry.transaction_id is not None
    return cancelled and not outgoing.said(connection, entry.transaction_id or 0)
