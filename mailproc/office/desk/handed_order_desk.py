"""Enter at the desk what a partner ordered by post, telephone or portal."""

from mailproc.errors import LocalFault
from mailproc.office.desk import handed_order_form as form
from mailproc.office.desk import handed_order_page as pages
from mailproc.office.desk.acting import DOOR
from mailproc.office.desk.entry_desk import EntryDesk, Value
from mailproc.office.desk.handed_order_page import HandedOrderPage
from mailproc.office.desk.new_request_form import Typed, unreadable
from mailproc.office.desk.new_request_page import in_words
from mailproc.office.requests import entry_preview, lend
from mailproc.office.requests.entry_preview import EntryPreview
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import Sentence


class HandedOrderDesk(EntryDesk[HandedOrderPage]):
    """An order of theirs that came by hand."""

    def page(self, typed: Typed) -> HandedOrderPage:
        """Return the form as it is filled in; nothing is checked."""
        return self._page({"asked_by": lend.ASKED_BY[0], **typed}, EntryPreview())

    def _page(self, typed: Typed, seen: EntryPreview) -> HandedOrderPage:
        with self.store.read() as connection:
            return pages.page(connection, self.context, typed, seen)

    def _value_of(self, typed: Typed) -> tuple[Value, tuple[Sentence, ...]]:
        return form.value_of(typed)

    def _enter(
        self, person: StaffPerson, value: Value, once: str, *, anyway: bool
    ) -> tuple[str, tuple[str, ...]]:
        entered = lend.enter(
            self.store, self.context, lend.read(value), person.login, anyway=anyway, door=DOOR, once=once
        )
        language = self.context.language
        said = language.label("desk_new", "handed", number=entered.number, partner=entered.partner)
        return entered.number, (said, *(in_words(one, self.context) for one in entered.warnings))

    def _preview(self, value: Value) -> EntryPreview:
        try:
            wanted = lend.read(value)
        except LocalFault as fault:
            return EntryPreview(unreadable(value, fault))
        return entry_preview.of_order(self.store, self.context, wanted)
