"""Correct a request of ours at the desk, as ``mailproc amend`` does."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.office.acts import overtaken
from mailproc.office.desk import correction_form
from mailproc.office.desk import new_request_page as pages
from mailproc.office.desk.acting import DOOR, MOST_ONCE
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.desk.new_request_page import FieldGroup, FindingWords
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.requests import amend
from mailproc.office.requests.amend import Amended
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.sentence import Part

_BECAME = {
    "review": "way_review", "anew": "way_anew", "kept": "way_kept",
    "recorded": "way_recorded", "again": "way_again",
}  # fmt: skip
"""What became of the order, by ``Amended.way``."""


@dataclass(frozen=True)
class CorrectionPage:
    """``possible``: it may be corrected; ``again``: its last partner may be asked once more. ``refused``: why
    the correction was not taken. ``seen``: the mark of how it stands."""

    number: str
    title: str
    groups: tuple[FieldGroup, ...]
    possible: bool
    again: bool
    refused: tuple[FindingWords, ...]
    seen: str


class CorrectionDesk(DeskRoom):
    """Corrections of a request."""

    def page(self, number: str, typed: Typed, refused: Sequence[Part] = ()) -> CorrectionPage:
        """Return the form, as it was filled in or as the request says."""
        with self.store.read() as connection:
            return self._page(connection, number, typed, refused)

    def correct(self, person: StaffPerson, number: str, typed: Typed) -> tuple[str, ...]:
        """Correct it; return what became of that. Raise LocalFault, Overtaken and TryLater."""
        person.must(StaffRole.WORK)
        with self.store.read() as connection:
            request = request_of(connection, number)
        wanted, odd = correction_form.correction(request, typed)
        if odd:
            raise LocalFault(odd[0], also=odd[1:])
        done = amend.amend(
            self.store, self.context, number, wanted,
            again=bool(typed.get("again")), anyway=bool(typed.get("anyway")), by=person.login, door=DOOR,
            seen=typed.get("seen", "")[:MOST_ONCE],
        )  # fmt: skip
        return tuple(self._words(done))

    def _words(self, done: Amended) -> list[str]:
        language, words = self.context.language, self.context.language.texts.labels["desk_correct"]
        said = [f"{done.number}: {language.word(one)}" for one in done.changed]
        became = words[_BECAME[done.way]].format(partner=done.partner)
        return [*said, became, *(pages.in_words(one, self.context) for one in done.follows)]

    def _page(
        self, connection: Connection, number: str, typed: Typed, refused: Sequence[Part]
    ) -> CorrectionPage:
        request = request_of(connection, number)
        takes = amend.correctable(connection, number)
        said = tuple(pages.refusal(one, self.context) for one in refused)
        filled = {**correction_form.typed_of(request), **typed}
        return CorrectionPage(
            number=request.number,
            title=request.title,
            groups=tuple(pages.groups(correction_form.GROUPS, filled, said, self.context)),
            possible=takes.now or takes.again,
            again=takes.again,
            refused=said,
            seen=overtaken.mark(connection, transaction_of(connection, request.number).id),
        )
