"""What could not be placed, at the desk: the list, where a letter may belong, and how staff settle it."""

from collections.abc import Mapping

from mailproc.errors import LocalFault
from mailproc.office.desk import letter_acts, letter_placing, unplaced_list
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.letter_placing import LetterPlacing
from mailproc.office.desk.unplaced_list import UnplacedListPage
from mailproc.office.mailroom import attaching, done_by, incoming
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import sentence


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
        done = attaching.attach(
            self.store, self.context, name, number, letter_acts.by(self.context, person, said)
        )
        words = letter_acts.words(done, self.context)
        if done_by.ours(number) is not None:
            return words  # a report, which is taken off nothing
        label = self.context.language.label
        return (*words, label("desk_unplaced", "attached_to", letter=name, number=number))

    def release(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Have it read again; the person vouches for its sender."""
        by, partner = letter_acts.by(self.context, person, said), said.get("partner", "").strip()
        return letter_acts.words(incoming.release(self.store, self.context, name, partner, by), self.context)

    def report(self, person: StaffPerson, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Tell the sender of a message that we know no such request."""
        return letter_acts.words(
            incoming.report(self.store, self.context, name, letter_acts.by(self.context, person, said)),
            self.context,
        )
