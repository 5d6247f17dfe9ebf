"""Write the calls of hooks into the folder of letters, while nothing may be sent: H12.json for H12."""

from collections.abc import Callable
from pathlib import Path

from mailproc.errors import TryLater
from mailproc.ils.hook_outcome import HookOutcome, HookResult
from mailproc.sentence import sentence
from mailproc.store.hook_calls import HookCall
from mailproc.transport.folder_out import Folder
from mailproc.transport.hook_http import body_of


def deliverer(path: Path) -> Callable[[HookCall], HookOutcome]:
    """Return what writes what a hook would be told, and tells nobody."""
    folder = Folder(path)

    def deliver(call: HookCall) -> HookOutcome:
        try:
            file = folder.file(body_of(call.payload), call.name, "json")
        except TryLater as error:
            return HookOutcome(HookResult.LATER, error.said)
        return HookOutcome(HookResult.FILED, sentence("hook-filed", file=file))

    return deliver
