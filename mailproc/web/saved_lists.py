"""What persons keep of the list of requests: filters under a name."""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from mailproc.errors import LocalFault
from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.requests import shown_list
from mailproc.web.shown import Pages, WebDesk

HOME = "/requests"


def save(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Keep the filters of the form under its name."""
    name = asked.form.get("name", "")
    try:
        chosen = desk.office.saved_lists.save(person, name, asked.form)
    except LocalFault as fault:
        return shown_list(desk, asked.form, person, 422, desk.office.word(fault.said), name)
    return RedirectResponse(f"{HOME}?{urlencode(chosen)}", 303)


def drop(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Keep a list no longer."""
    desk.office.saved_lists.drop(person, asked.form.get("name", ""))
    return RedirectResponse(HOME, 303)


PAGES: Pages = (
    ("POST", f"{HOME}/save", save),
    ("POST", f"{HOME}/drop", drop),
)
