"""The page that enters an order which a partner sent by post, telephone or portal."""

import secrets
from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from mailproc.errors import TryLater
from mailproc.office.desk.handed_order_page import HandedOrderPage
from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html

ADDRESS = "/lend"


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the form; as it was filled in, where the session had ended."""
    draft = desk.memory.drafts.take(asked.token, ADDRESS)
    trouble = (desk.office.words["kept"],) if draft is not None else ()
    return _shown(desk, person, desk.office.handed.page(draft or {}), 200, trouble)


def check(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the form with what the checks say."""
    try:
        shown = desk.office.handed.checked(person, asked.form)
    except TryLater as later:
        return _busy(desk, person, asked.form, later)
    return _shown(desk, person, shown, 200, (), checked=True)


def place(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Enter the order, and go to its page."""
    try:
        entered = desk.office.handed.place(person, asked.form)
    except TryLater as later:
        return _busy(desk, person, asked.form, later)
    if entered.page is not None:
        return _shown(desk, person, entered.page, 422, (), checked=True)
    desk.memory.answers.put(asked.token, entered.number, entered.words)
    return RedirectResponse(f"/r/{entered.number}", 303)


def _busy(desk: WebDesk, person: StaffPerson, form: Mapping[str, str], later: TryLater) -> Response:
    told = (desk.office.words["busy"], desk.office.word(later.said))
    return _shown(desk, person, desk.office.handed.page(form), 503, told)


def _shown(
    desk: WebDesk, person: StaffPerson, shown: HandedOrderPage, status: int, trouble: tuple[str, ...], *,
    checked: bool = False,
) -> Response:  # fmt: skip
    return html(
        desk,
        "handed_order.html",
        person,
        status,
        page=shown,
        trouble=trouble,
        checked=checked,
        once=secrets.token_urlsafe(16),
        say=desk.office.words_of("desk_new"),
    )


PAGES: Pages = (
    ("GET", ADDRESS, page),
    ("POST", f"{ADDRESS}/check", check),
    ("POST", f"{ADDRESS}/place", place),
)
