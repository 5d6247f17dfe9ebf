"""Links that readers ask for are looked up after the answer has gone, one at a time: nobody learns from the
time that an answer takes whether a number is known.

What is asked beyond the bounds is dropped, and the answer says so: of nobody's number.
"""

import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from mailproc import passwords
from mailproc.web.my_clicks import ReaderClicks

_log = logging.getLogger(__name__)

WAITING = 100
"""Links that wait to be looked up."""
PER_PLACE = 10
"""Of these, from one place."""
MOST_OF_NETWORK = 60
"""Asked for from one network within an hour; beyond it nobody is written to who has a link that opens."""


class AsksLinks(Protocol):
    """What is asked for a link."""

    def ask_link(self, number: str, email: str, *, often: bool) -> None:
        """Have a link written, if number and address are one reader's. ``often``: very
        much has been asked from there."""


class LinkQueue:
    """For any thread."""

    def __init__(self, office: AsksLinks) -> None:
        self._office = office
        self._lock = threading.Lock()
        self._here: Counter[str] = Counter()
        self._clicks = ReaderClicks()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk-link")

    def ask(self, number: str, email: str, host: str) -> bool:
        """Have it looked up soon; return at once whether it will be."""
        place = passwords.place(host)
        with self._lock:
            if self._here[place] >= PER_PLACE or self._here.total() >= WAITING:
                return False
            self._here[place] += 1
        often = self._clicks.count(passwords.network(host)) > MOST_OF_NETWORK
        self._thread.submit(self._look_up, number, email, place, often)
        return True

    def settle(self) -> None:
        """Wait until all that was asked before was looked up."""
        self._thread.submit(lambda: None).result()

    def _look_up(self, number: str, email: str, place: str, often: bool) -> None:
        try:
            self._office.ask_link(number, email, often=often)
        except Exception:  # of one look-up: the others go on
            _log.exception("a link for a reader could not be written")
        finally:
            with self._lock:
                self._here[place] -= 1
                if not self._here[place]:
                    del self._here[place]
