"""The page of slips, to be printed by the browser, or as PDF."""

import secrets

from starlette.responses import RedirectResponse, Response

from mailproc.errors import LocalFault
from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.code128 import bars
from mailproc.web.shown import Pages, WebDesk, html

HOME = "/slips"
LONGEST = 1000
"""Characters of numbers that are printed again."""


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show what is to be printed, or printed again."""
    kind, again = _chosen(asked)
    try:
        found, trouble = desk.office.slips.page(kind, again), ""
    except LocalFault as fault:
        found, trouble = desk.office.slips.page(kind), desk.office.word(fault.said)
    return html(
        desk,
        "slips.html",
        person,
        404 if trouble else 200,
        say=desk.office.words_of("desk_slips"),
        page=found,
        again=again,
        trouble=trouble,
        answers=desk.memory.answers.take(asked.token, HOME) or (),
        bars=bars,
        once=secrets.token_urlsafe(16),
    )


def sheet(desk: WebDesk, _asked: PageRequest, _person: StaffPerson) -> Response:
    """Return the paper's size and its columns as CSS: they stand in config.toml."""
    found = desk.office.slips.sheet()
    rules = [f"@page {{ size: {found.page}; margin: {found.margin:g}mm; }}"]
    rules += [f".slips-{kind} {{ --columns: {columns}; }}" for kind, columns in found.grids]
    return Response("\n".join(rules), media_type="text/css")


def pdf(desk: WebDesk, asked: PageRequest, _person: StaffPerson) -> Response:
    """Return them as a PDF."""
    made = desk.office.slips.pdf(*_chosen(asked))
    if not made:
        return RedirectResponse(HOME, 303)
    headers = {"Content-Disposition": 'attachment; filename="slips.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def printed(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Record that those which stood on the page are on paper."""
    said = asked.form
    count = desk.office.slips.mark(
        person, said.get("keys", ""), said.get("again", "")[:LONGEST], said.get("once", "")[:40]
    )
    words = desk.office.words_of("desk_slips")
    desk.memory.answers.put(asked.token, HOME, (words["marked"].format(count=count),))
    return RedirectResponse(HOME, 303)


def _chosen(asked: PageRequest) -> tuple[str, str]:
    return asked.query.get("kind", ""), asked.query.get("again", "")[:LONGEST]


PAGES: Pages = (
    ("GET", HOME, page),
    ("GET", f"{HOME}/sheet.css", sheet),
    ("GET", f"{HOME}/slips.pdf", pdf),
    ("POST", f"{HOME}/printed", printed),
)
