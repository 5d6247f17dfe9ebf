"""Whether a letter that comes in was here before: a copy of one that had its effect, or one of ours."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.reading.letter_reading import LetterReading, proven_sender
from mailproc.mail.addresses import ascii_lower
from mailproc.store import letters, outgoing


def earlier_copy(connection: Connection, reading: LetterReading) -> int | None:
    """Return the same letter of the same sender that already had its effect, by whatever channel.

    The proven sender is part of the query, so that nobody's copy can replace another sender's letter.
    """
    return letters.earlier_copy(
        connection,
        proven_sender(reading),
        reading.digest,
        reading.letter.message_id[:250],
        reading.content_digest,
    )


def own_letter(connection: Connection, reading: LetterReading, context: Context) -> int | None:
    """Return the letter of ours that came back; None for a message that we sent to ourselves (a hub).

    A letter to our own staff counts: they may read a mailbox that we poll.
    """
    if _answers(reading, context):
        return None
    sent = [
        outgoing_id
        for outgoing_id, to in letters.ours(connection, reading.own_ids).items()
        if ascii_lower(to) not in context.addresses or outgoing.is_to_people(connection, outgoing_id)
    ]
    return min(sent, default=None)


def _answers(reading: LetterReading, context: Context) -> bool:
    """Return whether a partner says something in the letter.

    Quoted text counts too, as in a report that was forwarded; our own order file, quoted, does not.
    """
    said = reading.decoded
    written_by_us = reading.letter.sender in context.addresses or said.credentials is not None
    return bool(said.apdus or said.unsure) and not written_by_us
