"""The demo's staff: every act is the program itself, as in life (``mailproc … act B1 receive``)."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

Found = TypeVar("Found")


class Missed(Exception):
    """A request did not come to where it should. The text says what was expected and what was found."""


class Desk:
    """``soon`` gives the deadline (time.monotonic()) of the next wait."""

    def __init__(self, config: Path, environment: Mapping[str, str], soon: Callable[[], float]) -> None:
        self._config = config
        self._environment = environment
        self._soon = soon

    def do(self, *words: str, given: str = "") -> str:
        """Runs one verb; its standard output. Raises Missed with its own words where it fails."""
        command = [sys.executable, "-m", "mailproc", "--config", str(self._config), *words]
        done = subprocess.run(  # noqa: S603  # our own program
            command, input=given, capture_output=True, text=True, encoding="utf-8", check=False,
            env={**os.environ, **self._environment}, timeout=max(1.0, self._soon() - time.monotonic()),
        )  # fmt: skip
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["nothing"]
            raise Missed(f"`mailproc {' '.join(words)}` ended with {done.returncode} and said: {said[0]}")
        return done.stdout

    def request(self, wanted: Mapping[str, Any], *partners: str) -> str:
        """Places a request; its local number (B1)."""
        asked = [word for symbol in partners for word in ("--partner", symbol)]
        return self.do("request", "-", *asked, given=json.dumps(wanted)).split()[-1]

    def act(self, number: str, *action: str) -> str:
        """Acts; the state that this leads to, as the program answers at once."""
        state: str = json.loads(self.do("act", number, *action, "--json"))["state"]
        return state

    def show(self, number: str) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.do("show", number, "--json"))
        return shown

    def requests(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(self.do("requests", "--json"))
        return listed

    def until(self, number: str, state: str, partner: str) -> dict[str, Any]:
        """Looks at a request until it is in this state with this partner. Raises Missed."""
        return self._until(
            lambda: self.show(number),
            lambda shown: (shown["state"], shown["partner"]) == (state, partner),
            lambda shown: (
                f"{number} should be {state} with {partner}, but is {shown['state']} with {shown['partner']}."
            ),
        )

    def until_heard(self, number: str, event: str) -> dict[str, Any]:
        """Looks at a request until its history has this event. Raises Missed."""
        return self._until(
            lambda: self.show(number),
            lambda shown: any(change["event"] == event for change in shown["history"]),
            lambda shown: f"{number} ({shown['state']}) should have heard {event} from {shown['partner']}.",
        )

    def until_listed(self, count: int, role: str) -> list[dict[str, Any]]:
        """Looks at the list until it has so many requests in this role. Raises Missed."""
        return self._until(
            lambda: [row for row in self.requests() if row["role"] == role],
            lambda rows: len(rows) >= count,
            lambda rows: f"{count} requests should have come in, but there are {len(rows)}.",
        )

    def _until(
        self, look: Callable[[], Found], enough: Callable[[Found], bool], missed: Callable[[Found], str]
    ) -> Found:
        # The daemon is another process and tells nobody: looking again is all there is, and
        # starting the program for each look is pause enough.
        deadline = self._soon()
        while not enough(found := look()):
            if time.monotonic() >= deadline:
                raise Missed(missed(found))
        return found
