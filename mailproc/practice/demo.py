"""The verb ``demo``: the whole corridor, for real, in a throw-away folder, in under a minute."""

import secrets
import subprocess
import tempfile
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

from mailproc.errors import LocalFault
from mailproc.practice.child import Gone
from mailproc.practice.desk import Desk, Missed
from mailproc.practice.stage import Stage
from mailproc.practice.stories import Stories
from mailproc.practice.telling import Telling, sentence


def run(keep: Path | None = None, *, stay: bool = False) -> int:
    """0 if every request reached its end. ``keep``: play in this folder and leave it there. ``stay``: go on
    running after the end, until Ctrl-C, so that one can look around at the desk.

    Raises LocalFault where that folder is not empty: requests of another time would be in the way.
    """
    if keep and keep.exists() and any(keep.iterdir()):
        raise LocalFault(f"{keep} is not empty: name a new folder.")
    telling = Telling()
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailproc-demo-")))
        folder.mkdir(parents=True, exist_ok=True)

        def heard(happening: dict[str, Any]) -> None:
            if text := sentence(happening):
                telling.line(f"    {text}")

        stage = Stage(folder, heard)
        stack.callback(stage.tear_down)
        try:
            _play(stage, telling, stay=stay)
        except (Gone, Missed, subprocess.TimeoutExpired) as missed:
            _fail(stage, telling, missed)
            return 1
        if stay:
            _stay(stage, telling)
    return 0


def _stay(stage: Stage, telling: Telling) -> None:
    with suppress(KeyboardInterrupt):  # also of a key that is pressed as the line is read
        telling.line(f"mailproc goes on running, with {stage.config}. Ctrl-C ends it.")
        stage.daemon.wait()


def _play(stage: Stage, telling: Telling, *, stay: bool) -> None:
    telling.line(
        "A post office, a mailbox, five libraries that lend, one that borrows and a central server are set"
        " up, and beside them catalogues and a library system."
    )
    stage.set_up()
    telling.line("mailproc runs.")
    with closing(Desk(stage.config, stage.environment, stage.soon)) as desk:
        _open_pages(stage, desk, telling)
        stories = Stories(stage, desk, telling)
        for story in stories.all():
            story()
        telling.heading("The end")
        _curtain(desk, stories.ends, telling)
        _other_side(stage, stories.lent)
        telling.line("Every request reached its end.")
        if stay:
            stories.leave_work()


def _open_pages(stage: Stage, desk: Desk, telling: Telling) -> None:
    """Say where the demo can be looked at while it runs, and who may."""
    if address := stage.desk_address():
        password = secrets.token_hex(6)
        desk.do("staff", "add", "demo", "--name", "D. Demo", "--role", "keep", given=f"{password}\n")
        telling.line(f"Its pages for staff: {address}  login demo, password {password}")


def _other_side(stage: Stage, lent: dict[str, dict[str, str]]) -> None:
    """The other mailprocs' stores can be recomputed too, and all they lent is back. Raises Missed, Gone."""
    if lent:
        stage.practice.write("verify")
    for library, states in lent.items():
        said = stage.happening(f"the verify of {library}", event="verified", player=library)
        if said["differ"] or said["states"] != states:
            raise Missed(f"At {library} {states} was expected, but there is {said}.")


def _curtain(desk: Desk, ends: dict[str, str], telling: Telling) -> None:
    """Raises Missed where a request is not where it should be, or the store cannot be recomputed."""
    telling.line(f"verify: {' '.join(desk.do('verify').split())}")
    lines = sorted(desk.requests(), key=lambda line: (line.number[0], int(line.number[1:])))
    table = [(line.number, line.state, line.partner, line.title) for line in lines]
    telling.table([("request", "state", "partner", "title"), *table])
    found = {line.number: line.state for line in lines}
    missed = [f"{number} should be {end}, is {found.get(number)}" for number, end in ends.items()
              if found.get(number) != end]  # fmt: skip
    if missed or found.keys() != ends.keys():
        raise Missed("; ".join(missed) or f"There are requests that nobody placed: {sorted(found)}")


def _fail(stage: Stage, telling: Telling, missed: Exception) -> None:
    telling.heading("Not as it should be")
    late = isinstance(missed, subprocess.TimeoutExpired)
    telling.line("A command did not end in time." if late else str(missed))
    if tail := stage.log_tail():
        telling.line("The last lines of the daemon:")
        telling.quote("\n".join(tail))
