"""The page "To do", and the acts that stand in its rows."""

import re
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailproc.office.desk.to_do import ToDoPage
from mailproc.office.staff.people import StaffPerson
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.letters_of_keys import of_act
from mailproc.web.refusals import FAULTS
from mailproc.web.shown import Pages, WebDesk, html, lost_form

_ANSWERS = "/"
_ROW = "row-"
"""With this begins the name of a field that marks a row."""
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show what needs attention, and the sum; after an act, what that brought about."""
    if asked.is_a_look:
        return _shown(desk, person, 200)
    answers = desk.memory.answers.take(asked.token, _ANSWERS) or ()
    left = desk.memory.drafts.take(asked.token, "/")
    if left is None:
        return _shown(desk, person, 200, answers, lost_form(desk, asked, "/"))
    return _shown(desk, person, 200, answers, (desk.office.words["kept"],), left)


def act(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Do the act of one row."""
    try:
        answers = desk.office.requests.act(person, asked.form.get("number", ""), asked.form).words
    except FAULTS as fault:
        return _shown(desk, person, refusals.status(fault), trouble=refusals.words(desk, fault))
    return _done(desk, asked, answers)


def marked(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Do one act with all rows that are marked."""
    form = asked.form
    rows = _marked(form)
    action, _, answer = form.get("act", "").partition(" ")
    said = {name: form.get(name, "") for name in ("on", "once")} | {"action": action, "answer": answer}
    try:
        done = desk.office.marked.act(person, rows, said)
    except FAULTS as fault:
        return _shown(desk, person, refusals.status(fault), trouble=refusals.words(desk, fault), left=form)
    return (
        _done(desk, asked, done.words)
        if done.done
        else _shown(desk, person, 422, trouble=done.words, left=form)
    )


def _marked(form: Mapping[str, str]) -> dict[str, str]:
    """Return the rows that are marked, each with what was seen of it."""
    return {name.removeprefix(_ROW): seen for name, seen in form.items() if name.startswith(_ROW)}


def _done(desk: WebDesk, asked: PageRequest, answers: tuple[str, ...]) -> Response:
    """Lead on to the row that comes next."""
    desk.memory.answers.put(asked.token, _ANSWERS, answers)
    then = asked.form.get("then", "")
    return RedirectResponse(f"/#at-{quote(then)}" if _NUMBER.fullmatch(then) else "/", 303)


def _shown(
    desk: WebDesk,
    person: StaffPerson,
    status: int,
    answers: tuple[str, ...] = (),
    trouble: tuple[str, ...] = (),
    left: Mapping[str, str] | None = None,
) -> Response:
    """``left``: a form that was not done: its rows stay marked, and its day filled in."""
    office, typed = desk.office, left or {}
    shown, just_done = office.to_do(), office.just_done()
    return html(
        desk,
        "to_do.html",
        person,
        status,
        page=shown,
        just_done=just_done,
        own_last=office.last_own(just_done, person),
        mark=office.news.to_do(shown, just_done),
        act_letters=_letters(shown),
        answers=answers,
        trouble=trouble,
        ticked=_marked(typed) or {typed.get("number", ""): ""},  # a row's own button may have been pressed
        typed_day=typed.get("on", ""),
        once=secrets.token_urlsafe(16),
    )


def _letters(shown: ToDoPage) -> dict[str, str]:
    """Return a letter for each act that stands in a row, the same in all rows."""
    rows = [row for group in (*shown.groups, *shown.put_off) for row in group.rows]
    acts = (*(row.act for row in rows), *(row.later for row in rows))
    return {one.key: of_act(one.action, one.answer) for one in acts if one is not None}


PAGES: Pages = (
    ("GET", "/", page),
    ("POST", "/act", act),
    ("POST", "/marked", marked),
)
