"""Place a request at the desk: its form is looked at, filled in from a citation, and placed."""

from dataclasses import dataclass, replace

from mailproc.errors import LocalFault
from mailproc.office.desk import new_request_form as form
from mailproc.office.desk import new_request_page as pages
from mailproc.office.desk import pasted_request
from mailproc.office.desk.acting import DOOR, MOST_ONCE, refuse_who_looks
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.desk.new_request_page import NewRequestPage
from mailproc.office.requests import entry_preview, place
from mailproc.office.requests.entry_checks import Weight, wrong_numbers
from mailproc.office.requests.entry_findings import EntryFinding
from mailproc.office.requests.entry_preview import EntryPreview
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import sentence


@dataclass(frozen=True)
class NewPlaced:
    """``number`` of the new request, '' if it was not placed: ``page`` says why. ``words``: what follows."""

    number: str
    words: tuple[str, ...] = ()
    page: NewRequestPage | None = None


class NewRequestDesk(DeskRoom):
    """A new request of ours."""

    def page(self, typed: Typed) -> NewRequestPage:
        """Return the form as it is filled in; nothing is checked."""
        return self._page(typed, EntryPreview())

    def checked(self, person: StaffPerson, typed: Typed) -> NewRequestPage:
        """Return the form with what a pasted citation fills in, and with what the checks say."""
        refuse_who_looks(person)
        typed, filled = self._pasted(typed)
        return self._page(typed, self._seen(typed), filled)

    def place(self, person: StaffPerson, typed: Typed) -> NewPlaced:
        """Place it. What is refused comes back as the page, with the reason at its field. Raise TryLater."""
        refuse_who_looks(person)
        value, odd = form.value_of(typed)
        try:
            if odd:
                raise LocalFault(odd[0], also=odd[1:])
            entered = place.place(
                self.store, self.context, place.read(value), person.login,
                anyway=bool(typed.get("anyway")), door=DOOR, once=typed.get("once", "")[:MOST_ONCE],
            )  # fmt: skip
        except LocalFault as fault:
            return NewPlaced("", page=self._page(typed, self._refused(typed, fault)))
        placed = sentence("desk-placed", number=entered.number, partner=entered.partner or "–")
        said = (placed, *entered.warnings)
        return NewPlaced(entered.number, tuple(pages.in_words(one, self.context) for one in said))

    def _refused(self, typed: Typed, fault: LocalFault) -> EntryPreview:
        """Return why, with all else that the checks find; each thing once."""
        seen = self._seen(typed)
        known = {str(one.said) for one in seen.findings} | set(map(str, seen.refused))
        said = tuple(one for one in (fault.said, *fault.also) if str(one) not in known)
        return replace(seen, refused=(*said, *seen.refused))

    def _seen(self, typed: Typed) -> EntryPreview:
        value, odd = form.value_of(typed)
        try:
            wanted = place.read(value)
        except LocalFault as fault:
            numbers = tuple(EntryFinding(Weight.WARNED, one) for one in wrong_numbers(value.get("item", {})))
            lacks = tuple(form.lacks(value))
            other = () if fault.said in lacks else (fault.said, *fault.also)
            return EntryPreview((*odd, *lacks, *other), numbers)
        seen = entry_preview.preview(self.store, self.context, wanted)
        return replace(seen, refused=(*odd, *seen.refused))

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

    def _page(self, typed: Typed, seen: EntryPreview, filled: tuple[str, ...] = ()) -> NewRequestPage:
        with self.store.read() as connection:
            return pages.page(connection, self.context, typed, seen, filled)
