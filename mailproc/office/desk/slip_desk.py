"""Slips and letters on paper at the desk: what is to be printed, as pages and as PDF, and that it was."""

import re

from mailproc.office.desk import slip_pages
from mailproc.office.desk.acting import DOOR, MOST_ONCE
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.slip_pages import LETTERS, SlipSheet, SlipsPage
from mailproc.office.mailroom import printing as letters_on_paper
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.printing import LetterToPrint
from mailproc.office.slips import paper_file, printing
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlips, PrintedBy
from mailproc.office.staff.people import StaffPerson, StaffRole

MOST = 200
"""Slips of a kind on a page, the oldest requests, and letters: what follows is new when they are printed."""
_LETTER = re.compile(r"[Oo][0-9]{1,18}")


class SlipDesk(DeskRoom):
    """Slips, and letters to readers without e-mail. ``kind``: one of ``SlipKind``, or "letters", else all;
    ``again``: numbers of requests and letters that are printed once more, '' for what is new."""

    def page(self, kind: str, again: str = "") -> SlipsPage:
        """Return them. Raise LocalFault for a number that has none."""
        found, letters = self._found(kind, again).slips, self._letters(kind, again)
        return slip_pages.page(found, letters, kind, again, MOST, self.context)

    def sheet(self) -> SlipSheet:
        """Return the paper that slips are printed on."""
        return slip_pages.sheet(self.context)

    def pdf(self, kind: str, again: str = "") -> bytes:
        """Return them as a PDF, b"" if nothing is to be printed. Raise LocalFault if nothing can draw it."""
        found, letters = self._found(kind, again).slips, self._letters(kind, again)
        return paper_file.drawn(found, letters, self.context).octets if found or letters else b""

    def mark(self, person: StaffPerson, keys: str, again: str, once: str) -> int:
        """Record that these were printed (keys of the page, blanks between them); return how many.

        What was recorded meanwhile is not recorded again; a letter that reads otherwise now stays new. Raise
        LocalFault and TryLater.
        """
        person.must(StaffRole.WORK)
        wanted = set(keys.split())
        found = self._found("", again)
        printed = tuple(one for one in found.slips if slip_pages.key_of(one) in wanted)
        by = PrintedBy(person.login, DOOR, once)
        printing.record(self.store, self.context, FinishedSlips(printed, found.texts), by)
        return len(printed) + len(self._mark_letters(person, slip_pages.letters_shown(wanted), once))

    def _mark_letters(self, person: StaffPerson, shown: dict[str, str], once: str) -> tuple[str, ...]:
        if not shown:
            return ()
        by = DoneBy(person.login, self.context.clock(), DOOR, f"{once}.{LETTERS}"[:MOST_ONCE] if once else "")
        return letters_on_paper.mark_as_shown(self.store, self.context, shown, by)

    def _found(self, kind: str, again: str) -> FinishedSlips:
        kinds = [one for one in SlipKind if kind in (one, "") or kind not in (*SlipKind, LETTERS)]
        numbers = [one for one in _numbers(again) if not _LETTER.fullmatch(one)]
        with self.store.read() as connection:
            if _numbers(again):
                return printing.again(connection, self.context, kinds, numbers)
            return printing.new(connection, self.context, kinds, MOST)

    def _letters(self, kind: str, again: str) -> list[LetterToPrint]:
        """Return the letters as they read now; a look writes nothing."""
        with self.store.read() as connection:
            if numbers := _numbers(again):
                named = [one for one in numbers if _LETTER.fullmatch(one)]
                return letters_on_paper.printed_before(connection, named)
            if kind in list(SlipKind):
                return []
            return letters_on_paper.foreseen(connection, self.context, MOST)


def _numbers(again: str) -> list[str]:
    return again.replace(",", " ").split()[:MOST]
