"""The page of what could not be placed. Its letters are settled on their own pages (``letters``)."""

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html


def listed(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show what lies on the shelf, and why; after an act, what that brought about."""
    answers = () if asked.is_a_look else desk.memory.answers.take(asked.token, "/unplaced") or ()
    page, say = desk.office.unplaced.listed(), desk.office.words_of("desk_unplaced")
    mark = desk.office.news.unplaced(page)
    return html(desk, "unplaced.html", person, page=page, mark=mark, say=say, answers=answers)


PAGES: Pages = (("GET", "/unplaced", listed),)
