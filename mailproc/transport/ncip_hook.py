"""Tell the library system of an event by NCIP: what became of it, in a sentence for staff."""

from collections.abc import Callable

from mailproc.config import Ncip
from mailproc.errors import GiveUp, InDoubt, LocalFault, TryLater
from mailproc.ils.hook_outcome import HookOutcome, HookResult
from mailproc.ils.ncip import from_event
from mailproc.ils.ncip.answers import NcipRefusal
from mailproc.ils.ncip.from_event import NcipEvent
from mailproc.ils.ncip.messages import AcceptItem, Message
from mailproc.ils.ncip.problems import ProblemKind
from mailproc.sentence import sentence
from mailproc.store.hook_calls import HookCall
from mailproc.transport.ncip_post import NcipServer, look_up, tell

NOTHING_DONE = (ProblemKind.NOT_SUPPORTED, ProblemKind.PLACE_WRONG, ProblemKind.DATA_MISSING)
"""Problems that a system finds before it does anything."""
NOBODY = "mailproc-check"
Known = Callable[[HookCall], NcipEvent]
"""Looks up what the store knows by now. Raise TryLater."""


def deliverer(ncip: Ncip, server: NcipServer, known: Known) -> Callable[[HookCall], HookOutcome]:
    """Return what makes the calls."""

    def deliver(call: HookCall) -> HookOutcome:
        if call.payload["sample"]:
            return _trial(server)
        try:
            message = from_event.message(known(call), ncip)
        except LocalFault as missing:
            return HookOutcome(HookResult.REFUSED, missing.said)
        except TryLater as busy:
            return HookOutcome(HookResult.LATER, busy.said)
        return outcome(server, message)

    return deliver


def _trial(server: NcipServer) -> HookOutcome:
    """A message cannot say that it is only tried, so the system is asked for a reader whom nobody has."""
    try:
        look_up(server, NOBODY)
    except TryLater as trouble:
        return HookOutcome(HookResult.LATER, trouble.said)
    return HookOutcome(HookResult.DONE, sentence("ncip-tried"))


def outcome(server: NcipServer, message: Message) -> HookOutcome:
    """Send the message; return what became of it."""
    name = type(message).__name__
    try:
        refused = tell(server, message)
    except TryLater as trouble:
        return HookOutcome(HookResult.LATER, trouble.said)
    except GiveUp as trouble:
        return HookOutcome(HookResult.REFUSED, trouble.said)
    except InDoubt as trouble:
        return HookOutcome(HookResult.IN_DOUBT, sentence("ncip-in-doubt", message=name, why=trouble.said))
    if refused is not None:
        return _refused(message, refused)
    return HookOutcome(HookResult.DONE, sentence("ncip-done", message=name))


def _refused(message: Message, refused: NcipRefusal) -> HookOutcome:
    """Some systems make the item of an AcceptItem before they look at its reader: so it is in doubt."""
    name = type(message).__name__
    if isinstance(message, AcceptItem) and refused.kind not in NOTHING_DONE:
        said = sentence("ncip-refused-item", message=name, why=refused.told)
        return HookOutcome(HookResult.IN_DOUBT, said)
    return HookOutcome(HookResult.REFUSED, sentence("ncip-refused", message=name, why=refused.told))
