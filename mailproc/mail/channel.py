"""Define the channels by which letters come in: one line each, with what it knows about the sender."""

from collections.abc import Iterator
from dataclasses import dataclass

LISTENER, INJECT = "listener", "inject"
"""Doors that are no mailbox: by them a letter in the store came from SMTP, or from the hands of staff."""


@dataclass(frozen=True)
class Channel:
    """What is known of who brings a letter.

    ``envelope``: a sender is named beside the letter, and the letter cannot say otherwise. ``peer``: the
    client's IP address. ``login``: as whom it has logged in. ``vouched``: staff stand for the letter, and may
    have named its envelope.

    ``opened_by``: the module whose ``incoming(app)`` gives the service the channel (``transport.incoming``);
    '' where nothing runs.
    """

    name: str
    envelope: bool = False
    peer: bool = False
    login: bool = False
    vouched: bool = False
    opened_by: str = ""


DOORS: dict[str, Channel] = {
    LISTENER: Channel("smtp", envelope=True, peer=True, login=True, opened_by="mailproc.app.smtp_listener"),
    INJECT: Channel("hand", vouched=True),
}
MAILBOX = Channel("imap", opened_by="mailproc.app.polling")
"""Of every other door: the name of a mailbox, whose server may say by Return-Path who sent the letter."""


def of_door(door: str) -> Channel:
    return DOORS.get(door, MAILBOX)


def opened_channels() -> Iterator[Channel]:
    """Those that the service runs."""
    return (channel for channel in (*DOORS.values(), MAILBOX) if channel.opened_by)
