"""The desk as a whole: what a page may ask of the office, and nothing else. Safe from any thread."""

from collections.abc import Mapping

from mailproc.flow.context import Context
from mailproc.notices.vocabulary import Words
from mailproc.office.desk import acting, letter_pages, one_request, request_list, to_do
from mailproc.office.desk.acting import ActDone
from mailproc.office.desk.letter_pages import LetterListPage, LetterPage
from mailproc.office.desk.one_request import RequestPage
from mailproc.office.desk.request_list import RequestListPage
from mailproc.office.desk.to_do import ToDoPage
from mailproc.office.staff.people import StaffPerson
from mailproc.office.staff.sessions import Sessions
from mailproc.sentence import Part
from mailproc.store.engine import Store


class StaffDesk:
    """Each call may take long and belongs into a thread of its own. All raise TryLater, and LocalFault where
    a request or a letter is not there."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context
        self.sessions = Sessions(store, context)

    @property
    def library(self) -> str:
        """Return the library's name."""
        return self._context.config.library.name

    @property
    def language(self) -> str:
        """Return the tag of the language in which the desk speaks: "de"."""
        return self._context.language.tag

    @property
    def words(self) -> Words:
        """Return the words of the pages themselves."""
        return self._context.language.texts.labels["desk"]

    def word(self, part: Part) -> str:
        """Return a sentence in words."""
        return self._context.language.word(part)

    def to_do(self) -> ToDoPage:
        """Return what needs attention."""
        with self._store.read() as connection:
            return to_do.page(connection, self._context)

    def request(self, number: str) -> RequestPage:
        """Return one request."""
        with self._store.read() as connection:
            return one_request.page(connection, number, self._context)

    def act(self, person: StaffPerson, number: str, said: Mapping[str, str]) -> ActDone:
        """Do what a form says. Raise also Overtaken."""
        return acting.act(self._store, self._context, person, number, said)

    def note(self, person: StaffPerson, number: str, said: Mapping[str, str]) -> None:
        """Add a private note."""
        acting.note(self._store, self._context, person, number, said)

    def requests(self, chosen: Mapping[str, str], find: str = "") -> RequestListPage:
        """Return the requests that fit the filters and what was typed."""
        with self._store.read() as connection:
            return request_list.page(connection, chosen, find, self._context)

    def letters(self, partner: str) -> LetterListPage:
        """Return the newest letters."""
        with self._store.read() as connection:
            return letter_pages.list_page(connection, partner, self._context)

    def letter(self, name: str) -> LetterPage:
        """Return one letter."""
        with self._store.read() as connection:
            return letter_pages.letter_page(connection, name, self._context)
