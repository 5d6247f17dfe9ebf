"""Read what catalogues have said about the item of a request: our own copies, and who else has it.

``of_request`` is all of it. ``to_fetch`` is our copy that a slip names. ``lenders`` are the partners that
could be asked, for whoever makes a rota. Reads only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.config import Catalogue
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import holding
from mailproc.ill.holding import Holding, LookUp
from mailproc.store import look_ups


@dataclass(frozen=True)
class Lender:
    """A partner that has the item. ``partner``: its symbol in config.toml. ``source``: the catalogue that
    says so. ``holdings``: its copies."""

    partner: str
    source: str
    holdings: tuple[Holding, ...]


def of_request(connection: Connection, request_id: int) -> tuple[LookUp, ...]:
    """Return what each catalogue has said, by their names; () where none was asked yet."""
    return tuple(look_ups.of_request(connection, request_id))


def to_fetch(connection: Connection, context: Context, request_id: int) -> Holding | None:
    """Return our copy to fetch first: an available one before others."""
    return holding.best(ours(of_request(connection, request_id), context))


def lenders(connection: Connection, context: Context, request_id: int) -> tuple[Lender, ...]:
    """Return the partners that have the item, each once for each catalogue, in the catalogues' order.

    Only partners that lend. What our own symbols stand for is left out.
    """
    found: dict[tuple[str, str], list[Holding]] = {}
    for one in of_request(connection, request_id):
        for copy in one.answer.holdings:
            if partner := partner_of(copy, context):
                found.setdefault((partner, one.catalogue), []).append(copy)
    return tuple(Lender(partner, source, tuple(copies)) for (partner, source), copies in found.items())


def ours(looked: Sequence[LookUp], context: Context) -> tuple[Holding, ...]:
    """Return our own copies, as the catalogues that are ours say."""
    return tuple(copy for one in looked for copy in one.answer.holdings if is_ours(copy, context))


def is_ours(copy: Holding, context: Context) -> bool:
    """Return whether a copy is our own: all in an own catalogue is that names no symbols of ours."""
    catalogue = _catalogue(copy.source, context)
    if catalogue is None:
        return False
    if not catalogue.ours:
        return catalogue.use == "own"
    return copy.symbol.casefold() in {symbol.casefold() for symbol in catalogue.ours}


def partner_of(copy: Holding, context: Context) -> str:
    """Return the symbol of the partner that has the copy and lends; '' for none, and if it is ours."""
    catalogue = _catalogue(copy.source, context)
    if catalogue is None or not copy.symbol or is_ours(copy, context):
        return ""
    for symbol in _symbols(copy.symbol, catalogue):
        try:
            return context.partners.lender(symbol).symbol
        except LocalFault:
            continue
    return ""


def _symbols(symbol: str, catalogue: Catalogue) -> Iterator[str]:
    """Give what the partner may be called in config.toml, as the map of the catalogue says, or as it is."""
    yield from (ours for theirs, ours in catalogue.partners.items() if theirs.casefold() == symbol.casefold())
    yield symbol


def _catalogue(name: str, context: Context) -> Catalogue | None:
    return next((one for one in context.config.catalogue if one.name == name), None)
