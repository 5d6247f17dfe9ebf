"""Partners at the desk: how they do, what config.toml says of them, pauses, and addresses that they named."""

from collections.abc import Mapping

from mailproc.errors import LocalFault
from mailproc.office.desk import partner_pages
from mailproc.office.desk.acting import DOOR, MOST_ONCE
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.partner_pages import PartnerListPage, PartnerPage
from mailproc.office.partners import directory, pausing
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import Part, sentence
from mailproc.store import events


class PartnerDesk(DeskRoom):
    """Partners. Acts on them need the role keep."""

    def listed(self) -> PartnerListPage:
        """Return all partners."""
        with self.store.read() as connection:
            return partner_pages.list_page(connection, self.context)

    def one(self, symbol: str) -> PartnerPage:
        """Return one partner."""
        with self.store.read() as connection:
            return partner_pages.page(connection, symbol, self.context)

    def pause(self, person: StaffPerson, symbol: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Hold all letters to the partner."""
        once = self._once(person, said)
        if self._is_done(once):
            return (self.context.language.label("desk_partners", "done_before"),)
        done = pausing.pause(self.store, self.context, symbol, person.login, door=DOOR, once=once)
        return self._words(done.text)

    def resume(self, person: StaffPerson, symbol: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Let letters to the partner go again."""
        once = self._once(person, said)
        if self._is_done(once):
            return (self.context.language.label("desk_partners", "done_before"),)
        done = pausing.resume(self.store, self.context, symbol, person.login, door=DOOR, once=once)
        return self._words(done.text)

    def confirm(self, person: StaffPerson, _symbol: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Say that an address which a letter named is right."""
        once, learned = self._once(person, said), said.get("learned", "")[:20]
        if self._is_done(once):
            return (self.context.language.label("desk_partners", "done_before"),)
        done = directory.confirm(self.store, self.context, learned, person.login, door=DOOR, once=once)
        return self._words(*done.words)

    def forget(self, person: StaffPerson, _symbol: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Say that it is not."""
        once, learned = self._once(person, said), said.get("learned", "")[:20]
        if self._is_done(once):
            return (self.context.language.label("desk_partners", "done_before"),)
        done = directory.forget(self.store, self.context, learned, person.login, door=DOOR, once=once)
        return self._words(*done.words)

    def _once(self, person: StaffPerson, said: Mapping[str, str]) -> str:
        if not person.may(StaffRole.KEEP):
            raise LocalFault(sentence("staff-may-not-keep", name=person.name))
        return said.get("once", "")[:MOST_ONCE]

    def _is_done(self, once: str) -> bool:
        """Return whether a double click, or a reload, has done it."""
        if not once:
            return False
        with self.store.read() as connection:
            return events.known_once(connection, once) is not None

    def _words(self, *said: Part) -> tuple[str, ...]:
        return tuple(map(self.context.language.word, said))
