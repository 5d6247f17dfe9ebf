"""[metrics]: figures of the service for Prometheus, where config.toml asks for them."""

import logging
import threading
from collections.abc import Callable

from mailproc.app.build import App
from mailproc.errors import Misconfigured
from mailproc.transport.metrics_http import PATH, MetricsServer

_log = logging.getLogger(__name__)

AGAIN = 30.0
"""Seconds until a port that was taken is tried again."""


class MetricsDoor:
    """Answers as soon as its port can be had: letters do not wait for figures.

    ``told``: gets why nobody is answered, '' once somebody can be.
    """

    def __init__(self, app: App, told: Callable[[str], None]) -> None:
        self._app, self._told = app, told
        self._ended = threading.Event()
        self._server: MetricsServer | None = None
        self._thread = threading.Thread(target=self._keep_trying, name="metrics port", daemon=True)

    def open(self) -> None:
        """Begin to answer, or go on trying."""
        if not self._opened():
            self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._server is not None:
            self._server.stop()

    def _keep_trying(self) -> None:
        while not self._ended.wait(AGAIN):
            if self._opened():
                return

    def _opened(self) -> bool:
        from mailproc.app.figures import Figures  # here: only this loads prometheus_client

        metrics = self._app.config.metrics
        try:
            figures = Figures(self._app.store, self._app.context)
            self._server = MetricsServer(metrics.host, metrics.port, figures.written)
        except Misconfigured as error:
            _log.warning("no figures for Prometheus (metrics.port): %s; tried again each %g s", error, AGAIN)
            self._told(str(error))
            return False
        _log.info("metrics at http://%s:%s%s", metrics.host, self._server.port, PATH)
        self._told("")
        return True


def door(app: App, told: Callable[[str], None]) -> MetricsDoor | None:
    """Return what answers; None where it is not switched on."""
    return MetricsDoor(app, told) if app.config.metrics.enabled else None
