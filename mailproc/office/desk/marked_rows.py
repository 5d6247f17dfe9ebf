"""Several rows of "To do" take one act: each an act of its own, refused or done by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailproc.errors import LocalFault, TryLater
from mailproc.ill.events import PUT_OFF
from mailproc.office.desk import acting
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.to_do import MOST_ROWS
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import sentence


@dataclass(frozen=True)
class MarkedDone:
    """What became of the marked rows. ``words``: the sum, then a line for each that was refused."""

    done: int
    words: tuple[str, ...]


class MarkedDesk(DeskRoom):
    """Marked rows."""

    def act(self, person: StaffPerson, marked: Mapping[str, str], said: Mapping[str, str]) -> MarkedDone:
        """Do the act with each of ``marked``: requests, each with the mark of what its page showed.

        ``said``: the act (``action``, ``answer``), ``once``: a mark of the page, and the day ``on`` of an
        act that puts them off; no other has one for several. What is busy ends it: nothing after that is
        tried. Raise LocalFault for no rows, for more than a group shows, or a person who may not act.
        """
        person.must(StaffRole.WORK)
        if not 0 < len(marked) <= MOST_ROWS:
            raise LocalFault(sentence("desk-marked", most=MOST_ROWS))
        done, refused = 0, list[str]()
        for number, seen in marked.items():
            try:
                acting.act(self.store, self.context, person, number, _of_one(said, number, seen))
                done += 1
            except LocalFault as fault:
                refused.append(self._line(number, fault))
            except TryLater as later:
                refused.append(self._line(number, later))
                break
        return MarkedDone(done, (self._sum(done, len(marked) - done), *refused))

    def _line(self, number: str, fault: LocalFault | TryLater) -> str:
        return f"{number}: {self.context.language.word(fault.said)}"

    def _sum(self, done: int, refused: int) -> str:
        name = "marked_refused" if refused else "marked_done"
        return self.context.language.label("desk", name, done=done, refused=refused)


def _of_one(said: Mapping[str, str], number: str, seen: str) -> dict[str, str]:
    """Return the act of one row."""
    on = said.get("on", "") if said.get("action") == PUT_OFF else ""
    once = f"{said.get('once', '')}.{number}"
    return {"action": said["action"], "answer": said["answer"], "on": on, "seen": seen, "once": once}
