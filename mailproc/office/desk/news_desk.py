"""What tells an open page that it is out of date: a mark of what it shows."""

from collections.abc import Iterable
from hashlib import sha256

from mailproc.errors import LocalFault
from mailproc.office.desk import one_request, taking_back, to_do
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.one_request import RequestPage
from mailproc.office.desk.taking_back import JustDone
from mailproc.office.desk.to_do import ToDoPage

TO_DO = "todo"
"""The name of the page "To do"; a request's page has its number."""
DIGITS = 16
"""Of a mark, hexadecimal."""


class NewsDesk(DeskRoom):
    """Marks of pages. A page that would be shown with the same words has the same mark."""

    def version(self) -> int:
        """Return a number that differs once anybody, the command line too, has committed a change."""
        return self.store.data_version()

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """Return the mark of each page as it is now; '' of one that is not there."""
        return {name: self._mark(name) for name in names}

    def to_do(self, page: ToDoPage, just_done: tuple[JustDone, ...]) -> str:
        """Return the mark of a page that is about to be shown."""
        return _digest((page, just_done))

    def request(self, page: RequestPage) -> str:
        """Return the mark of a page that is about to be shown."""
        return _digest(page)

    def _mark(self, name: str) -> str:
        with self.store.read() as connection:
            if name == TO_DO:
                done = taking_back.just_done(connection, self.context)
                return self.to_do(to_do.page(connection, self.context), done)
            try:
                return self.request(one_request.page(connection, name, self.context))
            except LocalFault:
                return ""


def _digest(shown: object) -> str:
    return sha256(repr(shown).encode()).hexdigest()[:DIGITS]
