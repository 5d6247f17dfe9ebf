"""The page of the service."""

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html


def page(desk: WebDesk, _asked: PageRequest, person: StaffPerson) -> Response:
    """Show how the service and what it needs are."""
    say = desk.office.words_of("desk_service")
    names = desk.office.audit.names(person)
    return html(desk, "service.html", person, page=desk.office.service.page(), names=names, say=say)


PAGES: Pages = (("GET", "/service", page),)
