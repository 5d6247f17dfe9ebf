"""Slips at the desk: what is to be printed, as pages and as PDF, and that it was printed."""

from mailproc.errors import LocalFault
from mailproc.office.desk import slip_pages
from mailproc.office.desk.acting import DOOR
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.slip_pages import SlipSheet, SlipsPage
from mailproc.office.slips import paper_file, printing
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlips, PrintedBy
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import sentence

MOST = 200
"""Slips of a kind on a page, the oldest requests: what follows is new when they are printed."""


class SlipDesk(DeskRoom):
    """Slips. ``kind``: one of ``SlipKind``, else all; ``again``: numbers of requests whose slips are printed
    once more, '' for what is new."""

    def page(self, kind: str, again: str = "") -> SlipsPage:
        """Return the slips. Raise LocalFault for a number that has none."""
        return slip_pages.page(self._found(kind, again).slips, kind, again, MOST, self.context)

    def sheet(self) -> SlipSheet:
        """Return the paper that slips are printed on."""
        return slip_pages.sheet(self.context)

    def pdf(self, kind: str, again: str = "") -> bytes:
        """Return them as a PDF, b"" if nothing is to be printed. Raise LocalFault if nothing can draw it."""
        found = self._found(kind, again).slips
        return paper_file.drawn(found, (), self.context).octets if found else b""

    def mark(self, person: StaffPerson, keys: str, again: str, once: str) -> int:
        """Record that these slips were printed (``slip_pages.key_of``, blanks between them); return how many.
        What was recorded meanwhile is not recorded again. Raise LocalFault and TryLater."""
        if not person.may(StaffRole.WORK):
            raise LocalFault(sentence("staff-may-not", name=person.name))
        wanted = set(keys.split())
        found = self._found("", again)
        printed = tuple(one for one in found.slips if slip_pages.key_of(one) in wanted)
        by = PrintedBy(person.login, DOOR, once)
        printing.record(self.store, self.context, FinishedSlips(printed, found.texts), by)
        return len(printed)

    def _found(self, kind: str, again: str) -> FinishedSlips:
        kinds = [one for one in SlipKind if one == kind] or list(SlipKind)
        numbers = again.replace(",", " ").split()[:MOST]
        with self.store.read() as connection:
            if numbers:
                return printing.again(connection, self.context, kinds, numbers)
            return printing.new(connection, self.context, kinds, MOST)
