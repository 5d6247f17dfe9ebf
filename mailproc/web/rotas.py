"""The page of a rota: who is next, and how that is changed."""

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailproc.office.desk.rota_desk import RotaPage
from mailproc.office.staff.people import StaffPerson
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Page, Pages, WebDesk, html, left_form

Act = Callable[[StaffPerson, str, Mapping[str, str]], tuple[str, ...]]


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the rota; after an act, what that brought about."""
    shown = desk.office.rotas.page(asked.path["number"])
    answers = desk.memory.answers.take(asked.token, asked.target) or ()
    draft, trouble = left_form(desk, asked, asked.target)
    return _shown(desk, person, shown, 200, answers, trouble, draft)


def propose(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show whom a rule would ask besides."""
    number = asked.path["number"]
    try:
        return _shown(desk, person, desk.office.rotas.proposed(person, number), 200)
    except refusals.FAULTS as fault:
        told = refusals.words(desk, fault)
        return _shown(desk, person, desk.office.rotas.page(number), refusals.status(fault), (), told)


def _act(act_of: Callable[[WebDesk], Act]) -> Page:
    def done(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
        number = asked.path["number"]
        try:
            said = act_of(desk)(person, number, asked.form)
        except refusals.FAULTS as fault:
            told, shown = refusals.words(desk, fault), desk.office.rotas.page(number)
            return _shown(desk, person, shown, refusals.status(fault), (), told, asked.form)
        address = f"/r/{quote(number, safe='')}/rota"
        desk.memory.answers.put(asked.token, f"/r/{number}/rota", said)
        return RedirectResponse(address, 303)

    return done


def _shown(
    desk: WebDesk,
    person: StaffPerson,
    shown: RotaPage,
    status: int,
    answers: tuple[str, ...] = (),
    trouble: tuple[str, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    return html(
        desk,
        "rota.html",
        person,
        status,
        page=shown,
        answers=answers,
        trouble=trouble,
        typed=typed or {},
        once=secrets.token_urlsafe(16),
        say=desk.office.words_of("desk_rota"),
    )


PAGES: Pages = (
    ("GET", "/r/{number}/rota", page),
    ("POST", "/r/{number}/rota/propose", propose),
    ("POST", "/r/{number}/rota/add", _act(lambda desk: desk.office.rotas.add)),
    ("POST", "/r/{number}/rota/drop", _act(lambda desk: desk.office.rotas.drop)),
    ("POST", "/r/{number}/rota/up", _act(lambda desk: desk.office.rotas.up)),
    ("POST", "/r/{number}/rota/next", _act(lambda desk: desk.office.rotas.ask_next)),
)
