"""The page "To do"."""

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html


def page(desk: WebDesk, _asked: PageRequest, person: StaffPerson) -> Response:
    """Show what needs attention, and the sum."""
    return html(desk, "to_do.html", person, page=desk.office.to_do())


PAGES: Pages = (("GET", "/", page),)
