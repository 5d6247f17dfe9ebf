"""Readers at the desk: found, shown, exported, forgotten; a letter to one sent again."""

from collections.abc import Mapping

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.office.desk import letter_acts, patron_pages
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.patron_pages import PatronPage, PatronSearchPage
from mailproc.office.mailroom import redelivery
from mailproc.office.patrons import forgetting, own_data, patron_details
from mailproc.office.queries import reader_requests
from mailproc.office.queries.find import request_of
from mailproc.office.requests import notes
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.wording import patron_words
from mailproc.sentence import Part, sentence
from mailproc.store import events


class PatronDesk(DeskRoom):
    """Readers of ours. A page names a reader by the id."""

    nobody = sentence("patron-no-more")
    """What an address says that means no reader (any more)."""

    def search(self, typed: str) -> PatronSearchPage:
        """Return the readers whose number, name or address holds each word."""
        with self.store.read() as connection:
            return patron_pages.search(connection, typed, self.context)

    def with_number(self, typed: str) -> str:
        """Return the id of the one reader with this id or barcode; '' if there is none, or several."""
        with self.store.read() as connection:
            try:
                found = patron_details.by_number(connection, typed) if typed.strip() else None
            except LocalFault:  # several have the barcode: the search shows them
                return ""
        return found.id if found is not None else ""

    def of_request(self, number: str) -> str:
        """Return the id of the reader who asked for it; '' if nobody did, or nobody knows any more."""
        with self.store.read() as connection:
            return request_of(connection, number).patron_id or ""

    def one(self, patron_id: str) -> PatronPage:
        """Return one reader."""
        with self.store.read() as connection:
            return patron_pages.page(connection, patron_id, self.context)

    def live(self, person: StaffPerson, patron_id: str) -> tuple[str, ...]:
        """Return what the library system says of the reader now, or why it says nothing. Raise LocalFault for
        who may only look."""
        person.must(StaffRole.WORK)
        _, live = patron_details.shown_live(self.store, self.context, patron_id)
        if live.standing is None:
            return (self.context.language.word(live.warning or ""),)
        head = self.context.language.texts.labels["patrons"]["live"]
        return (head, *patron_words.live(live.standing, self.context))

    def send_again(self, person: StaffPerson, patron_id: str, said: Mapping[str, str]) -> str:
        """Send the letter that the form names to the reader again; its request notes who did it, in the same
        commit. Return word of it. Raise Overtaken if the letter has moved on."""
        by, letter = letter_acts.by(self.context, person, said), said.get("letter", "")
        with self.store.read() as connection:
            asked = reader_requests.listed(connection, patron_id, patron_pages.MOST_REQUESTS)
            theirs = {one.id: one.number for one in reader_requests.letters(connection, asked)}
        if letter not in theirs:
            raise LocalFault(sentence("no-letter", name=letter[:40]))
        archived = redelivery.from_archive(self.store, letter)

        def job(connection: Connection) -> Part:
            before = events.known_once(connection, by.once) is not None
            done = redelivery.redelivered(connection, letter, by=by, archived=archived).text
            if not before:
                notes.say(connection, self.context, theirs[letter], done, by.login, door=by.door)
            return done

        return self.context.language.word(self.store.write(job))

    def data(self, person: StaffPerson, patron_id: str) -> bytes:
        """Return all that is stored of the reader as JSON, for the reader (GDPR, article 15)."""
        person.must(StaffRole.WORK)
        return own_data.as_json(self.store, self.context, patron_id)

    def foreseen(self, person: StaffPerson, patron_id: str) -> tuple[str, ...]:
        """Return what would be erased, and what stays."""
        return self._forget(person, patron_id, dry_run=True)

    def forget(self, person: StaffPerson, patron_id: str) -> tuple[str, ...]:
        """Erase the reader; return what was erased, and what stays."""
        return self._forget(person, patron_id, dry_run=False)

    def _forget(self, person: StaffPerson, patron_id: str, *, dry_run: bool) -> tuple[str, ...]:
        person.must(StaffRole.KEEP)
        done = forgetting.forget(self.store, self.context, patron_id, by=person.login, dry_run=dry_run)
        return tuple(map(self.context.language.word, patron_words.forgotten(done)))
