"""Logins at the desk that others vouch for: the way to a provider and back, and what is said without one."""

import re
import secrets
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from mailproc import passwords
from mailproc.errors import LocalFault, TryLater
from mailproc.office.staff.outside_login import LoginAnswer, OutsideLogins
from mailproc.web import login
from mailproc.web.asked import PageRequest
from mailproc.web.shown import WebDesk, html

THERE = "/login/oidc"
BACK = "/login/oidc/back"
"""The redirect address, after public_url; docs/desk.md has it too."""
SECONDS = 600
"""So long the cookie of a login that has begun is kept."""
KEPT_SECONDS = 3600
"""So long that of a form that was kept."""
_A_FORM = "form "
"""With this begins where a login goes on that was begun because of a form."""
_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")


def page(desk: WebDesk, asked: PageRequest) -> Response:
    """Show the way to the provider; where our web server says who it is, what it says of this one."""
    if desk.auth == "oidc":
        return _shown(desk, asked.query.get("then", ""), "", 200)
    if desk.person(asked) is not None:
        return RedirectResponse("/", 303)
    words = desk.office.words_of("desk_login")
    return _shown(desk, "", words["unknown" if asked.user else "unnamed"], 403)


def turned_away(desk: WebDesk, asked: PageRequest) -> Response:
    """Answer who is not logged in. A form is kept for after the login at a provider, for this browser alone:
    whoever sends one gets a cookie, and no address leads to it."""
    if asked.method != "POST":
        return RedirectResponse(login.address(asked.target), 303)
    kept = login.form_of(asked) if desk.auth == "oidc" else ""
    if not kept:
        return _shown(desk, "/", desk.office.words["signed_out"], 401)
    browser = asked.kept_by if _BROWSER.fullmatch(asked.kept_by) else secrets.token_urlsafe(32)
    if person := desk.room.known(asked.token):
        desk.memory.left.put(browser, asked.target, kept, person)
    else:
        desk.memory.strangers.put(browser, asked.target, kept, passwords.network(asked.host))
    answer = _shown(desk, asked.target, desk.office.words["form_kept"], 401, "form")
    _set(desk, answer, f"{desk.cookie}-kept", browser, KEPT_SECONDS)
    return answer


def begin(desk: WebDesk, asked: PageRequest) -> Response:
    """Send the browser to the provider."""
    form = asked.query.get("form", "")
    try:
        url, cookie = _logins(desk).begin(f"{_A_FORM}{form}" if form else asked.query.get("then", ""))
    except TryLater as later:
        return crowded(desk, asked, later)
    answer = RedirectResponse(url, 303)
    _set(desk, answer, f"{desk.cookie}-login", cookie, SECONDS)
    return answer


def back(desk: WebDesk, asked: PageRequest) -> Response:
    """Log in whom the provider sends back."""
    said = asked.query
    try:
        answer = LoginAnswer(said.get("state", ""), asked.begun, said.get("code", ""))
        host = "" if desk.room.known(asked.token) else asked.host
        person, begun = _logins(desk).finish(answer, host)
        token = desk.office.sessions.begin_for(person)
    except LocalFault as fault:
        return _shown(desk, "", desk.office.word(fault.said), 403)
    except TryLater as later:
        return crowded(desk, asked, later)
    onward = _onward(desk, asked, token, begun.then)
    name = f"{desk.cookie}-login"
    onward.delete_cookie(name, path="/", secure=desk.secure, httponly=True, samesite="lax")
    return onward


def _onward(desk: WebDesk, asked: PageRequest, token: str, then: str) -> Response:
    """Go on; with a form to its page, whether it was kept or not."""
    form = then.removeprefix(_A_FORM)
    if form == then:
        return login.go_on(desk, token, then, "")
    memory = desk.memory
    left, stranger = (one.take(asked.kept_by, form) for one in (memory.left, memory.strangers))
    if kept := left or stranger:
        return login.go_on(desk, token, form, kept)
    page = login.page_of(form) or "/"
    memory.lost.put(token, page, True)  # a value to keep
    return login.go_on(desk, token, page, "")


def crowded(desk: WebDesk, asked: PageRequest, later: TryLater) -> Response:
    """Say that nobody can log in now."""
    kind = "form" if "form" in asked.query else "then"
    answer = _shown(desk, asked.query.get(kind, ""), desk.office.word(later.said), 503, kind)
    answer.headers["Retry-After"] = login.RETRY_AFTER
    return answer


def _logins(desk: WebDesk) -> OutsideLogins:
    assert desk.office.outside is not None  # noqa: S101  # these addresses are there with a provider alone
    return desk.office.outside


def _set(desk: WebDesk, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(name, value, seconds, httponly=True, secure=desk.secure, samesite="lax", path="/")


def _shown(desk: WebDesk, then: str, said: str, status: int, kind: str = "then") -> Response:
    """``then``: where to go on; with ``kind`` "form" where a form was sent to."""
    way = f"{THERE}?{urlencode({kind: then})}" if then else THERE
    say = desk.office.words_of("desk_login")
    way = way if desk.auth == "oidc" else ""
    return html(desk, "outside_login.html", None, status, say=say, said=said, way=way)
