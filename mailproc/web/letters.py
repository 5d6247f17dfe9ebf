"""The pages of letters."""

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html


def listed(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the newest letters, in and out."""
    return html(desk, "letters.html", person, page=desk.office.letters.listed(asked.query.get("partner", "")))


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one letter, as text."""
    return html(desk, "letter.html", person, page=desk.office.letters.one(asked.path["name"]))


PAGES: Pages = (
    ("GET", "/letters", listed),
    ("GET", "/letters/{name}", page),
)
