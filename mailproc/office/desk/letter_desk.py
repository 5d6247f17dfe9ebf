"""Letters at the desk: the newest, and one of them."""

from mailproc.office.desk import letter_pages
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.letter_pages import LetterListPage, LetterPage


class LetterDesk(DeskRoom):
    """Letters, in and out."""

    def listed(self, partner: str) -> LetterListPage:
        """Return the newest letters."""
        with self.store.read() as connection:
            return letter_pages.list_page(connection, partner, self.context)

    def one(self, name: str) -> LetterPage:
        """Return one letter."""
        with self.store.read() as connection:
            return letter_pages.letter_page(connection, name, self.context)
