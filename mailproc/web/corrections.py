"""The page that corrects a request."""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailproc.errors import TryLater
from mailproc.office.staff.people import StaffPerson
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html, left_form


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the form; as it was filled in, where the session had ended."""
    draft, trouble = left_form(desk, asked, asked.target)
    return html(
        desk,
        "correction.html",
        person,
        page=desk.office.corrections.page(asked.path["number"], draft),
        typed=draft,
        trouble=trouble,
        say=desk.office.words_of("desk_correct"),
    )


def save(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Correct it, and go to the request."""
    number = asked.path["number"]
    try:
        said = desk.office.corrections.correct(person, number, asked.form)
    except refusals.FAULTS as fault:
        busy = isinstance(fault, TryLater)
        refused = () if busy else refusals.parts(fault)
        return html(
            desk,
            "correction.html",
            person,
            refusals.status(fault),
            page=desk.office.corrections.page(number, asked.form, refused),
            typed=asked.form,
            trouble=refusals.words(desk, fault) if busy else (),
            say=desk.office.words_of("desk_correct"),
        )
    desk.memory.answers.put(asked.token, number, said)
    return RedirectResponse(f"/r/{quote(number, safe='')}", 303)


PAGES: Pages = (
    ("GET", "/r/{number}/correct", page),
    ("POST", "/r/{number}/correct/save", save),
)
