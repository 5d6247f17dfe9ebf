"""A double click, or a form that is sent again, is one act: its mark is unique among the events."""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store import events


class DoneBefore(LocalFault):
    """The same click has done it. Nothing was done again."""


def refuse_twice(connection: Connection, once: str) -> None:
    """Raise DoneBefore if ``once``, a mark or '', is known. Inside the write: two clicks come together."""
    if once and events.known_once(connection, once) is not None:
        raise DoneBefore(sentence("done-already"))
