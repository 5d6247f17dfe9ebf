"""What policy wants done after a step. Values only: ``flow.advance.steps`` carries them out."""

from dataclasses import dataclass

from mailproc.ill.apdu import Apdu
from mailproc.ill.attention import Reason


@dataclass(frozen=True)
class Send:
    """Say ``apdu`` to the partner, in the manner its protocol and configuration allow."""

    apdu: Apdu


@dataclass(frozen=True)
class Notify:
    """A letter to the reader. What goes to staff is told by ``flow.notify_staff``. ``level``: of a reminder,
    how many there have been, itself among them."""

    notice: str
    level: int | None = None


@dataclass(frozen=True)
class TryNext:
    """Go on to the next partner of the rota; ``why_not`` is kept beside the last one.

    ``too_late``: nobody needs it any more, so nobody else is asked.
    """

    why_not: str
    too_late: bool = False


@dataclass(frozen=True)
class AskStaff:
    """A human is needed."""

    reason: Reason


@dataclass(frozen=True)
class Withdraw:
    """Take back what waits to be said in this transaction and has not left."""


@dataclass(frozen=True)
class TakeBack:
    """Take back what event ``event_id`` wanted said, and say again what it had withdrawn."""

    event_id: int
    withdrew: tuple[int, ...] = ()


@dataclass(frozen=True)
class FollowUpAct:
    """A follow-up act of our own in the same commit (cause: policy), with what it says."""

    action: str
    apdu: Apdu | None = None


@dataclass(frozen=True)
class Finish:
    """The request is over: filled | cancelled | unfilled."""

    outcome: str


Effect = Send | Notify | TryNext | AskStaff | Withdraw | TakeBack | FollowUpAct | Finish
