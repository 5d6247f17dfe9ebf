"""What the pages for readers ask and do: always for one reader, of whom a session or the proxy is sure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mailproc.notices.language import Language
from mailproc.notices.vocabulary import Words
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.readers import asking, own_documents, own_requests, sign_in_links
from mailproc.office.readers.own_documents import FetchedDocument, OwnDocument
from mailproc.office.readers.own_requests import OwnRequest
from mailproc.office.readers.reader_sessions import ReaderPerson, ReaderSessions
from mailproc.sentence import Part
from mailproc.store import restored


@dataclass(frozen=True)
class OwnRequests:
    """The page of a reader. ``left_out``: a sentence where not all are shown."""

    open: tuple[OwnRequest, ...]
    past: tuple[OwnRequest, ...]
    left_out: str


class ReaderOffice(DeskRoom):
    """Each question and act says whose it is."""

    @cached_property
    def sessions(self) -> ReaderSessions:
        """Return who is signed in."""
        return ReaderSessions(self.store, self.context)

    def tag(self, person: ReaderPerson | None) -> str:
        """Return the tag of the language in which the pages speak: the reader's, else the library's."""
        return self._language(person).tag

    def words(self, person: ReaderPerson | None) -> Words:
        """Return the words of the pages."""
        return self._language(person).texts.labels["desk_readers"]

    def word(self, part: Part, person: ReaderPerson | None) -> str:
        """Return a sentence in words."""
        return self._language(person).word(part)

    def ask_link(self, number: str, email: str, *, often: bool) -> None:
        """Have a link written, if number and address are one reader's. Says nothing to whoever asks."""
        sign_in_links.ask(self.store, self.context, number, email, often=often)

    def holds_letters(self) -> bool:
        """Return whether no letter leaves, as the store was put back from a copy."""
        with self.store.read() as connection:
            return restored.standing(connection) is not None

    def home(self, person: ReaderPerson) -> OwnRequests:
        """Return the reader's requests."""
        language = self._language(person)
        with self.store.read() as connection:
            found = own_requests.listed(connection, person.id, self.context, language)
        most = own_requests.MOST
        left_out = language.label("desk", "newest", count=most) if len(found) == most else ""
        past = tuple(one for one in found if not one.open)
        return OwnRequests(tuple(one for one in found if one.open), past, left_out)

    def one(self, person: ReaderPerson, number: str) -> OwnRequest:
        """Return one request of the reader."""
        with self.store.read() as connection:
            return own_requests.one(connection, person.id, number, self.context, self._language(person))

    def documents(self, person: ReaderPerson, number: str) -> tuple[OwnDocument, ...]:
        """Return the copies of a request that the reader can fetch."""
        language = self._language(person)
        with self.store.read() as connection:
            return own_documents.listed(connection, person.id, number, self.context, language)

    def fetch(self, person: ReaderPerson, number: str, named: str) -> FetchedDocument:
        """Give a copy, and count it."""
        return own_documents.fetch(self.store, self.context, person.id, number, named)

    def fields(self, service: str, person: ReaderPerson) -> tuple[tuple[str, str], ...]:
        """Return the fields of a wish, with their labels."""
        words = self.words(person)
        return tuple((name, words[label]) for name, label in asking.FIELDS[service].items())

    def wish(self, person: ReaderPerson, said: Mapping[str, str]) -> str:
        """Submit a wish; return word of it."""
        return self.word(asking.wish(self.store, self.context, person, said), person)

    def ask(self, person: ReaderPerson, number: str, what: str) -> str:
        """Ask staff for an end, or for more time; return word of it."""
        language = self._language(person)
        return self.word(asking.ask(self.store, self.context, person, number, what, language), person)

    def _language(self, person: ReaderPerson | None) -> Language:
        return self.context.languages.of((person and person.language) or self.context.config.library.language)
