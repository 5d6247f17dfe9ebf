"""Log in, and out. Whoever was logged out in the middle of a form finds it filled in again."""

import re
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from mailproc.errors import LocalFault, TryLater
from mailproc.office.staff.people import StaffPerson
from mailproc.web.asked import MOST_FIELDS, PageRequest, fields
from mailproc.web.shown import Pages, WebDesk, html

_OURS = re.compile(r"/(?:[A-Za-z0-9._~%-]{1,100}(?:/[A-Za-z0-9._~%-]{1,100}){0,3})?")
"""An address of the desk, to which one may be sent on."""
_FORM = re.compile(r"(/[^/]{1,100}(?:/[^/]{1,100}){0,2})/[a-z-]{1,30}")
"""Where a form goes: the address of its page, and what it does."""
_OF_TO_DO = frozenset({"/act", "/marked"})
"""Where forms of the page "/" go."""
MOST_KEPT = 100_000
"""Characters of a form that is kept for after the login."""
RETRY_AFTER = "5"
"""Seconds."""


def address(target: str) -> str:
    """Return the address of the login page that leads on to ``target``."""
    return f"/login?then={quote(target, safe='')}" if _OURS.fullmatch(target) else "/login"


def page(desk: WebDesk, asked: PageRequest) -> Response:
    """Show the form."""
    return _form(desk, asked.query.get("then", ""), "", "", 200)


def log_in(desk: WebDesk, asked: PageRequest) -> Response:
    """Log in by the form. Slow on purpose."""
    said, then, kept = asked.form, asked.form.get("then", ""), asked.form.get("kept", "")
    try:
        token = desk.office.sessions.begin(said.get("login", ""), said.get("password", ""), asked.host)
    except LocalFault as fault:
        return _form(desk, then, kept, desk.office.word(fault.said), 422)
    except TryLater as later:
        return crowded(desk, asked, later)
    return go_on(desk, token, then, kept)


def crowded(desk: WebDesk, asked: PageRequest, later: TryLater) -> Response:
    """Show the form again: nothing was looked at."""
    then, kept = asked.form.get("then", ""), asked.form.get("kept", "")
    answer = _form(desk, then, kept, desk.office.word(later.said), 503)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def ended(desk: WebDesk, asked: PageRequest) -> Response:
    """Answer a form that came without a session: nothing was done, and the form is kept."""
    kept = form_of(asked)
    if not kept:
        return _form(desk, "/", "", desk.office.words["signed_out"], 401)
    return _form(desk, asked.target, kept, desk.office.words["form_kept"], 401)


def log_out(desk: WebDesk, asked: PageRequest, _person: StaffPerson) -> Response:
    """End the session."""
    desk.office.sessions.end(asked.token)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(desk.cookie, path="/", secure=desk.secure, httponly=True, samesite="lax")
    return answer


def go_on(desk: WebDesk, token: str, then: str, kept: str) -> Response:
    """Return the answer to a login that has succeeded."""
    onward = _keep(desk, token, then, kept)
    answer = RedirectResponse(onward if _OURS.fullmatch(onward) else "/", 303)
    answer.set_cookie(desk.cookie, token, httponly=True, secure=desk.secure, samesite="lax", path="/")
    return answer


def form_of(asked: PageRequest) -> str:
    """Return the form that came without a session, to be kept; '' where it cannot be."""
    kept = urlencode(asked.form)
    return kept if page_of(asked.target) and len(kept) <= MOST_KEPT else ""


def page_of(target: str) -> str:
    """Return the address of the page whose form goes there; '' of none."""
    if target in _OF_TO_DO:
        return "/"
    found = _FORM.fullmatch(target)
    return found[1] if found else ""


def _keep(desk: WebDesk, token: str, then: str, kept: str) -> str:
    """Return where to go on; of a form to its page, where it waits to be sent again."""
    page = page_of(then) if kept else ""
    if not page:
        return then or "/"
    if len(kept) <= MOST_KEPT and kept.count("&") < MOST_FIELDS:
        desk.memory.drafts.put(token, page, fields(kept))
    return page


def _form(desk: WebDesk, then: str, kept: str, said: str, status: int) -> Response:
    return html(desk, "login.html", None, status, then=then, kept=kept, said=said)


PAGES: Pages = (("POST", "/logout", log_out),)
