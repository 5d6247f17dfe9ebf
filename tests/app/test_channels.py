"""Every channel of the table is started, watched and stopped by the service."""

from importlib import import_module

import pytest

from mailproc.errors import TryLater
from mailproc.mail.channel import Channel, opened_channels
from mailproc.mail.letter import Envelope
from tests.app.installation import Installation, order
from tests.protocols.toy_transport import TcpOut

ONE_LINE = """
from mailproc.mail.channel import DOORS
from tests.protocols import toy_transport
DOORS[toy_transport.DOOR] = toy_transport.CHANNEL
"""
NOBODY_ANSWERS = """
from mailproc.app import watchdog
watchdog.STALL, watchdog.ROUND = 1.0, 0.2
toy_transport.TcpIn.ask = lambda channel, alive: None
"""
ENVELOPE = Envelope("ill@customer.example", "ill@town.example", "pigeon")


def test_a_channel_that_is_a_line_of_the_table_takes_letters_until_the_service_ends(
    app: Installation,
) -> None:
    daemon = app.start(code=ONE_LINE)
    port = int(daemon.says("listening on", times=2).rpartition(":")[2])
    sender = TcpOut(lambda: port)
    assert sender.send(ENVELOPE, order("C1"), "O1") == "OK"
    app.until(["requests"], lambda found: len(found) == 1)
    assert app.json("letter", "I1")["door"] == "pigeon"
    assert daemon.stop() == 0
    with pytest.raises(TryLater, match="nobody answers"):
        sender.send(ENVELOPE, order("C2"), "O2")


def test_a_channel_that_does_not_answer_the_watchdog_ends_the_service(app: Installation) -> None:
    daemon = app.start(ready=False, code=ONE_LINE + NOBODY_ANSWERS)
    assert daemon.ends() == 1
    daemon.says("no longer responding, the service stops: pigeon (")


@pytest.mark.parametrize("channel", [*opened_channels()], ids=lambda channel: channel.name)
def test_the_file_that_the_table_names_opens_the_channel(channel: Channel) -> None:
    assert hasattr(import_module(channel.opened_by), "incoming"), (
        f"{channel.opened_by} lacks incoming(app): mail/channel.py says that it opens {channel.name!r}"
    )
