"""Single keys: the page that lists them and turns them off."""

from starlette.responses import RedirectResponse, Response

from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html

COOKIE = "keys"
"""A cookie of the browser; the scripts read it, so it is not HttpOnly. It tells nothing of anybody."""
A_YEAR = 365 * 24 * 3600


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """List the keys."""
    return html(desk, "keys.html", person, is_off=asked.keys_off)


def switch(desk: WebDesk, asked: PageRequest, _person: StaffPerson) -> Response:
    """Turn single keys off or on, in this browser."""
    answer = RedirectResponse("/keys", 303)
    value = "off" if asked.form.get("keys") == "off" else "on"
    answer.set_cookie(COOKIE, value, max_age=A_YEAR, secure=desk.secure, samesite="lax", path="/")
    return answer


PAGES: Pages = (
    ("GET", "/keys", page),
    ("POST", "/keys/switch", switch),
)
