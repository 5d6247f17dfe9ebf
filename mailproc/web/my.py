"""The pages for readers, under /my: their own requests, a form for a wish, and what they may ask of staff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailproc.errors import LocalFault, TryLater
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.readers.reader_sessions import ReaderPerson
from mailproc.web.asked import PageRequest
from mailproc.web.memory import Kept
from mailproc.web.my_clicks import ReaderClicks
from mailproc.web.page_room import PageRoom
from mailproc.web.rendering import environment

HOME = "/my"
SERVICES = ("LOAN", "COPY")


class MyDesk:
    """What the pages for readers work with. ``by_mail``: readers sign in by a link."""

    def __init__(
        self, office: StaffDesk, room: PageRoom, *, by_mail: bool, cookie: str, secure: bool
    ) -> None:
        self.office = office.readers
        self.room = room
        self.clicks = ReaderClicks()
        self.library = office.library
        self.by_mail = by_mail
        self.cookie = cookie
        self.secure = secure
        self.answers: Kept[str] = Kept()


@dataclass(frozen=True)
class MyAnswer:
    """How a refused form is shown again."""

    said: str
    status: int


MyPage = Callable[[MyDesk, PageRequest, ReaderPerson], Response]


def my_html(
    desk: MyDesk, template: str, person: ReaderPerson | None, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return the page that ``template`` makes of ``values``."""
    shared = {
        "say": desk.office.words(person),
        "language": desk.office.tag(person),
        "library": desk.library,
        "person": person,
        "signs_out": desk.by_mail,
    }
    return HTMLResponse(environment().get_template(template).render(shared | values), status)


def refused(desk: MyDesk, person: ReaderPerson | None, said: str, status: int) -> Response:
    """Return the page that says why nothing was done."""
    return my_html(desk, "my_refused.html", person, status, said=said)


def home(desk: MyDesk, _asked: PageRequest, person: ReaderPerson) -> Response:
    """Show the reader's requests."""
    answer = desk.answers.take(person.id, HOME) or ""
    return my_html(desk, "my.html", person, page=desk.office.home(person), answer=answer)


def form(desk: MyDesk, asked: PageRequest, person: ReaderPerson) -> Response:
    """Show the form for a wish: first what it is, a book or an article."""
    return _form(desk, person, {"service": asked.query.get("service", "LOAN")}, "", 200)


def wish(desk: MyDesk, asked: PageRequest, person: ReaderPerson) -> Response:
    """Submit a wish."""
    try:
        answer = desk.office.wish(person, asked.form)
    except (LocalFault, TryLater) as fault:
        shown = _shown(desk, person, fault)
        return _form(desk, person, asked.form, shown.said, shown.status)
    return _told(desk, person, HOME, answer)


def one(desk: MyDesk, asked: PageRequest, person: ReaderPerson) -> Response:
    """Show one request."""
    return _one(desk, asked, person, "", 200)


def ask(desk: MyDesk, asked: PageRequest, person: ReaderPerson) -> Response:
    """Ask staff for an end, or for more time."""
    number = asked.path["number"]
    try:
        answer = desk.office.ask(person, number, asked.form.get("what", ""))
    except (LocalFault, TryLater) as fault:
        shown = _shown(desk, person, fault)
        return _one(desk, asked, person, shown.said, shown.status)
    return _told(desk, person, _address(number), answer)


def fetch(desk: MyDesk, asked: PageRequest, person: ReaderPerson) -> Response:
    """Give a copy, as a file that no browser opens by itself; by POST, as each time counts."""
    number, named = asked.path["number"], asked.form.get("document", "")
    try:
        found = desk.office.fetch(person, number, named)
    except (LocalFault, TryLater) as fault:
        shown = _shown(desk, person, fault)
        return _one(desk, asked, person, shown.said, shown.status)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"}
    return Response(found.content, media_type=found.media_type, headers=headers)


def no_page(desk: MyDesk, _asked: PageRequest, person: ReaderPerson) -> Response:
    """Say that there is no such page, as a reader reads it: nothing of the desk of staff is named."""
    return refused(desk, person, desk.office.words(person)["no_page"], 404)


