"""Ask catalogues about requests that nobody has asked them about: those that came by letters and forms."""

from datetime import timedelta

from mailproc.config import Catalogue
from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.office.catalogues import locate
from mailproc.office.requests import submitted
from mailproc.store import catalogue_answers, look_ups
from mailproc.store.engine import Store

LOOK_BACK = timedelta(days=7)
"""How old a request may be that is looked up: one whose catalogue is down for long is left."""
BATCH = 20
"""Requests that one catalogue is asked about in one run."""


def look_up(store: Store, context: Context) -> int:
    """Ask each catalogue about some requests, the newest first; return how many answers came."""
    return sum(_ask(store, context, one) for one in context.config.catalogue)


def _ask(store: Store, context: Context, catalogue: Catalogue) -> int:
    now, count = context.clock(), 0
    roles = [role.name for role in Role if catalogue in locate.asked_for(role, context)]
    with store.read() as connection:
        if catalogue_answers.paused(connection, catalogue.name, now):
            return 0
        left = look_ups.unasked(connection, catalogue.name, roles, now - LOOK_BACK, now, BATCH)
    for one in left:
        said = locate.of_waiting(store, context, catalogue, one)
        count += not said.fault
        _go_on(store, context, one.request_id)
        with store.read() as connection:
            if catalogue_answers.paused(connection, catalogue.name, now):
                break
    return count


def _go_on(store: Store, context: Context, request_id: int) -> None:
    """Order what a form asks, if it only waited for this."""
    store.write(lambda connection: submitted.go_on(connection, context, request_id))
