"""[metrics]: figures of the service for Prometheus, where config.toml asks for them."""

import logging
from collections.abc import Callable

from mailproc.app.build import App
from mailproc.app.port_door import PortDoor
from mailproc.transport.metrics_http import PATH, MetricsServer

_log = logging.getLogger(__name__)


def door(app: App, told: Callable[[str], None]) -> PortDoor | None:
    """Return what answers; None where it is not switched on."""
    if not app.config.metrics.enabled:
        return None
    return PortDoor(lambda: _serve(app), "no figures for Prometheus (metrics.port)", told)


def _serve(app: App) -> Callable[[], None]:
    from mailproc.app.figures import Figures  # here: only this loads prometheus_client

    metrics = app.config.metrics
    figures = Figures(app.store, app.context)
    server = MetricsServer(metrics.host, metrics.port, figures.written)
    _log.info("metrics at http://%s:%s%s", metrics.host, server.port, PATH)
    return server.stop
