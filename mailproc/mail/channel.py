"""Define the channels by which letters come in: one line each, with what it knows about the sender."""

from collections.abc import Iterator
from dataclasses import dataclass

LISTENER, INJECT, SLNP = "listener", "inject", "slnp"
"""Doors that are no mailbox: by them a letter in the store came from SMTP, or from the hands of staff."""
TCP, TCP_ANSWER = "tcp", "tcp-answer"
"""By these came an APDU on a socket: to our port, or back on a connection that we had opened."""
HTTP, HTTP_ANSWER = "http", "http-answer"
"""By these came a document of a hub: posted to us, or as the answer to what we had posted."""

APDU = "application/iso-10161-ill-1"
"""The media type of an APDU in BER (RFC 2503)."""
XML = "application/xml"


@dataclass(frozen=True)
class Channel:
    """What is known of the sender of a letter.

    ``envelope``: the sender is given beside the letter, and the letter cannot change it. ``peer``: the
    client's IP address. ``login``: the user that has logged in. ``vouched``: staff vouch for the letter, and
    may have given its envelope. ``message``: the media type of what comes by it, one bare message each; ''
    for letters. ``called``: we had called the sender, whose symbol stands for the login. ``partner``: the
    door lets in nobody but a partner, and ``login`` is its symbol. ``hub``: it brings messages of a hub for
    the libraries behind it. ``opened_by``: the module whose ``incoming(app)`` opens the channel for the
    service (``transport.incoming``); '' if nothing runs.
    """

    name: str
    envelope: bool = False
    peer: bool = False
    login: bool = False
    vouched: bool = False
    message: str = ""
    called: bool = False
    partner: bool = False
    hub: bool = False
    opened_by: str = ""


DOORS: dict[str, Channel] = {
    LISTENER: Channel("smtp", envelope=True, peer=True, login=True, opened_by="mailproc.app.smtp_listener"),
    INJECT: Channel("hand", vouched=True),
    TCP: Channel("tcp", peer=True, login=True, message=APDU, opened_by="mailproc.app.tcp_listener"),
    TCP_ANSWER: Channel("tcp", peer=True, message=APDU, called=True),
    SLNP: Channel("slnp", peer=True, partner=True, opened_by="mailproc.app.slnp_door"),
    HTTP: Channel("http", peer=True, message=XML, hub=True, opened_by="mailproc.app.http_door"),
    HTTP_ANSWER: Channel("http", message=XML, called=True, hub=True, opened_by="mailproc.app.hub_poll"),
}
MAILBOX = Channel("imap", opened_by="mailproc.app.polling")
"""Any other door is the name of a mailbox, whose server may give the sender in Return-Path."""


def of_door(door: str) -> Channel:
    return DOORS.get(door, MAILBOX)


def opened_channels() -> Iterator[Channel]:
    """Yield the channels that the service runs."""
    return (channel for channel in (*DOORS.values(), MAILBOX) if channel.opened_by)
