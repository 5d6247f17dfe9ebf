"""What tells an open page that it is out of date: a mark of what it shows."""

import logging
from collections.abc import Iterable
from hashlib import sha256

from mailproc.errors import LocalFault, TryLater
from mailproc.flow.context import Context
from mailproc.office.desk import one_request, taking_back, unplaced_list
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.kept_to_do import KeptToDo
from mailproc.office.desk.one_request import RequestPage
from mailproc.office.desk.taking_back import JustDone
from mailproc.office.desk.to_do import ToDoPage
from mailproc.office.desk.unplaced_list import UnplacedListPage
from mailproc.office.mailroom import done_by
from mailproc.store.engine import Store

TO_DO, UNPLACED = "todo", "unplaced"
"""The names of the pages "To do" and "Could not be placed"; those of requests and letters have theirs."""
LETTERS = ("I", "O", "E")
"""With one of these begins the name of a letter."""
DIGITS = 16
"""Of a mark, hexadecimal."""
MOST_TOLD = 100
"""Bugs of pages that are remembered as told."""
_log = logging.getLogger(__name__)


class NewsDesk(DeskRoom):
    """Marks of pages. A page that would be shown with the same words has the same mark.

    ``kept``: the page "To do", which whoever looks at it shares.
    """

    def __init__(self, store: Store, context: Context, kept: KeptToDo) -> None:
        super().__init__(store, context)
        self._kept = kept
        self._told: tuple[str, ...] = ()

    def version(self) -> int:
        """Return a number that differs once anybody, the command line too, has committed a change."""
        return self.store.data_version()

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """Return the mark of each page as it is now; '' of one that is not there.

        A page that fails has none: the others go on, as where they are shown.
        """
        found = dict[str, str]()
        for name in names:
            try:
                found[name] = self._mark(name)
            except TryLater:
                raise
            except Exception as bug:
                self._tell(name, bug)
        return found

    def _tell(self, name: str, bug: Exception) -> None:
        """Log a bug of a page once: each change of the store asks for it again."""
        said = f"{name} {bug!r}"
        if said not in self._told:
            self._told = (*self._told[-MOST_TOLD:], said)
            _log.error("no news of the page %s, because of a bug", name, exc_info=bug)

    def to_do(self, page: ToDoPage, just_done: tuple[JustDone, ...]) -> str:
        """Return the mark of a page that is about to be shown."""
        return _digest((page, just_done))

    def request(self, page: RequestPage) -> str:
        """Return the mark of a page that is about to be shown."""
        return _digest(page)

    def unplaced(self, page: UnplacedListPage) -> str:
        """Return the mark of a page that is about to be shown."""
        return _digest(page)

    def letter(self, name: str) -> str:
        """Return the mark of a letter's page: it differs once the letter, or the message, has moved on."""
        with self.store.read() as connection:
            return _digest(done_by.mark(connection, name))

    def _mark(self, name: str) -> str:
        if name.startswith(LETTERS):
            return self.letter(name)
        page = self._kept.page() if name == TO_DO else None
        with self.store.read() as connection:
            if name == UNPLACED:
                return self.unplaced(unplaced_list.page(connection, self.context))
            if page is not None:
                return self.to_do(page, taking_back.just_done(connection, self.context))
            try:
                return self.request(one_request.page(connection, name, self.context))
            except LocalFault:
                return ""


def _digest(shown: object) -> str:
    return sha256(repr(shown).encode()).hexdigest()[:DIGITS]
