"""The page of what a person has done."""

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html

COLUMNS = ("when", "what", "number", "door")


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the newest acts."""
    found = desk.office.audit.of(person, asked.path["login"])
    say = desk.office.words_of("desk_login")
    return html(desk, "audit.html", person, page=found, say=say, columns=[say[name] for name in COLUMNS])


PAGES: Pages = (("GET", "/audit/{login}", page),)
