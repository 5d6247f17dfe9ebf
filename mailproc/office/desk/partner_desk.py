"""Partners at the desk: how they do, what config.toml says of them, pauses, and addresses that they named."""

from collections.abc import Callable, Mapping

from mailproc.office.acts.once import DoneBefore
from mailproc.office.desk import partner_pages
from mailproc.office.desk.acting import DOOR, MOST_ONCE
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.partner_pages import PartnerListPage, PartnerPage
from mailproc.office.partners import directory, pausing
from mailproc.office.partners.directory import Answered
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import Part


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

        def act() -> tuple[Part, ...]:
            return (pausing.pause(self.store, self.context, symbol, person.login, door=DOOR, once=once).text,)

        return self._done(act)

    def resume(self, person: StaffPerson, symbol: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Let letters to the partner go again."""
        once = self._once(person, said)

        def act() -> tuple[Part, ...]:
            return (
                pausing.resume(self.store, self.context, symbol, person.login, door=DOOR, once=once).text,
            )

        return self._done(act)

    def confirm(self, person: StaffPerson, _symbol: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Say that an address which a letter named is right."""
        return self._answer(directory.confirm, person, said)

    def forget(self, person: StaffPerson, _symbol: str, said: Mapping[str, str]) -> tuple[str, ...]:
        """Say that it is not."""
        return self._answer(directory.forget, person, said)

    def _answer(
        self, decide: Callable[..., Answered], person: StaffPerson, said: Mapping[str, str]
    ) -> tuple[str, ...]:
        once, learned = self._once(person, said), said.get("learned", "")[:20]
        return self._done(
            lambda: decide(self.store, self.context, learned, person.login, door=DOOR, once=once).words
        )

    def _once(self, person: StaffPerson, said: Mapping[str, str]) -> str:
        person.must(StaffRole.KEEP)
        return said.get("once", "")[:MOST_ONCE]

    def _done(self, act: Callable[[], tuple[Part, ...]]) -> tuple[str, ...]:
        """Return what the act did, in words; of a double click, or a reload, that it is done."""
        try:
            words = act()
        except DoneBefore as before:
            words = (before.said,)
        return tuple(map(self.context.language.word, words))
