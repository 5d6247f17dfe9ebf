"""The two pages that enter a request: one of ours, and an order that a partner sent by post or telephone."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from mailproc.errors import TryLater
from mailproc.office.desk.entry_desk import EntryDesk
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff.people import StaffPerson
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html, left_form


@dataclass(frozen=True)
class EntryForm:
    """A form at ``address``, shown by ``template``; ``room``: the part of the office that it speaks to."""

    address: str
    template: str
    room: Callable[[StaffDesk], EntryDesk[object]]

    def page(self, desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
        """Show the form; as it was filled in, where the session had ended."""
        draft, trouble = left_form(desk, asked, self.address)
        return self._shown(desk, person, self.room(desk.office).page(draft), 200, trouble)

    def check(self, desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
        """Show the form with what the checks say."""
        try:
            shown = self.room(desk.office).checked(person, asked.form)
        except TryLater as later:
            return self._busy(desk, person, asked.form, later)
        return self._shown(desk, person, shown, 200, (), checked=True)

    def place(self, desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
        """Enter the request, and go to its page."""
        try:
            done = self.room(desk.office).place(person, asked.form)
        except TryLater as later:
            return self._busy(desk, person, asked.form, later)
        if done.page is not None:
            return self._shown(desk, person, done.page, 422, (), checked=True)
        desk.memory.answers.put(asked.token, done.number, done.words)
        return RedirectResponse(f"/r/{done.number}", 303)

    @property
    def pages(self) -> Pages:
        """Return the addresses of the form."""
        return (
            ("GET", self.address, self.page),
            ("POST", f"{self.address}/check", self.check),
            ("POST", f"{self.address}/place", self.place),
        )

    def _busy(self, desk: WebDesk, person: StaffPerson, form: Mapping[str, str], later: TryLater) -> Response:
        told = refusals.words(desk, later)
        return self._shown(desk, person, self.room(desk.office).page(form), 503, told)

    def _shown(
        self, desk: WebDesk, person: StaffPerson, shown: object, status: int, trouble: tuple[str, ...], *,
        checked: bool = False,
    ) -> Response:  # fmt: skip
        return html(
            desk,
            self.template,
            person,
            status,
            page=shown,
            trouble=trouble,
            checked=checked,
            address=self.address,
            once=secrets.token_urlsafe(16),
            say=desk.office.words_of("desk_new"),
        )


OURS = EntryForm("/new", "new_request.html", lambda office: office.new)
THEIRS = EntryForm("/lend", "handed_order.html", lambda office: office.handed)
PAGES: Pages = (*OURS.pages, *THEIRS.pages)
