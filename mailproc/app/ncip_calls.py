"""The library system that is told by NCIP, as the service knows it: its server, and what the store knows."""

from zoneinfo import ZoneInfo

from mailproc.app.build import App
from mailproc.config import Config
from mailproc.flow.call import Deliver
from mailproc.ils.ncip.from_event import NcipEvent
from mailproc.ils.ncip.messages import NcipDialect
from mailproc.store import item_barcodes, patrons
from mailproc.store.hook_calls import HookCall
from mailproc.transport import ncip_hook
from mailproc.transport.ncip_post import NcipServer


def server(config: Config) -> NcipServer:
    """Return where it listens and how it wants its messages."""
    ncip = config.ncip
    zone = ZoneInfo(config.library.time_zone)
    dialect = NcipDialect(ncip.from_agency, ncip.to_agency, ncip.namespace, zone)
    return NcipServer(ncip.url, dialect, ncip.token, ncip.timeout)


def deliverer(app: App) -> Deliver:
    """Return what makes its calls."""
    return ncip_hook.deliverer(app.config.ncip, server(app.config), lambda call: _known(app, call))


def _known(app: App, call: HookCall) -> NcipEvent:
    reader = call.payload["reader"]
    with app.store.read() as connection:
        barcode = item_barcodes.latest(connection, call.transaction_id)
        row = patrons.load(connection, reader["id"]) if reader else None
    return NcipEvent(call.payload, barcode or call.payload["barcode"], (row.pickup if row else "") or "")
