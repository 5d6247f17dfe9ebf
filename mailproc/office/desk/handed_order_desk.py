"""Enter at the desk what a partner ordered by post, telephone or portal."""

from dataclasses import dataclass, replace

from mailproc.errors import LocalFault
from mailproc.office.desk import handed_order_form as form
from mailproc.office.desk import handed_order_page as pages
from mailproc.office.desk.acting import DOOR, MOST_ONCE, refuse_who_looks
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.handed_order_page import HandedOrderPage
from mailproc.office.desk.new_request_form import Typed, lacks
from mailproc.office.desk.new_request_page import in_words
from mailproc.office.requests import entry_preview, lend
from mailproc.office.requests.entry_preview import EntryPreview
from mailproc.office.staff.people import StaffPerson


@dataclass(frozen=True)
class HandedOrderEntered:
    """``number`` of the request, '' if it was not entered: ``page`` says why. ``words``: what follows."""

    number: str
    words: tuple[str, ...] = ()
    page: HandedOrderPage | None = None


class HandedOrderDesk(DeskRoom):
    """An order of theirs that came by hand."""

    def page(self, typed: Typed) -> HandedOrderPage:
        """Return the form as it is filled in; nothing is checked."""
        return self._page({"asked_by": lend.ASKED_BY[0], **typed}, EntryPreview())

    def checked(self, person: StaffPerson, typed: Typed) -> HandedOrderPage:
        """Return the form with what the checks say."""
        refuse_who_looks(person)
        return self._page(typed, self._seen(typed))

    def place(self, person: StaffPerson, typed: Typed) -> HandedOrderEntered:
        """Enter it. What is refused comes back as the page, with the reason at its field. Raise TryLater."""
        refuse_who_looks(person)
        value, odd = form.value_of(typed)
        try:
            if odd:
                raise LocalFault(odd[0], also=odd[1:])
            entered = lend.enter(
                self.store, self.context, lend.read(value), person.login,
                anyway=bool(typed.get("anyway")), door=DOOR, once=typed.get("once", "")[:MOST_ONCE],
            )  # fmt: skip
        except LocalFault as fault:
            return HandedOrderEntered("", page=self._page(typed, self._refused(typed, fault)))
        language = self.context.language
        said = language.label("desk_new", "handed", number=entered.number, partner=entered.partner)
        return HandedOrderEntered(
            entered.number, (said, *(in_words(one, self.context) for one in entered.warnings))
        )

    def _refused(self, typed: Typed, fault: LocalFault) -> EntryPreview:
        """Return why, with all else that the checks find; each thing once."""
        seen = self._seen(typed)
        known = {str(one.said) for one in seen.findings} | set(map(str, seen.refused))
        said = tuple(one for one in (fault.said, *fault.also) if str(one) not in known)
        return replace(seen, refused=(*said, *seen.refused))

    def _seen(self, typed: Typed) -> EntryPreview:
        value, odd = form.value_of(typed)
        try:
            wanted = lend.read(value)
        except LocalFault as fault:
            lacking = tuple(lacks(value))
            other = () if fault.said in lacking else (fault.said, *fault.also)
            return EntryPreview((*odd, *lacking, *other))
        seen = entry_preview.of_order(self.store, self.context, wanted)
        return replace(seen, refused=(*odd, *seen.refused))

    def _page(self, typed: Typed, seen: EntryPreview) -> HandedOrderPage:
        with self.store.read() as connection:
            return pages.page(connection, self.context, typed, seen)
