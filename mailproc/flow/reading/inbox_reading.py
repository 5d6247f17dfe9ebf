"""Read what came in by any door: a mail, a bare message of a socket, or a document of the hub."""

from typing import TYPE_CHECKING

from mailproc.flow.context import Context
from mailproc.flow.reading import hub_reading, letter_reading, wire_reading
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.mail.channel import of_door
from mailproc.store.rows import InboxLetter

if TYPE_CHECKING:  # loaded where a signature is verified
    from mailproc.proof.dkim import KeySource


def read(row: InboxLetter, context: Context, keys: "KeySource | None" = None) -> LetterReading:
    """Read an inbox row, whatever its bytes are; ``keys`` as in ``letter_reading.read``."""
    channel = of_door(row.door)
    if channel.hub:
        return hub_reading.read(row, context)
    if channel.message:
        return wire_reading.read(row, context)
    return letter_reading.read(row, context, keys)
