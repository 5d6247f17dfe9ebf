"""When the letters of an act may leave: one at the desk can be taken back for a while."""

from datetime import datetime, timedelta

from mailproc.flow.context import Context
from mailproc.ill.actions import AT_THE_DESK
from mailproc.store.rows import Event


def of(event: Event, context: Context) -> datetime | None:
    """Return until when the letters of ``event``, and of what follows from it, wait; None for not at all.

    The wait stands in the row of each letter (``intent.not_before``), so a restart does not shorten it.
    """
    return of_act(event.door, event.at, context)


def of_act(door: str, at: datetime, context: Context) -> datetime | None:
    """Return the same of what somebody does by this door."""
    seconds = context.config.web.undo_seconds if door == AT_THE_DESK else 0
    return at + timedelta(seconds=seconds) if seconds else None
