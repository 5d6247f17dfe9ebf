"""[metrics]: figures of the service for Prometheus, where config.toml asks for them."""

import logging

from mailproc import config_load
from mailproc.app.build import App
from mailproc.errors import Misconfigured
from mailproc.transport.metrics_http import PATH, MetricsServer

_log = logging.getLogger(__name__)


def opened(app: App) -> MetricsServer | None:
    """Begin to answer; None where it is not switched on. Raise Misconfigured with key and line."""
    metrics = app.config.metrics
    if not metrics.enabled:
        return None
    from mailproc.app.figures import Figures  # here: only this loads prometheus_client

    try:
        server = MetricsServer(metrics.host, metrics.port, Figures(app.store, app.context).written)
    except Misconfigured as error:
        raise config_load.wrong(app.config, ("metrics", "port"), str(error), metrics.port) from None
    _log.info("metrics at http://%s:%s%s", metrics.host, server.port, PATH)
    return server
