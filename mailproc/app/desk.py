"""[web]: the desk, where config.toml asks for it, in a thread and a loop of its own."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from mailproc import config_load
from mailproc.app import web_extra
from mailproc.app.build import App
from mailproc.app.port_door import PortDoor
from mailproc.errors import Misconfigured
from mailproc.office.staff import people

if TYPE_CHECKING:
    from mailproc.transport.http_server import HttpServer
    from mailproc.transport.oidc_client import OidcProvider

_log = logging.getLogger(__name__)

PAGES_AT_ONCE = 50
"""Connections beside the streams of news."""


def door(app: App, told: Callable[[str], None]) -> PortDoor | None:
    """Return what serves the desk; None where it is not switched on. Raise Misconfigured with key and line
    where a library is missing. ``told``: gets why nobody reaches the desk, '' once somebody can."""
    if not app.config.web.enabled:
        return None
    try:
        server = _made(app)
    except Misconfigured as error:
        raise config_load.wrong(app.config, ("web", "enabled"), str(error), True) from None
    return PortDoor(lambda: _serve(app, server), "no desk (web.port)", told)


def _serve(app: App, server: "HttpServer") -> Callable[[], None]:
    host, port = server.start()
    web = app.config.web
    _log.info("the desk is at %s", web.public_url or f"http://{host}:{port}/")
    if web.auth == "local" and people.is_nobody(app.store):
        _log.warning("nobody may use the desk yet: mailproc staff add LOGIN")
    return server.stop


def _provider(app: App) -> "OidcProvider":
    """Raise Misconfigured where Authlib is not installed."""
    from mailproc.web.outside import BACK

    web = app.config.web
    return web_extra.oidc_provider()(web.oidc, web.public_url + BACK, app.context.clock)


def _made(app: App) -> "HttpServer":
    serve = web_extra.http_server()
    from mailproc.office.desk.staff_desk import StaffDesk  # here: only the desk loads its pages
    from mailproc.transport.http_connection import HttpServerLimits
    from mailproc.web import site
    from mailproc.web.asked import LARGEST
    from mailproc.web.streams import MOST, Streams

    web = app.config.web
    streams = Streams()
    provider = _provider(app) if web.auth == "oidc" else None
    pages = site.application(StaffDesk(app.store, app.context, provider), web, streams)
    proxies = web.trusted if web.public_url else ()
    limits = HttpServerLimits(connections=PAGES_AT_ONCE + MOST, body=LARGEST)
    return serve(pages, web.host, web.port, limits, proxies, "desk", ending=streams.end)
