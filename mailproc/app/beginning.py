"""The beginning of a run of the service: the store becomes its own, and what a crash left is cleaned up."""

import logging

from mailproc.app import document_place, places
from mailproc.app.build import App
from mailproc.flow import call, send
from mailproc.flow.intake import portions
from mailproc.office.templates import saving

_log = logging.getLogger(__name__)


def begin(app: App) -> None:
    """Before all else: from here on the commits of another service are refused. Raise Misconfigured for
    another store's folder."""
    document_place.refuse_another(app.config, app.context, app.store)
    places.refuse_others(app.context, app.store)
    run = app.store.begin_run()
    app.store.underway.expect(run.before)
    app.store.underway.begin(run.name)
    places.mark(app.context, app.store)


def recover(app: App) -> None:
    """At start: what a crash left claimed or in doubt."""
    in_order = app.store.underway.ended_in_order()
    forgive(app)
    in_doubt = send.recover(app.store, app.context, died=not in_order)
    if in_doubt:
        _log.warning("%s letters were being sent when the service last ended", in_doubt)
    if calls := call.recover(app.store, app.context, died=not in_order):
        _log.warning("%s calls of hooks were being made when the service last ended", calls)
    saving.settle_begun(app.store, app.context, app.context.templates.paths())


def forgive(app: App) -> None:
    """Clean up after a crash or a failed store: claims, and letters that are half written."""
    app.store.write(app.store.underway.forgive)
    portions.recover(app.store)
    app.store.underway.recovered()
