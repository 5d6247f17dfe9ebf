"""Who holds the item of a request: catalogues are asked, and what they say is stored beside it."""

from collections.abc import Sequence
from datetime import timedelta

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
from mailproc.store import catalogue_answers, look_ups
from mailproc.store.engine import Store
from mailproc.store.look_ups import Unasked

LOOK_BACK = timedelta(days=7)
"""How old a request may be that the job looks up: one with a catalogue that is down for long is left."""
BATCH = 20
"""Requests that one catalogue is asked about in one run of the job."""


def of_item(store: Store, context: Context, item: Item, *, again: bool = False) -> tuple[LookUp, ...]:
    """Ask all catalogues. Raise LocalFault if there is none."""
    return look_up(store, context, item, _some(context.config.catalogue), again=again)


def of_request(store: Store, context: Context, number: str, *, again: bool = False) -> tuple[LookUp, ...]:
    """Ask all catalogues about the item of a request, and store what they say beside it.

    Raise LocalFault if there is no such request, or no catalogue.
    """
    with store.read() as connection:
        request = request_of(connection, number)
    wanted = _some(_for(request.role, context))
    said = look_up(store, context, _item(request.item), wanted, again=again)
    store.write(lambda connection: keep(connection, request.id, said))
    return said


def at_entry(store: Store, context: Context, item: Item) -> tuple[LookUp, ...]:
    """Ask about the item of a new request of ours, before it is placed."""
    return look_up(store, context, item, _for(Role.REQUESTER, context)) if context.config.catalogue else ()


def keep(connection: Connection, request_id: int, said: Sequence[LookUp]) -> None:
    for one in said:
        look_ups.keep(connection, request_id, one)


def new_requests(store: Store, context: Context) -> int:
    """Ask about new requests, for each catalogue some; return how many answers came."""
    return sum(_ask_about_new(store, context, one) for one in context.config.catalogue)


def _ask_about_new(store: Store, context: Context, catalogue: Catalogue) -> int:
    now, count = context.clock(), 0
    roles = [role.name for role in Role if catalogue in _for(role, context)]
    with store.read() as connection:
        if catalogue_answers.paused(connection, catalogue.name, now):
            return 0
        left = look_ups.unasked(connection, catalogue.name, roles, now - LOOK_BACK, now, BATCH)
    for one in left:
        said = _asked_about(store, context, catalogue, one)
        count += not said.fault
        with store.read() as connection:
            if catalogue_answers.paused(connection, catalogue.name, now):
                break
    return count


def _asked_about(store: Store, context: Context, catalogue: Catalogue, one: Unasked) -> LookUp:
    (said,) = look_up(store, context, _item(one.item), [catalogue])
    store.write(lambda connection: look_ups.keep(connection, one.request_id, said))
    return said


def _for(role: Role, context: Context) -> tuple[Catalogue, ...]:
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
