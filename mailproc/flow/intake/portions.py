"""Write a letter of thousands of messages in portions, so that nobody waits for the whole of it.

Its events are staged, a portion in each commit, and no step is taken of them: the letter may still turn out
to have no effect. Then one commit settles the letter, and its events are released, a portion in each commit.
After a crash, staged events are released if their letter is settled. Otherwise they are deleted, and the
letter is read again from its first message.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.intake.placement import Placement
from mailproc.flow.intake.placing import LetterMessage, messages_of, place_some
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.store import letters, staged_events
from mailproc.store.engine import Store

PORTION = 500
"""Messages, or events, in one commit."""


def is_long(reading: LetterReading) -> bool:
    """Return whether the letter holds more messages than one commit takes."""
    decoded = reading.decoded
    return len(decoded.apdus) + len(decoded.unsure) + len(decoded.faults) > PORTION


def stage(store: Store, reading: LetterReading, context: Context) -> Placement:
    """Stage the events of all messages; return what the commit that settles the letter needs.

    Stops if staff have settled the letter meanwhile.
    """
    recover(store)  # an earlier try may have ended in the middle
    placement = Placement()
    left = messages_of(reading)

    def job(connection: Connection) -> int:
        return _stage(connection, reading, left[:PORTION], placement, context)

    while left:
        store.underway.at(reading.inbox_id)
        taken = store.write(job)
        left = left[taken:] if taken else []
    return placement


def recover(store: Store) -> None:
    """Finish what was staged: release it if its letter had its effect, else delete it."""
    while store.write(lambda connection: staged_events.delete(connection, PORTION)):
        pass
    while store.write(lambda connection: staged_events.release(connection, PORTION)):
        pass


def _stage(
    connection: Connection,
    reading: LetterReading,
    messages: Sequence[LetterMessage],
    placement: Placement,
    context: Context,
) -> int:
    """Return how many of the messages this commit took; none if the letter waits no longer."""
    if not letters.waits(connection, reading.inbox_id):
        return 0
    taken = place_some(connection, reading, messages, placement, context, most=PORTION)
    staged_events.add_all(connection, placement.events)
    placement.events.clear()
    return taken
