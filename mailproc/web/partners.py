"""The pages of partners: all of them, one, and what is done with one."""

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Page, Pages, WebDesk, html, left_form

Act = Callable[[StaffPerson, str, Mapping[str, str]], tuple[str, ...]]


def listed(desk: WebDesk, _asked: PageRequest, person: StaffPerson) -> Response:
    """Show all partners, those that need a look first."""
    page, say = desk.office.partners.listed(), desk.office.words_of("desk_partners")
    return html(desk, "partners.html", person, page=page, say=say)


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one partner; after an act, what that brought about."""
    address = _address(asked.path["symbol"])
    answers = desk.memory.answers.take(asked.token, address) or ()
    _, trouble = left_form(desk, asked, address)
    return _shown(desk, asked.path["symbol"], person, 200, answers, trouble)


def _act(of: Callable[[WebDesk], Act]) -> Page:
    """Return the page that does what the form says."""

    def done(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
        symbol = asked.path["symbol"]
        try:
            answers = of(desk)(person, symbol, asked.form)
        except refusals.FAULTS as fault:
            told = refusals.words(desk, fault)
            return _shown(desk, symbol, person, refusals.status(fault), (), told)
        desk.memory.answers.put(asked.token, _address(symbol), answers)
        return RedirectResponse(_address(symbol), 303)

    return done


def _shown(
    desk: WebDesk,
    symbol: str,
    person: StaffPerson,
    status: int,
    answers: tuple[str, ...],
    trouble: tuple[str, ...],
) -> Response:
    return html(
        desk,
        "partner.html",
        person,
        status,
        page=desk.office.partners.one(symbol),
        say=desk.office.words_of("desk_partners"),
        may_keep=person.may(StaffRole.KEEP),
        answers=answers,
        trouble=trouble,
        once=secrets.token_urlsafe(16),
    )


def _address(symbol: str) -> str:
    return f"/partners/{quote(symbol, safe='')}"


PAGES: Pages = (
    ("GET", "/partners", listed),
    ("GET", "/partners/{symbol}", page),
    ("POST", "/partners/{symbol}/pause", _act(lambda desk: desk.office.partners.pause)),
    ("POST", "/partners/{symbol}/resume", _act(lambda desk: desk.office.partners.resume)),
    ("POST", "/partners/{symbol}/confirm", _act(lambda desk: desk.office.partners.confirm)),
    ("POST", "/partners/{symbol}/forget", _act(lambda desk: desk.office.partners.forget)),
)
