"""Saved lists at the desk: filters of requests that a person comes back to, each with its count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.office.desk import request_list
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.queries import listing
from mailproc.office.queries.counted import Counted
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import sentence
from mailproc.store import saved_lists
from mailproc.store.saved_lists import SavedList

MOST = 20
"""Lists of one person."""
LONGEST_NAME = 40
KEPT = timedelta(minutes=1)
"""So long a count holds: counting what needs attention takes long."""
MOST_COUNTS = 500


@dataclass(frozen=True)
class CountedList:
    """``count``: in words, "12" or "10,000+"."""

    name: str
    chosen: Mapping[str, str]
    count: str


@dataclass(frozen=True)
class SavedListDesk(DeskRoom):
    """Lists of the person who is logged in; nobody else sees them."""

    counts: dict[tuple[tuple[str, str], ...], tuple[datetime, Counted]] = field(
        default_factory=dict, repr=False
    )

    def listed(self, person: StaffPerson) -> tuple[CountedList, ...]:
        """Return the lists with their counts, which may be a minute old."""
        with self.store.read() as connection:
            found = saved_lists.listed(connection, person.login)
            return tuple(self._counted(connection, one) for one in found)

    def save(self, person: StaffPerson, name: str, chosen: Mapping[str, str]) -> Mapping[str, str]:
        """Keep what is chosen under this name, in the place of what has it; return it. Raise LocalFault."""
        name = " ".join(name.split())
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise LocalFault(sentence("saved-list-name", most=LONGEST_NAME))
        known = request_list.known(chosen, self.context)

        def job(connection: Connection) -> None:
            names = {one.name for one in saved_lists.listed(connection, person.login)}
            if len(names | {name}) > MOST:
                raise LocalFault(sentence("saved-lists-many", most=MOST))
            saved_lists.keep(connection, person.login, SavedList(name, known))

        self.store.write(job)
        return known

    def drop(self, person: StaffPerson, name: str) -> None:
        """Keep the list with this name no longer."""
        self.store.write(lambda connection: saved_lists.drop(connection, person.login, name[:200]))

    def _counted(self, connection: Connection, one: SavedList) -> CountedList:
        known = request_list.known(one.chosen, self.context)
        found = self._count(connection, known)
        number = self.context.language.number(found.number)
        return CountedList(one.name, known, number if found.whole else f"{number}+")

    def _count(self, connection: Connection, known: Mapping[str, str]) -> Counted:
        key, now = tuple(sorted(known.items())), self.context.clock()
        at, kept = self.counts.get(key, (None, None))
        if at is not None and kept is not None and at > now - KEPT:
            return kept
        found = listing.count(connection, request_list.wanted(known, "", self.context), self.context.today())
        if len(self.counts) > MOST_COUNTS:
            self.counts.clear()
        self.counts[key] = now, found
        return found
