"""Requests at the desk: the list, one request, an act and a note on it."""

from collections.abc import Mapping

from mailproc.office.desk import acting, one_request, request_list
from mailproc.office.desk.acting import ActDone
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.one_request import RequestPage
from mailproc.office.desk.request_list import RequestListPage
from mailproc.office.staff.people import StaffPerson


class RequestDesk(DeskRoom):
    """Requests."""

    def listed(self, chosen: Mapping[str, str], find: str = "") -> RequestListPage:
        """Return the requests that fit the filters and what was typed."""
        with self.store.read() as connection:
            return request_list.page(connection, chosen, find, self.context)

    def hits(self, typed: str) -> tuple[str, ...]:
        """Return the numbers of the first two requests that fit what was typed."""
        with self.store.read() as connection:
            return request_list.hits(connection, typed, self.context)

    def one(self, number: str) -> RequestPage:
        """Return one request."""
        with self.store.read() as connection:
            return one_request.page(connection, number, self.context)

    def act(self, person: StaffPerson, number: str, said: Mapping[str, str]) -> ActDone:
        """Do what a form says. Raise also Overtaken."""
        return acting.act(self.store, self.context, person, number, said)

    def correct_due(self, person: StaffPerson, number: str, said: Mapping[str, str]) -> ActDone:
        """Correct the due date of a loan. Raise also Overtaken."""
        return acting.correct_due(self.store, self.context, person, number, said)

    def write_to_reader(self, person: StaffPerson, number: str, said: Mapping[str, str]) -> ActDone:
        """Write to the reader in words of one's own. Raise also Overtaken."""
        return acting.write_to_reader(self.store, self.context, person, number, said)

    def note(self, person: StaffPerson, number: str, said: Mapping[str, str]) -> None:
        """Add a private note."""
        acting.note(self.store, self.context, person, number, said)
