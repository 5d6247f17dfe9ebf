"""A real service that tells a library system by NCIP, and is killed while it does."""

import signal
import threading
from collections.abc import Iterator

import pytest

from tests.app.installation import Installation, order
from tests.servers.ncip_responder import NcipResponder


@pytest.fixture
def system() -> Iterator[NcipResponder]:
    with NcipResponder() as made:
        yield made


@pytest.mark.long
def test_a_call_over_which_the_service_is_killed_is_never_made_again(
    app: Installation, system: NcipResponder
) -> None:
    release = threading.Event()
    system.answers = [lambda _: release.wait(60)]
    with (app.folder / "config.toml").open("a") as file:
        file.write(f'\n[ncip]\nurl = "{system.url}"\naccount = "PARTNER"\n')
    daemon = app.start()
    daemon.takes(order("X1"))
    app.until(["requests"], bool)
    assert app.cli("act", "L1", "ship", "--barcode", "100").code == 0
    try:
        assert system.came.wait(60)
        daemon.process.send_signal(signal.SIGKILL)
        daemon.ends()
    finally:
        release.set()
    again = app.start()
    app.until(["outbox"], lambda found: ("H1", "in_doubt") in {(one["id"], one["state"]) for one in found})
    assert app.cli("act", "L1", "check-in").code == 0
    assert again.stop() == 0
    assert system.received == ["CheckOutItem"]  # once; and what follows waits for staff
    assert system.lent == {"100": "PARTNER"}
