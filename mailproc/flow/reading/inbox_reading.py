"""Read what came in by any door: a mail, or a bare message of a socket."""

from typing import TYPE_CHECKING

from mailproc.flow.context import Context
from mailproc.flow.reading import letter_reading, wire_reading
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.mail.channel import of_door
from mailproc.store.rows import InboxLetter

if TYPE_CHECKING:  # loaded where a signature is verified
    from mailproc.proof.dkim import KeySource


def read(row: InboxLetter, context: Context, keys: "KeySource | None" = None) -> LetterReading:
    """Read an inbox row, whatever its bytes are; ``keys`` as in ``letter_reading.read``."""
    if of_door(row.door).message:
        return wire_reading.read(row, context)
    return letter_reading.read(row, context, keys)
