"""The page "To do"."""

import secrets

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html


def page(desk: WebDesk, _asked: PageRequest, person: StaffPerson) -> Response:
    """Show what needs attention, and the sum."""
    office = desk.office
    once = secrets.token_urlsafe(16)
    return html(desk, "to_do.html", person, page=office.to_do(), just_done=office.just_done(), once=once)


PAGES: Pages = (("GET", "/", page),)
