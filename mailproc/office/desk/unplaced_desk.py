"""What could not be placed, at the desk: the list, where a letter may belong, and how staff settle it."""

from collections.abc import Mapping

from mailproc.errors import LocalFault
from mailproc.office.desk import letter_placing, unplaced_list
from mailproc.office.desk.acting import MOST_ONCE, refuse_who_looks
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.letter_placing import LetterPlacing
from mailproc.office.desk.unplaced_list import UnplacedListPage
from mailproc.office.mailroom import attaching, dismissal, incoming
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.handled import Handled
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import sentence

DOOR = "desk"


class UnplacedDesk(DeskRoom):
    """Letters and messages on the shelf. Each act names the person, and acts once."""

    def listed(self) -> UnplacedListPage:
        """Return what lies on the shelf."""
        with self.store.read() as connection:
            return unplaced_list.page(connection, self.context)

    def placing(self, name: str, number: str = "", partner: str = "") -> LetterPlacing | None:
        """Return where the letter may belong; None for one that is not on the shelf.

        ``number``: a request that staff name themselves; ``partner``: whose letter they say it is.
        """
        return letter_placing.placing(self.store, self.context, name, number, partner)

    def attach(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Assign the letter, or the message, to the request that the form names. Raise also Overtaken."""
        number = said.get("number", "").strip()
        if not number:
            raise LocalFault(sentence("desk-which-request"))
        done = attaching.attach(self.store, self.context, name, number, self._by(person, said))
        return self._words(done)

    def release(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Have it read again; the person vouches for its sender."""
        by, partner = self._by(person, said), said.get("partner", "").strip()
        return self._words(incoming.release(self.store, self.context, name, partner, by))

    def report(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Tell the sender of a message that we know no such request."""
        return self._words(incoming.report(self.store, self.context, name, self._by(person, said)))

    def dismiss(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Take it off the shelf: it is kept, and belongs to no request."""
        note = said.get("note", "").strip()
        done = dismissal.dismiss(self.store, self.context, [name], note, self._by(person, said))
        return tuple(
            self.context.language.label("desk_unplaced", "dismissed", letter=one) for one in done.ids
        )

    def _by(self, person: StaffPerson, said: Mapping[str, str]) -> DoneBy:
        refuse_who_looks(person)
        once, seen = said.get("once", "")[:MOST_ONCE], said.get("seen", "")[:MOST_ONCE]
        return DoneBy(person.login, self.context.clock(), DOOR, once, seen)

    def _words(self, done: Handled) -> tuple[str, ...]:
        word = self.context.language.word
        return (word(done.text), *map(word, done.follows))
