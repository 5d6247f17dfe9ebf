"""What the two forms at the desk that enter a request share: one of ours, and an order of a partner."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from mailproc.errors import LocalFault
from mailproc.office.desk.acting import MOST_ONCE
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.requests.entry_preview import EntryPreview
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import Sentence

PageT_co = TypeVar("PageT_co", covariant=True)
Value = Mapping[str, Any]
"""The JSON of a request or an order (docs/requests.md), as the form says it; not checked yet."""


@dataclass(frozen=True)
class EntryDone(Generic[PageT_co]):
    """``number`` of the request, '' if it was not entered: ``page`` says why. ``words``: what follows."""

    number: str
    words: tuple[str, ...] = ()
    page: PageT_co | None = None


class EntryDesk(DeskRoom, ABC, Generic[PageT_co]):
    """A form whose fields are checked before it is entered."""

    @abstractmethod
    def page(self, typed: Typed) -> PageT_co:
        """Return the form as it is filled in; nothing is checked."""

    def checked(self, person: StaffPerson, typed: Typed) -> PageT_co:
        """Return the form with what the checks say."""
        person.must(StaffRole.WORK)
        return self._page(typed, self._seen(typed))

    def place(self, person: StaffPerson, typed: Typed) -> EntryDone[PageT_co]:
        """Enter it. What is refused comes back as the page, with the reason at its field. Raise TryLater."""
        person.must(StaffRole.WORK)
        value, odd = self._value_of(typed)
        try:
            if odd:
                raise LocalFault(odd[0], also=odd[1:])
            once, anyway = typed.get("once", "")[:MOST_ONCE], bool(typed.get("anyway"))
            number, words = self._enter(person, value, once, anyway=anyway)
        except LocalFault as fault:
            return EntryDone("", page=self._page(typed, self._refused(typed, fault)))
        return EntryDone(number, words)

    @abstractmethod
    def _page(self, typed: Typed, seen: EntryPreview) -> PageT_co: ...

    @abstractmethod
    def _value_of(self, typed: Typed) -> tuple[Value, tuple[Sentence, ...]]:
        """Return what the form says, and what of it could not be read."""

    @abstractmethod
    def _enter(
        self, person: StaffPerson, value: Value, once: str, *, anyway: bool
    ) -> tuple[str, tuple[str, ...]]:
        """Return the number of the new request, and what follows. Raise LocalFault."""

    @abstractmethod
    def _preview(self, value: Value) -> EntryPreview:
        """Return what entering it would say. What cannot be read is refused; nothing is raised for it."""

    def _seen(self, typed: Typed) -> EntryPreview:
        value, odd = self._value_of(typed)
        seen = self._preview(value)
        return replace(seen, refused=(*odd, *seen.refused))

    def _refused(self, typed: Typed, fault: LocalFault) -> EntryPreview:
        """Return why, with all else that the checks find; each thing once."""
        seen = self._seen(typed)
        known = {str(one.said) for one in seen.findings} | set(map(str, seen.refused))
        said = tuple(one for one in (fault.said, *fault.also) if str(one) not in known)
        return replace(seen, refused=(*said, *seen.refused))
