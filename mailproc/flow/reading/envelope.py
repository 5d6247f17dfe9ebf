"""The sender of a letter, as its envelope and its header name it."""

from dataclasses import replace

from mailproc.flow.partners import Sender
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.channel import of_door
from mailproc.mail.letter import Letter
from mailproc.store.rows import InboxLetter


def with_envelope(letter: Letter, row: InboxLetter) -> Letter:
    """Return the letter with the envelope's sender, if the channel knows it.

    A Return-Path inside such a letter could have been written by anybody.
    """
    if not of_door(row.door).envelope:
        return letter
    return replace(letter, return_path=ascii_lower(row.mail_from))


def sender_of(row: InboxLetter, letter: Letter) -> Sender:
    """Return the sender: the envelope's is known by SMTP, may be known by hand, and is the Return-Path by
    IMAP."""
    envelope: str | None
    channel = of_door(row.door)
    if channel.envelope:
        envelope = row.mail_from
    elif channel.vouched:
        envelope = row.mail_from or None
    else:
        envelope = letter.return_path
    envelope = ascii_lower(envelope) if envelope else envelope
    return Sender(row.door, envelope, letter.sender, row.peer, row.login)
