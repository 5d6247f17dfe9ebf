"""Tell a hook by a command: JSON on its standard input, no shell, a time limit, and little else.

Its exit status is the answer (docs/integration.md): 0 it has done it; 75 (EX_TEMPFAIL of sysexits.h) try
later; 65 (EX_DATAERR) never try this again; any other, or a command that had to be killed: nobody knows.
"""

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from mailproc.config import Hook
from mailproc.ils.hook_outcome import HookOutcome, HookResult
from mailproc.sentence import sentence
from mailproc.store.hook_calls import HookCall
from mailproc.transport.hook_http import body_of

LONGEST = 500
"""Octets of its output that are kept; the rest is read and thrown away."""
GRACE = 1.0
"""Seconds for the end of its output, which a program that it left behind may hold open."""
_RESULTS = {0: HookResult.DONE, 65: HookResult.REFUSED, 75: HookResult.LATER}
_PASSED_ON = ("PATH", "TZ", "LANG", "LC_ALL", "SYSTEMROOT")


def deliverer(hook: Hook, folder: Path) -> Callable[[HookCall], HookOutcome]:
    """Return what makes the calls of a hook. ``folder``: in which it runs, that of config.toml."""

    def deliver(call: HookCall) -> HookOutcome:
        with tempfile.TemporaryFile() as given:
            given.write(body_of(call.payload))
            given.seek(0)
            try:
                process = _begun(hook, call, folder, given)
            except OSError as error:
                why = error.strerror or type(error).__name__
                return HookOutcome(HookResult.LATER, sentence("hook-no-command", why=why))
            return _ended(process, hook.timeout)

    return deliver


def environment(call: HookCall) -> dict[str, str]:
    """Return all that the command sees of ours: no secret is among it."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    ours = {"MAILPROC_HOOK": call.hook, "MAILPROC_EVENT": call.event, "MAILPROC_KEY": call.key}
    return {"PATH": os.defpath, **kept, **ours}


def _begun(hook: Hook, call: HookCall, folder: Path, given: BinaryIO) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  # the operator's own words, and no shell
        hook.command,
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment(call),
        start_new_session=True,  # so that it is killed with all that it began
    )


def _ended(process: "subprocess.Popen[bytes]", timeout: float) -> HookOutcome:
    said = bytearray()
    reader = threading.Thread(target=_drain, args=(process, said), daemon=True)
    reader.start()
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        return HookOutcome(HookResult.IN_DOUBT, sentence("hook-too-long", seconds=f"{timeout:g}"))
    finally:
        reader.join(GRACE)
    words = bytes(said).decode("utf-8", "replace").strip()
    result = _RESULTS.get(status, HookResult.IN_DOUBT)
    brief = sentence("hook-ended-silent", status=status)
    if not words:
        return HookOutcome(result, brief)
    return HookOutcome(result, sentence("hook-ended", status=status, said=words), brief)


def _drain(process: "subprocess.Popen[bytes]", said: bytearray) -> None:
    if process.stdout is None:
        return
    with process.stdout as output:
        while chunk := os.read(output.fileno(), 65_536):
            said += chunk[: max(0, LONGEST - len(said))]


def _kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # it has just ended; or the system has no groups
        process.kill()
    process.wait()
