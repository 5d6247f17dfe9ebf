"""The demo's staff: every act is the program itself, as in life (``mailproc … act B1 receive``).

Only looking, again and again, is done in this process: starting the program for each look would
take most of the demo's minute.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from mailproc import config_load
from mailproc.office.queries import listing, request_details
from mailproc.office.queries.listing import RequestLine
from mailproc.office.queries.request_details import RequestDetails
from mailproc.protocols import registry
from mailproc.store.engine import Store

Found = TypeVar("Found")
_PAUSE = 0.05  # seconds between two looks


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
        return self._done(words, given).stdout

    def refused(self, *words: str) -> str:
        """Runs one verb that must refuse; why it does. Raises Missed where it does not."""
        done = self._run(words)
        if done.returncode == 0:
            raise Missed(f"`mailproc {' '.join(words)}` should be refused, but said: {done.stdout.strip()}")
        return done.stderr.strip()

    def ordered(self, *words: str) -> tuple[str, str]:
        """Places a request by options; its local number, and what is said beside it. Raises Missed."""
        done = self._done(("request", *words))
        return done.stdout.strip(), done.stderr.strip()

    def _done(self, words: Sequence[str], given: str = "") -> "subprocess.CompletedProcess[str]":
        done = self._run(words, given)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["nothing"]
            raise Missed(f"`mailproc {' '.join(words)}` ended with {done.returncode} and said: {said[0]}")
        return done

    def _run(self, words: Sequence[str], given: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "mailproc", "--config", str(self._config), *words]
        return subprocess.run(  # noqa: S603  # our own program
            command, input=given, capture_output=True, text=True, encoding="utf-8", check=False,
            env={**os.environ, **self._environment}, timeout=max(1.0, self._soon() - time.monotonic()),
        )  # fmt: skip

    def request(self, wanted: Mapping[str, Any], *partners: str) -> str:
        """Places a request; its local number (B1)."""
        asked = [word for symbol in partners for word in ("--partner", symbol)]
        return self.do("request", "-", *asked, given=json.dumps(wanted)).split()[-1]

    def act(self, number: str, *action: str) -> str:
        """Acts; the state that this leads to, as the program answers at once."""
        state: str = json.loads(self.do("act", number, *action, "--json"))["state"]
        return state

    def show(self, number: str) -> RequestDetails:
        with self._store.read() as connection:
            return request_details.shown(connection, number)

    def requests(self) -> list[RequestLine]:
        with self._store.read() as connection:
            return listing.listed(connection, listing.Filter())

    def close(self) -> None:
        self._store.close()

    @cached_property
    def _store(self) -> Store:
        """The daemon's own, so it is not opened before the daemon has made it."""
        url = config_load.load(self._config, registry.problems, secrets_needed=False).store.url
        return Store.open(url, base=self._config.parent, make=False, migrate=False)

    def until(self, number: str, state: str, partner: str) -> RequestDetails:
        """Looks at a request until it is in this state with this partner. Raises Missed."""
        return self._until(
            lambda: self.show(number),
            lambda shown: (shown.line.state, shown.line.partner) == (state, partner),
            lambda shown: (
                f"{number} should be {state} with {partner}, but is {shown.line.state} with"
                f" {shown.line.partner}."
            ),
        )

    def until_heard(self, number: str, event: str) -> RequestDetails:
        """Looks at a request until its history has this event. Raises Missed."""
        return self._until(
            lambda: self.show(number),
            lambda shown: any(change.event == event for change in shown.history),
            lambda shown: (
                f"{number} ({shown.line.state}) should have heard {event} from {shown.line.partner}."
            ),
        )

    def until_said(self, number: str, words: str) -> RequestDetails:
        """Looks at a request until its history holds what a person wrote. Raises Missed."""
        return self._until(
            lambda: self.show(number),
            lambda shown: any(words in change.note for change in shown.history),
            lambda shown: f"{number} ({shown.line.state}) should have heard: {words}",
        )

    def until_looked_up(self, number: str) -> RequestDetails:
        """Looks at a request until a catalogue has said who holds its item. Raises Missed."""
        return self._until(
            lambda: self.show(number),
            lambda shown: any(one.answer.holdings for one in shown.looked),
            lambda shown: f"{number} ({shown.line.state}) should have been found in a catalogue.",
        )

    def until_listed(self, count: int, role: str) -> list[RequestLine]:
        """Looks at the list until it has so many requests in this role. Raises Missed."""
        return self._until(
            lambda: [line for line in self.requests() if line.role == role],
            lambda rows: len(rows) >= count,
            lambda rows: f"{count} requests should have come in, but there are {len(rows)}.",
        )

    def _until(
        self, look: Callable[[], Found], enough: Callable[[Found], bool], missed: Callable[[Found], str]
    ) -> Found:
        # The daemon is another process and tells nobody: looking again is all there is.
        deadline = self._soon()
        while not enough(found := look()):
            if time.monotonic() >= deadline:
                raise Missed(missed(found))
            time.sleep(_PAUSE)  # see above
        return found
