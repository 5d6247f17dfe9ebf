"""The pages of requests to review."""

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailproc.errors import TryLater
from mailproc.office.desk.review_desk import ReviewDone
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import Part
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Page, Pages, WebDesk, html, left_form

Act = Callable[[StaffPerson, str, Mapping[str, str]], ReviewDone]


def listed(desk: WebDesk, _asked: PageRequest, person: StaffPerson) -> Response:
    """Show those that wait."""
    return html(desk, "reviews.html", person, page=desk.office.reviews.listed())


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one; after an act, what that brought about."""
    number = asked.path["number"]
    answers = desk.memory.answers.take(asked.token, _address(number)) or ()
    draft, trouble = left_form(desk, asked, asked.target)
    return _shown(desk, person, number, 200, answers, trouble, draft)


def _act(act_of: Callable[[WebDesk], Act]) -> Page:
    def done(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
        number = asked.path["number"]
        try:
            became = act_of(desk)(person, number, asked.form)
        except refusals.FAULTS as fault:
            busy = isinstance(fault, TryLater)
            trouble, refused = (refusals.words(desk, fault), ()) if busy else ((), refusals.parts(fault))
            return _shown(desk, person, number, refusals.status(fault), (), trouble, asked.form, refused)
        if became.ordered:
            desk.memory.answers.put(asked.token, number, became.words)
            return RedirectResponse(f"/r/{quote(number, safe='')}", 303)
        desk.memory.answers.put(asked.token, _address(number), became.words)
        return RedirectResponse(_address(number), 303)

    return done


def _shown(
    desk: WebDesk,
    person: StaffPerson,
    number: str,
    status: int,
    answers: tuple[str, ...],
    trouble: tuple[str, ...],
    typed: Mapping[str, str],
    refused: tuple[Part, ...] = (),
) -> Response:
    return html(
        desk,
        "review.html",
        person,
        status,
        page=desk.office.reviews.one(number, typed, refused),
        answers=answers,
        trouble=trouble,
        typed=typed,
        refused_once=bool(refused),
        once=secrets.token_urlsafe(16),
        say=desk.office.words_of("desk_review"),
    )


def _address(number: str) -> str:
    return f"/reviews/{quote(number, safe='')}"


PAGES: Pages = (
    ("GET", "/reviews", listed),
    ("GET", "/reviews/{number}", page),
    ("POST", "/reviews/{number}/correct", _act(lambda desk: desk.office.reviews.correct)),
    ("POST", "/reviews/{number}/accept", _act(lambda desk: desk.office.reviews.accept)),
    ("POST", "/reviews/{number}/decline", _act(lambda desk: desk.office.reviews.decline)),
    ("POST", "/reviews/{number}/undo", _act(lambda desk: desk.office.reviews.take_back)),
)
