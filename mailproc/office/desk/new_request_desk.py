"""Place a request at the desk: its form is looked at, filled in from a citation, and placed."""

from mailproc.errors import LocalFault
from mailproc.office.desk import new_request_form as form
from mailproc.office.desk import new_request_page as pages
from mailproc.office.desk import pasted_request
from mailproc.office.desk.acting import DOOR
from mailproc.office.desk.entry_desk import EntryDesk, Value
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.desk.new_request_page import NewRequestPage
from mailproc.office.requests import entry_preview, place
from mailproc.office.requests.entry_checks import CHECKS, wrong_numbers
from mailproc.office.requests.entry_findings import EntryFinding
from mailproc.office.requests.entry_preview import EntryPreview
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import Sentence, sentence


class NewRequestDesk(EntryDesk[NewRequestPage]):
    """A new request of ours."""

    def page(self, typed: Typed) -> NewRequestPage:
        """Return the form as it is filled in; nothing is checked."""
        return self._page(typed, EntryPreview())

    def checked(self, person: StaffPerson, typed: Typed) -> NewRequestPage:
        """Return the form with what a pasted citation fills in, and with what the checks say."""
        person.must(StaffRole.WORK)
        typed, filled = self._pasted(typed)
        return self._page(typed, self._seen(typed), filled)

    def _page(self, typed: Typed, seen: EntryPreview, filled: tuple[str, ...] = ()) -> NewRequestPage:
        with self.store.read() as connection:
            return pages.page(connection, self.context, typed, seen, filled)

    def _value_of(self, typed: Typed) -> tuple[Value, tuple[Sentence, ...]]:
        return form.value_of(typed)

    def _enter(
        self, person: StaffPerson, value: Value, once: str, *, anyway: bool
    ) -> tuple[str, tuple[str, ...]]:
        entered = place.place(
            self.store, self.context, place.read(value), person.login, anyway=anyway, door=DOOR, once=once
        )
        placed = sentence("desk-placed", number=entered.number, partner=entered.partner or "–")
        said = (placed, *entered.warnings)
        return entered.number, tuple(pages.in_words(one, self.context) for one in said)

    def _preview(self, value: Value) -> EntryPreview:
        try:
            wanted = place.read(value)
        except LocalFault as fault:
            numbers = tuple(
                EntryFinding(CHECKS[one.code].weight, one) for one in wrong_numbers(value.get("item", {}))
            )
            return EntryPreview(form.unreadable(value, fault), numbers)
        return entry_preview.preview(self.store, self.context, wanted)

    def _pasted(self, typed: Typed) -> tuple[Typed, tuple[str, ...]]:
        """Return the form as what was pasted fills it in, and word of it; what cannot be read stays there."""
        text = typed.get("paste", "").strip()
        if not text:
            return typed, ()
        try:
            if len(text) > form.LONGEST_PASTE:
                raise LocalFault(sentence("citation-long", count=len(text), most=form.LONGEST_PASTE))
            found = pasted_request.read(text)
        except LocalFault as fault:
            return typed, (self.context.language.word(fault.said),)
        typed, kept = form.filled_in(typed, found.fields)
        return {**typed, "paste": ""}, tuple(pages.filled(found, kept, self.context))
