"""Scan at the desk: what a scanner reads is done at once, if it can mean one thing only."""

from dataclasses import replace
from hashlib import sha256

from mailproc.errors import LocalFault
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.desk import acting
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.scanning import ACTS, Scan, ScanAnswer, ScanMeant, wall_time
from mailproc.office.queries.scanned import LONGEST
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import sentence


class ScanDesk(DeskRoom):
    """Scans."""

    def acts(self) -> tuple[tuple[str, str], ...]:
        """Return each act that can be scanned, with its word."""
        return tuple((name, self.context.language.action_word(name)) for name in ACTS)

    def check(self, action: str) -> None:
        """Raise LocalFault for an act that cannot be scanned."""
        if action not in ACTS:
            raise LocalFault(sentence("no-act", action=action[:40], known=", ".join(ACTS)), ACTS)

    def scan(self, person: StaffPerson, action: str, typed: str, once: str) -> ScanAnswer:
        """Do the act with what was scanned, or say why nothing was done.

        ``once``: a mark of the page, by which a form that is sent again is known. Raise LocalFault for an act
        that cannot be scanned, or a person who may not act; and TryLater.
        """
        self.check(action)
        person.must(StaffRole.WORK)
        with self.store.read() as connection:
            meant = Scan(connection, self.context, action, typed.strip()).meant()
        return self._done(person, action, meant, once) if meant.seen else meant.answer

    def not_taken(self, typed: str, words: tuple[str, ...]) -> ScanAnswer:
        """Return the line of a scan that could not be looked at."""
        return ScanAnswer(wall_time(self.context), cut(typed, LONGEST), words=words)

    def _done(self, person: StaffPerson, action: str, meant: ScanMeant, once: str) -> ScanAnswer:
        """``once`` belongs to what was typed: the next book may be scanned before its page has come."""
        word, answer = self.context.language.word, meant.answer
        mark = sha256(f"{once} {action} {answer.typed}".encode()).hexdigest()[:32] if once else ""
        said = {"action": action, "once": mark, "seen": meant.seen}
        try:
            done = acting.act(self.store, self.context, person, answer.number, said)
        except Overtaken as overtaken:
            return replace(answer, words=(word(overtaken.said),))
        except LocalFault as fault:
            return replace(answer, words=tuple(map(word, (fault.said, *fault.also))))
        return replace(answer, words=done.words, done=True)