def sign_out(desk: MyDesk, asked: PageRequest, _person: ReaderPerson) -> Response:
    """End the session."""
    desk.office.sessions.end(asked.token)
    answer = RedirectResponse(HOME, 303)
    answer.delete_cookie(desk.cookie, path="/", secure=desk.secure, httponly=True, samesite="lax")
    return answer


def link_form(desk: MyDesk) -> Response:
    """Show the form that asks for a link; or, behind a proxy, who must sign in where."""
    return my_html(desk, "my_sign_in.html", None, 200 if desk.by_mail else 401, by_mail=desk.by_mail)


def link_asked(desk: MyDesk, *, taken: bool) -> Response:
    """Say always the same: whoever asks learns nothing. While no letter leaves, say that to everybody.

    ``taken``: whether it will be looked at; too many may ask at a time, whoever they are.
    """
    held = desk.office.holds_letters()
    return my_html(desk, "my_link_asked.html", None, 200 if taken else 503, held=held, taken=taken)


def link(desk: MyDesk, asked: PageRequest) -> Response:
    """Show a button: what opens addresses in letters by itself must not use the link up."""
    token = asked.path["token"]
    if not desk.office.sessions.is_open(token):
        return refused(desk, None, desk.office.words(None)["link_over"], 404)
    answer = my_html(desk, "my_link.html", None, token=token)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def sign_in(desk: MyDesk, asked: PageRequest) -> Response:
    """Sign in by a link, which is used up."""
    try:
        token = desk.office.sessions.begin(asked.form.get("token", "")[:200])
    except LocalFault as fault:
        return refused(desk, None, desk.office.word(fault.said, None), 422)
    answer = RedirectResponse(HOME, 303)
    answer.set_cookie(desk.cookie, token, httponly=True, secure=desk.secure, samesite="lax", path="/")
    return answer


def _form(desk: MyDesk, person: ReaderPerson, said: Any, trouble: str, status: int) -> Response:
    service = said.get("service", "") if said.get("service", "") in SERVICES else SERVICES[0]
    fields = desk.office.fields(service, person)
    shown = {"service": service, "fields": fields, "typed": said, "trouble": trouble}
    return my_html(desk, "my_new.html", person, status, **shown)


def _one(desk: MyDesk, asked: PageRequest, person: ReaderPerson, trouble: str, status: int) -> Response:
    number = asked.path["number"]
    page, files = desk.office.one(person, number), desk.office.documents(person, number)
    answer = desk.answers.take(person.id, _address(number)) or ""
    shown = {"page": page, "files": files, "answer": answer, "trouble": trouble}
    return my_html(desk, "my_request.html", person, status, **shown)


def _told(desk: MyDesk, person: ReaderPerson, address: str, answer: str) -> Response:
    desk.answers.put(person.id, address, answer)
    return RedirectResponse(address, 303)


def _shown(desk: MyDesk, person: ReaderPerson, fault: LocalFault | TryLater) -> MyAnswer:
    if isinstance(fault, TryLater):
        return MyAnswer(desk.office.words(person)["busy"], 503)
    return MyAnswer(desk.office.word(fault.said, person), 422)


def _address(number: str) -> str:
    return f"{HOME}/r/{quote(number, safe='')}"


MY_PAGES: tuple[tuple[str, str, MyPage], ...] = (
    ("GET", HOME, home),
    ("GET", f"{HOME}/new", form),
    ("POST", f"{HOME}/new/send", wish),
    ("GET", f"{HOME}/r/{{number}}", one),
    ("POST", f"{HOME}/r/{{number}}/ask", ask),
    ("POST", f"{HOME}/r/{{number}}/document", fetch),
    ("POST", f"{HOME}/out", sign_out),
    ("GET", f"{HOME}/{{rest:path}}", no_page),
    ("POST", f"{HOME}/{{rest:path}}", no_page),
)
"""The pages for whoever is signed in."""
