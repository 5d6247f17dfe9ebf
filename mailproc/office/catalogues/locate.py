"""Who holds the item of a request: catalogues are asked, and what they say is stored beside it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.config import Catalogue
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.apdu import Item
from mailproc.ill.apdu_json import ItemJson, value_from_json
from mailproc.ill.holding import LookUp
from mailproc.ill.terms import Role
from mailproc.office.catalogues.look_up import look_up
from mailproc.office.queries.find import request_of
from mailproc.sentence import sentence
from mailproc.store import look_ups
from mailproc.store.engine import Store
from mailproc.store.look_ups import Unasked


def of_item(store: Store, context: Context, item: Item, *, again: bool = False) -> tuple[LookUp, ...]:
    """Ask all catalogues. Raise LocalFault if there is none."""
    return look_up(store, context, item, _some(context.config.catalogue), again=again)


def of_request(store: Store, context: Context, number: str, *, again: bool = False) -> tuple[LookUp, ...]:
    """Ask all catalogues about the item of a request, and store what they say beside it.

    Raise LocalFault if there is no such request, or no catalogue.
    """
    with store.read() as connection:
        request = request_of(connection, number)
    wanted = _some(asked_for(request.role, context))
    said = look_up(store, context, _item(request.item), wanted, again=again)
    store.write(lambda connection: keep(connection, request.id, said))
    return said


def at_entry(store: Store, context: Context, item: Item) -> tuple[LookUp, ...]:
    """Ask about the item of a new request of ours, before it is placed."""
    return (
        look_up(store, context, item, asked_for(Role.REQUESTER, context)) if context.config.catalogue else ()
    )


def keep(connection: Connection, request_id: int, said: Sequence[LookUp]) -> None:
    for one in said:
        look_ups.keep(connection, request_id, one)


def of_waiting(store: Store, context: Context, catalogue: Catalogue, one: Unasked) -> LookUp:
    """Ask a catalogue about a request that waits for it, and store what it says."""
    (said,) = look_up(store, context, _item(one.item), [catalogue])
    store.write(lambda connection: look_ups.keep(connection, one.request_id, said))
    return said


def tells_ours(context: Context) -> frozenset[str]:
    """Return the catalogues that say whether we hold an item, by their names."""
    return frozenset(one.name for one in context.config.catalogue if one.use == "own" or one.ours)


def asked_for(role: Role, context: Context) -> tuple[Catalogue, ...]:
    """Return the catalogues of use for such a request: who else holds an item is of use to a borrower."""
    every = context.config.catalogue
    return every if role is Role.REQUESTER else tuple(one for one in every if one.use == "own")


def _some(catalogues: Sequence[Catalogue]) -> Sequence[Catalogue]:
    if not catalogues:
        raise LocalFault(sentence("no-catalogue"))
    return catalogues


def _item(item: ItemJson | None) -> Item:
    found: Item = value_from_json(Item, item or {}, "item")
    return found
