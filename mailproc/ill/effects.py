"""What policy wants done after a step. Values only: ``flow.advance.carry_out`` carries them out."""

from dataclasses import dataclass

from mailproc.ill.apdu import Apdu
from mailproc.ill.attention import Reason
from mailproc.sentence import Sentence

FORWARDED = "patron/document"
"""The letter to a reader with the documents that came for a request."""


@dataclass(frozen=True)
class Send:
    """Send ``apdu`` to the partner, in the manner that its protocol and configuration allow."""

    apdu: Apdu


@dataclass(frozen=True)
class Notify:
    """A letter to the reader (to staff: ``flow.notify_staff``).

    ``level``: the number of a reminder; ``note``: a remark of staff, as they wrote it.
    """

    notice: str
    level: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Withhold:
    """A letter that the reader does not get; `show` says why."""

    notice: str
    why: Sentence


@dataclass(frozen=True)
class ForwardDocuments:
    """Send the documents that came for this copy to the reader, each once."""


@dataclass(frozen=True)
class TryNext:
    """Go on to the next partner of the rota; ``why_not`` is stored with the last one.

    ``too_late``: the item is no longer needed, so nobody else is asked.
    """

    why_not: str
    too_late: bool = False


@dataclass(frozen=True)
class AskAgain:
    """Ask the same partner again, under a new number: it named the day for it."""


@dataclass(frozen=True)
class AskStaff:
    """Staff must look."""

    reason: Reason


@dataclass(frozen=True)
class Withdraw:
    """Withdraw what waits to be sent in this transaction."""


@dataclass(frozen=True)
class TakeBack:
    """Undo what event ``event_id`` ordered, and restore what it had withdrawn.

    ``refused``: it was the partner's refusal, whose reason is stored with the partner no longer.
    """

    event_id: int
    withdrew: tuple[int, ...] = ()
    refused: bool = False


@dataclass(frozen=True)
class FollowUpAct:
    """A follow-up action of ours in the same commit (cause: policy), with its message."""

    action: str
    apdu: Apdu | None = None


@dataclass(frozen=True)
class Finish:
    """The request is over: filled | cancelled | unfilled."""

    outcome: str


Effect = (
    Send
    | Notify
    | Withhold
    | ForwardDocuments
    | TryNext
    | AskAgain
    | AskStaff
    | Withdraw
    | TakeBack
    | FollowUpAct
    | Finish
)
