"""What a page says of an act that was not done, and with which status."""

from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.office.acts.overtaken import Overtaken
from mailproc.sentence import Part
from mailproc.web.shown import WebDesk

Fault = LocalFault | RemoteFault | TryLater
FAULTS = (LocalFault, RemoteFault, TryLater)


def status(fault: Fault) -> int:
    """Return 409 for what somebody was quicker with, 503 for what may be tried again, else 422."""
    if isinstance(fault, Overtaken):
        return 409
    return 503 if isinstance(fault, TryLater) else 422


def parts(fault: Fault) -> tuple[Part, ...]:
    """Return all that it says."""
    return (fault.said, *fault.also) if isinstance(fault, LocalFault) else (fault.said,)


def words(desk: WebDesk, fault: Fault) -> tuple[str, ...]:
    """Return the same in words; of what may be tried again that nothing was done."""
    busy = (desk.office.words["busy"],) if isinstance(fault, TryLater) else ()
    return (*busy, *map(desk.office.word, parts(fault)))
