"""The page "To do"."""

import secrets

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html


def page(desk: WebDesk, _asked: PageRequest, person: StaffPerson) -> Response:
    """Show what needs attention, and the sum."""
    office = desk.office
    shown, just_done = office.to_do(), office.just_done()
    mark, once = office.news.to_do(shown, just_done), secrets.token_urlsafe(16)
    return html(desk, "to_do.html", person, page=shown, just_done=just_done, mark=mark, once=once)


PAGES: Pages = (("GET", "/", page),)
