"""The pages of readers. Who is typed or shown stands in no address: proxies log addresses."""

import secrets
from collections.abc import Callable
from typing import Any

from starlette.responses import RedirectResponse, Response

from mailproc.errors import LocalFault
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html

LONGEST = 200
"""Characters that are looked for."""
HOME = "/patrons"


def home(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the field; after a reader was forgotten, what was erased."""
    answers = desk.memory.answers.take(asked.token, HOME) or ()
    return _home(desk, person, answers=answers)


def find(desk: WebDesk, asked: PageRequest, _person: StaffPerson) -> Response:
    """Go to the reader with the number that was typed or scanned, else to those who may be meant."""
    typed = asked.form.get("who", "").strip()[:LONGEST]
    if not typed:
        return RedirectResponse(HOME, 303)
    if found := desk.office.patrons.with_number(typed):
        return RedirectResponse(address_of(desk, found), 303)
    return RedirectResponse(f"{HOME}/found/{desk.memory.search(asked.token, typed)}", 303)


def found(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show who fits what was typed; what is forgotten shows the field."""
    typed = desk.memory.searches.get(asked.token, asked.path["name"])
    if typed is None:
        return RedirectResponse(HOME, 303)
    page = desk.office.patrons.search(typed)
    rows = [(desk.memory.nameless.name_of(one.id), one.cells) for one in page.rows]
    return _home(desk, person, typed=typed, page=page, rows=rows)


def of_request(desk: WebDesk, asked: PageRequest, _person: StaffPerson) -> Response:
    """Go to the reader who asked for it."""
    found = desk.office.patrons.of_request(asked.path["number"])
    return RedirectResponse(address_of(desk, found) if found else HOME, 303)


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one reader."""
    answers = desk.memory.answers.take(asked.token, asked.target) or ()
    return _shown(desk, asked, person, answers=answers)


def live(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show what the library system says now."""
    return _done(desk, asked, person, lambda one: desk.office.patrons.live(person, one))


def again(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Send a letter again."""
    return _done(desk, asked, person, lambda one: (desk.office.patrons.send_again(person, one, asked.form),))


def data(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Give all that is stored of the reader, as a file."""
    octets = desk.office.patrons.data(person, _reader(desk, asked))
    headers = {"Content-Disposition": 'attachment; filename="reader.json"'}
    return Response(octets, media_type="application/json", headers=headers)


def erasure(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show what would be erased."""
    reader = _reader(desk, asked)
    told = desk.office.patrons.foreseen(person, reader)
    said = desk.office.words_of("desk_patrons")
    return html(
        desk, "patron_forget.html", person, told=told, say=said, address=f"{HOME}/{asked.path['name']}"
    )


def forget(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Erase the reader."""
    try:
        told = desk.office.patrons.forget(person, _reader(desk, asked))
    except refusals.FAULTS as fault:
        return _shown(desk, asked, person, refusals.status(fault), trouble=refusals.words(desk, fault))
    desk.memory.answers.put(asked.token, HOME, told)
    return RedirectResponse(HOME, 303)


def _done(
    desk: WebDesk, asked: PageRequest, person: StaffPerson, work: Callable[[str], tuple[str, ...]]
) -> Response:
    reader = _reader(desk, asked)
    try:
        told = work(reader)
    except refusals.FAULTS as fault:
        return _shown(desk, asked, person, refusals.status(fault), trouble=refusals.words(desk, fault))
    desk.memory.answers.put(asked.token, address_of(desk, reader), told)
    return RedirectResponse(address_of(desk, reader), 303)


def _shown(
    desk: WebDesk,
    asked: PageRequest,
    person: StaffPerson,
    status: int = 200,
    *,
    answers: tuple[str, ...] = (),
    trouble: tuple[str, ...] = (),
) -> Response:
    return html(
        desk,
        "patron.html",
        person,
        status,
        page=desk.office.patrons.one(_reader(desk, asked)),
        say=desk.office.words_of("desk_patrons"),
        address=f"{HOME}/{asked.path['name']}",
        may_keep=person.may(StaffRole.KEEP),
        answers=answers,
        trouble=trouble,
        once=secrets.token_urlsafe(16),
    )


def _home(desk: WebDesk, person: StaffPerson, **more: Any) -> Response:
    shown: dict[str, Any] = {"typed": "", "page": None, "rows": (), "answers": ()} | more
    return html(desk, "patrons.html", person, say=desk.office.words_of("desk_patrons"), **shown)


def _reader(desk: WebDesk, asked: PageRequest) -> str:
    """Return whose page it is. Raise LocalFault for an address that means nobody (any more)."""
    found = desk.memory.nameless.meant_by(asked.path["name"])
    if found is None:
        raise LocalFault(desk.office.patrons.nobody)
    return found


def address_of(desk: WebDesk, patron_id: str) -> str:
    """Return the address of the reader's page."""
    return f"{HOME}/{desk.memory.nameless.name_of(patron_id)}"


PAGES: Pages = (
    ("GET", HOME, home),
    ("POST", f"{HOME}/find", find),
    ("GET", f"{HOME}/found/{{name}}", found),
    ("GET", f"{HOME}/{{name}}", page),
    ("POST", f"{HOME}/{{name}}/live", live),
    ("POST", f"{HOME}/{{name}}/again", again),
    ("GET", f"{HOME}/{{name}}/data", data),
    ("GET", f"{HOME}/{{name}}/forget", erasure),
    ("POST", f"{HOME}/{{name}}/forget", forget),
    ("GET", "/r/{number}/reader", of_request),
)
