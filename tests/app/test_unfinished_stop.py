"""A letter that hangs when the service is told to end has killed nobody."""

import pytest

from mailproc.store.queue import DEATHS
from tests.app.installation import Installation, order

IMPATIENT = "import threading, mailproc.app.daemon as d; d.PATIENCE = 0.2\n"
READING_HANGS = """
from mailproc.flow.intake import batch
def hangs(row, *_):
    print(f"reading I{row.id}", flush=True)
    threading.Event().wait()
batch.read = hangs
"""
SENDING_HANGS = """
from mailproc.transport.smtp_pool import Relays
def hangs(relays, envelope, raw, name):
    print(f"sending {name}", flush=True)
    threading.Event().wait()
Relays.send = hangs
"""


@pytest.mark.parametrize(("ended_by", "state"), [("stop", "done"), ("kill", "shelved")])
def test_what_was_being_read_when_the_service_ended(app: Installation, ended_by: str, state: str) -> None:
    for number in range(DEATHS):
        daemon = app.start(code=IMPATIENT + READING_HANGS)
        if not number:
            daemon.takes(order("C1"))
        daemon.says("reading I1")
        if ended_by == "stop":
            assert daemon.stop() == 0
            daemon.says("did not end in time: stations")
        else:
            daemon.kill()
    daemon = app.start()
    assert app.until(["letter", "I1"], lambda letter: letter["state"] != "todo")["state"] == state
    assert daemon.stop() == 0


@pytest.mark.parametrize(("ended_by", "deaths"), [("stop", 0), ("kill", 1)])
def test_what_was_being_sent_when_the_service_ended(app: Installation, ended_by: str, deaths: int) -> None:
    daemon = app.start(code=IMPATIENT + SENDING_HANGS)
    app.place()
    daemon.says("sending O1")
    if ended_by == "stop":
        assert daemon.stop() == 0
        daemon.says("did not end in time: sender")
    else:
        daemon.kill()
    daemon = app.start()
    found = app.json("letter", "O1")
    assert (found["state"], found["unfinished"]) == ("in_doubt", deaths)
    assert daemon.stop() == 0
