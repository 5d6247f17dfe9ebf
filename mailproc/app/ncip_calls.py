"""The library system that is told by NCIP, as the service knows it: with what the store knows."""

from mailproc.app.build import App
from mailproc.flow.call import Deliver
from mailproc.ils.ncip.from_event import NcipEvent
from mailproc.store import item_barcodes, patrons
from mailproc.store.hook_calls import HookCall
from mailproc.transport import ncip_hook, ncip_post


def deliverer(app: App) -> Deliver:
    """Return what makes its calls."""
    server = ncip_post.server_of(app.config)
    return ncip_hook.deliverer(app.config.ncip, server, lambda call: _known(app, call))


def _known(app: App, call: HookCall) -> NcipEvent:
    reader = call.payload["reader"]
    with app.store.read() as connection:
        barcode = item_barcodes.latest(connection, call.transaction_id)
        row = patrons.load(connection, reader["id"]) if reader else None
    return NcipEvent(call.payload, barcode or call.payload["barcode"], (row.pickup if row else "") or "")
