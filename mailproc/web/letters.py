"""The pages of letters: the list, one letter, and what staff do with it."""

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Page, Pages, WebDesk, html, left_form

Act = Callable[[StaffPerson, str, Mapping[str, str]], tuple[str, ...]]


def listed(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the newest letters, in and out."""
    page, say = desk.office.letters.listed(asked.query), desk.office.words_of("desk_unplaced")
    return html(desk, "letters.html", person, page=page, say=say)


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one letter, as text; after an act, what that brought about."""
    name = asked.path["name"]
    if asked.is_a_look:  # what an act brought about is said to who did it, on the next page
        return _shown(desk, name, person, 200, asked.query, (), (), {})
    answers = desk.memory.answers.take(asked.token, _address(name)) or ()
    draft, trouble = left_form(desk, asked, _address(name))
    return _shown(desk, name, person, 200, asked.query, answers, trouble, draft)


def file(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Give out a file of a letter: to be saved, whatever it is, and never to be opened by the browser."""
    place = asked.path["place"]
    known = int(place) if place.isascii() and place.isdigit() and len(place) < 5 else 0
    found = desk.office.letters.file(person, asked.path["name"], known)
    named = quote(found.name, safe="")
    headers = {
        "Content-Disposition": f"attachment; filename=\"file\"; filename*=UTF-8''{named}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(found.content, media_type="application/octet-stream", headers=headers)


def _act(of: Callable[[WebDesk], Act]) -> Page:
    """Return the page that does what the form says. What is refused is shown in place, as it was typed."""

    def done(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
        name = asked.path["name"]
        try:
            answers = of(desk)(person, name, asked.form)
        except refusals.FAULTS as fault:
            told = refusals.words(desk, fault)
            return _shown(desk, name, person, refusals.status(fault), asked.form, (), told, asked.form)
        desk.memory.answers.put(asked.token, _address(name), answers)
        return RedirectResponse(_address(name), 303)

    return done


def _shown(
    desk: WebDesk,
    name: str,
    person: StaffPerson,
    status: int,
    asked: Mapping[str, str],
    answers: tuple[str, ...],
    trouble: tuple[str, ...],
    draft: Mapping[str, str],
) -> Response:
    """``asked``: which request and partner staff have named. ``draft``: a form that was not done."""
    number, partner = asked.get("number", "").strip()[:60], asked.get("partner", "").strip()[:60]
    may_work, mark = person.may(StaffRole.WORK), desk.office.news.letter(name)
    placing = desk.office.unplaced.placing(name, number, partner) if may_work else None
    return html(
        desk,
        "letter.html",
        person,
        status,
        page=desk.office.letters.one(name),
        mark=mark,
        at_now=f"{_address(name)}?{urlencode({'number': number, 'partner': partner})}",
        placing=placing,
        acts=desk.office.letters.acts(name) if may_work else (),
        say=desk.office.words_of("desk_unplaced"),
        answers=answers,
        trouble=trouble,
        draft=draft,
        number=number,
        once=secrets.token_urlsafe(16),
    )


def _address(name: str) -> str:
    return f"/letters/{quote(name, safe='')}"


PAGES: Pages = (
    ("GET", "/letters", listed),
    ("GET", "/letters/{name}", page),
    ("GET", "/letters/{name}/file/{place}", file),
    ("POST", "/letters/{name}/attach", _act(lambda desk: desk.office.unplaced.attach)),
    ("POST", "/letters/{name}/release", _act(lambda desk: desk.office.unplaced.release)),
    ("POST", "/letters/{name}/take-off", _act(lambda desk: desk.office.letters.take_off)),
    ("POST", "/letters/{name}/report", _act(lambda desk: desk.office.unplaced.report)),
    ("POST", "/letters/{name}/dismiss", _act(lambda desk: desk.office.letters.dismiss)),
    ("POST", "/letters/{name}/redeliver", _act(lambda desk: desk.office.letters.redeliver)),
    ("POST", "/letters/{name}/arrived", _act(lambda desk: desk.office.letters.arrived)),
    ("POST", "/letters/{name}/printed", _act(lambda desk: desk.office.letters.printed)),
    ("POST", "/letters/{name}/hold", _act(lambda desk: desk.office.letters.hold)),
)
