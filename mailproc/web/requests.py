"""The pages of requests: the list, Find, one request, and an act on it."""

import re
import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailproc.office.desk.next_steps import PREFILLED
from mailproc.office.staff.people import StaffPerson
from mailproc.web import patrons, refusals
from mailproc.web.asked import PageRequest
from mailproc.web.letters_of_keys import of_act
from mailproc.web.shown import Pages, WebDesk, html, left_form, lost_form

LONGEST_FIND = 200
_LETTER = re.compile(r"[IOEioe][0-9]{1,18}")


def listed(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the requests that fit the filters; after a login, with the name that was typed for a list."""
    left = desk.memory.drafts.take(asked.token, "/requests")
    if left is not None:
        return shown_list(desk, left, person, 200, desk.office.words["kept"], left.get("name", ""))
    return shown_list(desk, asked.query, person, trouble=" ".join(lost_form(desk, asked, "/requests")))


def shown_list(
    desk: WebDesk,
    chosen: Mapping[str, str],
    person: StaffPerson,
    status: int = 200,
    trouble: str = "",
    name: str = "",
) -> Response:
    """Return the page of the requests that fit. ``name``: typed for a list that could not be saved."""
    return html(
        desk,
        "requests.html",
        person,
        status,
        page=desk.office.requests.listed(chosen),
        lists=desk.office.saved_lists.listed(person),
        found=False,
        trouble=trouble,
        name=name,
    )


def find(desk: WebDesk, asked: PageRequest, _person: StaffPerson) -> Response:
    """Go to what was typed: one request or letter at once, else the list of what fits."""
    typed = asked.form.get("find", "").strip()[:LONGEST_FIND]
    if not typed:
        return RedirectResponse("/requests", 303)
    if _LETTER.fullmatch(typed):
        return RedirectResponse(f"/letters/{typed.upper()}", 303)
    hits = desk.office.requests.hits(typed)
    if len(hits) == 1:
        return RedirectResponse(_address(hits[0]), 303)
    if not hits and (reader := desk.office.patrons.with_number(typed)):
        return RedirectResponse(patrons.address_of(desk, reader), 303)
    return RedirectResponse(f"/find/{desk.memory.search(asked.token, typed)}", 303)


def found(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show what fits what was typed; what is forgotten shows all."""
    typed = desk.memory.searches.get(asked.token, asked.path["name"])
    if typed is None:
        return RedirectResponse("/requests", 303)
    return html(desk, "requests.html", person, page=desk.office.requests.listed({}, typed), found=True)


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one request; after an act, what that brought about."""
    number = asked.path["number"]
    if asked.is_a_look:  # what an act brought about is said to who did it, on the next page
        return _shown(desk, number, person, 200, (), (), {})
    answers = desk.memory.answers.take(asked.token, number) or ()
    draft, trouble = left_form(desk, asked, _address(number))
    return _shown(desk, number, person, 200, answers, trouble, draft or _opened(asked.query))


def _opened(query: Mapping[str, str]) -> dict[str, str]:
    """Return the form that a link opens, with what it fills in."""
    filled = {name: query[name][:LONGEST_FIND] for name in PREFILLED if name in query}
    return {"key": query["open"][:LONGEST_FIND], **filled} if "open" in query else {}


def act(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Do what the form says."""
    return _done(
        desk, asked, person, lambda number: desk.office.requests.act(person, number, asked.form).words
    )


def due(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Correct the due date of a loan."""
    return _done(
        desk, asked, person, lambda number: desk.office.requests.correct_due(person, number, asked.form).words
    )


def write(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Write to the reader."""

    def work(number: str) -> tuple[str, ...]:
        return desk.office.requests.write_to_reader(person, number, asked.form).words

    return _done(desk, asked, person, work)


def note(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Add a private note."""

    def work(number: str) -> tuple[str, ...]:
        desk.office.requests.note(person, number, asked.form)
        return (desk.office.words["noted"],)

    return _done(desk, asked, person, work)


def _done(
    desk: WebDesk, asked: PageRequest, person: StaffPerson, work: Callable[[str], tuple[str, ...]]
) -> Response:
    """What is refused is shown in place, with what was typed."""
    number = asked.path["number"]
    try:
        answer = work(number)
    except refusals.FAULTS as fault:
        return _shown(
            desk, number, person, refusals.status(fault), (), refusals.words(desk, fault), asked.form
        )
    desk.memory.answers.put(asked.token, number, answer)
    return RedirectResponse(_address(number), 303)


def _shown(
    desk: WebDesk,
    number: str,
    person: StaffPerson,
    status: int,
    answers: tuple[str, ...],
    trouble: tuple[str, ...],
    draft: Mapping[str, str],
) -> Response:
    """``draft``: a form that was not done; it stands open, as it was filled in."""
    shown = desk.office.requests.one(number)
    return html(
        desk,
        "request.html",
        person,
        status,
        page=shown,
        mark=desk.office.news.request(shown),
        act_letters={one.key: of_act(one.action, one.answer) for one in shown.acts if not one.early},
        answers=answers,
        trouble=trouble,
        draft=draft,
        open_key=draft.get("key", ""),
        once=secrets.token_urlsafe(16),
    )


def _address(number: str) -> str:
    return f"/r/{quote(number, safe='')}"


PAGES: Pages = (
    ("GET", "/requests", listed),
    ("POST", "/find", find),
    ("GET", "/find/{name}", found),
    ("GET", "/r/{number}", page),
    ("POST", "/r/{number}/act", act),
    ("POST", "/r/{number}/due", due),
    ("POST", "/r/{number}/write", write),
    ("POST", "/r/{number}/note", note),
)
