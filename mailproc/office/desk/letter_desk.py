"""Letters at the desk: the list, one of them, its files, and what staff do with a letter of ours."""

from collections.abc import Mapping
from dataclasses import replace

from mailproc.errors import LocalFault
from mailproc.mail import encoded_links
from mailproc.mail.attachments import Attachment
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.desk import letter_acts, letter_list, letter_pages
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.letter_acts import LetterAct
from mailproc.office.desk.letter_list import LetterListPage
from mailproc.office.desk.letter_pages import LetterPage
from mailproc.office.mailroom import dismissal, incoming, printing, redelivery, saved_files, taking_off
from mailproc.office.mailroom.taking_off import PlacedLetter
from mailproc.office.queries import letter_requests, letters
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import sentence
from mailproc.store import outgoing

LARGEST_FILE = 50_000_000
"""Octets of a file that is given out; a larger one is saved by the command line."""


class LetterDesk(DeskRoom):
    """Letters, in and out."""

    def listed(self, asked: Mapping[str, str]) -> LetterListPage:
        """Return the letters that fit the filters, the newest first."""
        with self.store.read() as connection:
            return letter_list.page(connection, asked, self.context)

    def one(self, name: str) -> LetterPage:
        """Return one letter."""
        language, means = self.context.language, self.context.registry.means
        with self.store.read() as connection:
            row = letters.row_of(connection, name)
            came = row["kind"] == "I"
            read = (
                letters.events_of(connection, row["id"], language, means, letter_pages.MOST) if came else []
            )
            of = letter_requests.of_letter(connection, row["kind"], row["id"])
            put, off = taking_off.attached(connection, name), taking_off.taken_off_from(connection, name)
        page = letter_pages.letter_page(row, name, read, self.context, of)
        return replace(page, attached=self._attached(put), taken_off=off)

    def _attached(self, put: PlacedLetter | None) -> str:
        """Return to which request it is attached, and whether by somebody who is none of its partner."""
        if put is None:
            return ""
        label = self.context.language.label
        said = label("desk_unplaced", "is_attached", number=put.number)
        foreign = label("desk_unplaced", "is_foreign", partner=put.partner) if put.foreign else ""
        return " ".join(filter(None, (said, foreign)))

    def acts(self, name: str) -> tuple[LetterAct, ...]:
        """Return what can be done with a letter of ours now, and what each would do."""
        return letter_acts.offered(self.store, self.context, name)

    def file(self, person: StaffPerson, name: str, place: int) -> Attachment:
        """Return a file of the letter: the first is 1. Raise LocalFault if there is none, or it is too
        large."""
        person.must(StaffRole.WORK)
        with self.store.read() as connection:
            row = letters.row_of(connection, name)
        files = saved_files.files_in(row, self.context)
        if not 1 <= place <= len(files):
            raise LocalFault(sentence("desk-no-file", letter=name))
        if files[place - 1].size > LARGEST_FILE:
            raise LocalFault(sentence("desk-file-large", command=f"mailproc letter {name} --save DIR"))
        found = files[place - 1]
        return replace(found, content=encoded_links.masked_file(found.content))

    def redeliver(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Send the same letter again. Raise also Overtaken, as the others do."""
        by = letter_acts.by(self.context, person, said)
        return letter_acts.words(redelivery.redeliver(self.store, name, by=by), self.context)

    def arrived(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Take a letter as delivered: somebody has asked."""
        by = letter_acts.by(self.context, person, said)
        return letter_acts.words(redelivery.redeliver(self.store, name, arrived=True, by=by), self.context)

    def hold(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Hold a letter that has not left."""
        by = letter_acts.by(self.context, person, said)
        return letter_acts.words(incoming.hold(self.store, name, by), self.context)

    def printed(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Take a letter as printed, as it stood on the page. Raise Overtaken if it reads otherwise now."""
        by = letter_acts.by(self.context, person, said)
        kind, number = letters.parsed(name)
        shown, one = {f"{kind}{number}": by.seen}, f"{kind}{number}"
        done = printing.mark_as_shown(self.store, self.context, shown, replace(by, seen=""))
        if not done and not self._is_printed(one):
            raise Overtaken(sentence("letter-reads-otherwise", letter=one))
        return (self.context.language.label("desk_unplaced", "printed_done", letter=one),)

    def _is_printed(self, name: str) -> bool:
        kind, number = letters.parsed(name)
        with self.store.read() as connection:
            row = outgoing.record(connection, number) if kind == "O" else None
        return row is not None and row.state == outgoing.PRINTED

    def take_off(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Take a letter off the request that somebody has attached it to: it lies on the shelf again."""
        by = letter_acts.by(self.context, person, said)
        return letter_acts.words(taking_off.take_off(self.store, self.context, name, by), self.context)

    def dismiss(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Take a letter off its list: one of the shelf that is not ours, one of ours that need not arrive."""
        by, note = letter_acts.by(self.context, person, said), said.get("note", "").strip()
        done = dismissal.dismiss(self.store, self.context, [name], note, by)
        return tuple(
            self.context.language.label("desk_unplaced", "dismissed", letter=one) for one in done.ids
        )
