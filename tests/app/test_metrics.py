"""[metrics]: figures of a real service, for this machine alone, and only where they are asked for."""

import re
import socket
import urllib.error
import urllib.request
from contextlib import ExitStack, closing

import pytest

from mailproc.transport.metrics_http import CLIENTS, MetricsServer
from tests.app.installation import Daemon, Installation, order
from tests.support import configuration

LOADED = "import atexit, sys\natexit.register(lambda: print('loaded:', 'prometheus_client' in sys.modules))\n"
BRIEF = "from mailproc.transport import metrics_http\nmetrics_http.SECONDS = 0.3\n"
QUICK = "from mailproc.app import heartbeat, watchdog; heartbeat.BEAT = watchdog.ROUND = 0.05\n"


def switched_on(app: Installation, **how: object) -> None:
    with (app.folder / "config.toml").open("a") as file:
        file.write(configuration.section("metrics", **{"enabled": True, "port": 0} | how))


def address(daemon: Daemon) -> str:
    found = re.search(r"metrics at (http://\S+)", daemon.says("metrics at"))
    assert found
    return found[1]


def figures(url: str) -> dict[str, float]:
    """Each figure by its name, or its name and label."""
    from prometheus_client.parser import text_string_to_metric_families

    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310  # of this test
        assert answer.headers["Content-Type"].startswith("text/plain")
        text = answer.read().decode()
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {" ".join([one.name, *one.labels.values()]): one.value for one in samples}


def test_what_the_service_does_is_told(app: Installation) -> None:
    switched_on(app)
    daemon = app.start(code=QUICK)
    url = address(daemon)
    assert url.startswith("http://127.0.0.1:")
    before = figures(url)
    assert before["mailproc_store_up"] == 1
    assert (before["mailproc_letters_in_total"], before["mailproc_wrong"]) == (0, 0)
    assert before["mailproc_start_time_seconds"] > 1_700_000_000
    daemon.takes(order("C77"))
    app.until(["requests"], lambda found: len(found) == 1)
    after = figures(url)
    assert (after["mailproc_letters_in_total"], after["mailproc_requests_total"]) == (1, 1)
    assert after["mailproc_queue_waiting inbox"] == 0
    assert after["process_resident_memory_bytes"] > 1_000_000
    broken = app.folder / "site-templates/en/patron/arrived.txt"
    broken.parent.mkdir(parents=True)
    broken.write_text("Subject: {{ nothing_of_that_name }}\n\nWords.\n")
    assert figures(url)["mailproc_templates_broken"] == 1
    with pytest.raises(urllib.error.HTTPError, match="404"):
        figures(url.replace("metrics", "other"))
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines)


def test_it_is_loaded_only_where_it_is_switched_on(app: Installation) -> None:
    daemon = app.start(code=LOADED)
    assert daemon.stop() == 0
    assert daemon.says("loaded:") == "loaded: False"


def test_a_client_that_says_nothing_keeps_nobody_waiting_for_long(app: Installation) -> None:
    switched_on(app)
    daemon = app.start(code=BRIEF)
    url = address(daemon)
    port = int(url.rpartition(":")[2].partition("/")[0])
    with closing(socket.create_connection(("127.0.0.1", port))) as silent:
        silent.sendall(b"GET /met")
        assert figures(url)["mailproc_store_up"] == 1
        assert silent.recv(9) == b"", "it was cut off"
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines)


def test_many_that_say_nothing_keep_nobody_waiting() -> None:
    """The oldest of them gives way."""
    server = MetricsServer("127.0.0.1", 0, lambda: ("text/plain", b"figures"))
    with ExitStack() as stack:
        stack.callback(server.stop)
        silent = [
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", server.port), timeout=60)))
            for _ in range(3 * CLIENTS)
        ]
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=30) as answer:
            assert answer.read() == b"figures"
        assert silent[0].recv(1) == b"", "it was cut off"


def test_a_port_that_is_taken_stops_no_letter_and_is_tried_again(app: Installation) -> None:
    often = QUICK + "from mailproc.app import port_door; port_door.AGAIN = 0.1\n"
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        switched_on(app, port=taken.getsockname()[1])
        daemon = app.start(code=often)
        assert "Address already in use" in daemon.says("no figures for Prometheus")
        daemon.takes(order("C77"))
        app.until(["requests"], lambda found: len(found) == 1)
        found = app.until_status(lambda found: bool(found["metrics_fault"]))
        assert any("Nobody gets the figures" in one for one in found["wrong"])
    assert figures(address(daemon))["mailproc_store_up"] == 1
    app.until_status(lambda found: not found["metrics_fault"])
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines)


def test_check_warns_where_others_may_read_it(app: Installation) -> None:
    switched_on(app)
    assert "metrics" not in app.cli("check").out
    config = app.folder / "config.toml"
    config.write_text(config.read_text().replace("[metrics]\n", '[metrics]\nhost = "0.0.0.0"\n'))
    assert (
        "note  metrics.host is 0.0.0.0: whoever reaches port 0 there reads the figures"
        in app.cli("check").out
    )
