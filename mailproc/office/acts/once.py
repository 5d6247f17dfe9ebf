"""A double click, or a form that is sent again, is one act: its mark is unique among the events."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.ill.findings import Noted
from mailproc.sentence import sentence
from mailproc.store import events

if TYPE_CHECKING:
    from mailproc.flow.advance.steps import StepOutcome


class DoneBefore(LocalFault):
    """The same click has done it. Nothing was done again."""


def refuse_twice(connection: Connection, once: str) -> None:
    """Raise DoneBefore if ``once``, a mark or '', is known. Inside the write: two clicks come together."""
    if events.known_once(connection, once) is not None:
        raise DoneBefore(sentence("done-already"))


def outcome_before(connection: Connection, once: str) -> "StepOutcome | None":
    """Return what a second click is told; None for the first, or without a mark. Inside the write, too."""
    known = events.known_once(connection, once)
    if known is None:
        return None
    from mailproc.flow.advance.steps import StepOutcome  # here: who only lists partners needs no step

    return StepOutcome(known, "done", note=Noted.DONE_BEFORE)
