"""The page of figures."""

from urllib.parse import urlencode

from starlette.responses import Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web import svg
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show figures as pictures and tables."""
    found = desk.office.figures.page(asked.query)
    return html(
        desk,
        "figures.html",
        person,
        say=desk.office.words_of("desk_figures"),
        page=found,
        svg=svg,
        query=urlencode(found.chosen),
    )


def csv(desk: WebDesk, asked: PageRequest, _person: StaffPerson) -> Response:
    """Return them for a spreadsheet."""
    headers = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    return Response(desk.office.figures.csv(asked.query), media_type="text/csv", headers=headers)


PAGES: Pages = (
    ("GET", "/figures", page),
    ("GET", "/figures/figures.csv", csv),
)
