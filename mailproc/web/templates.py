"""The pages of the texts that mailproc sends: listed, tried, saved, taken back.

A draft is kept for its person, by the login, in memory: also beyond the end of a session, until it is saved
or thrown away, or the service ends.
"""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from markupsafe import escape
from starlette.responses import RedirectResponse, Response

from mailproc.errors import LocalFault
from mailproc.office.desk.template_desk import TextPreview
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html, lost_form

ROOM = "desk_templates"
FIELDS = ("text", "seen", "number", "note")


def listed(desk: WebDesk, _asked: PageRequest, person: StaffPerson) -> Response:
    """Show all texts."""
    page = desk.office.templates.listed()
    return html(desk, "templates.html", person, page=page, say=desk.office.words_of(ROOM))


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one text, or the person's draft of it."""
    key = asked.path["name"]
    answers = desk.memory.answers.take(asked.token, _address(key)) or ()
    waiting = desk.memory.drafts.take(asked.token, _address(key))
    lost = lost_form(desk, asked, _address(key))
    trouble = (desk.office.words["kept"],) if waiting is not None else lost
    if waiting is not None and "text" in waiting and _may_keep(person):
        if desk.memory.texts.get(person.login, key) is None:
            _keep(desk, person, key, waiting)
        else:  # the draft of this person stays, until the form is sent: another may have filled it in
            return _shown(desk, key, person, 200, answers=answers, trouble=trouble, left=waiting)
    return _shown(desk, key, person, 200, answers=answers, trouble=trouble)


def version(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show one version, and what it changed."""
    shown = desk.office.templates.version(asked.path["name"], asked.path["number"])
    return html(desk, "templates_version.html", person, page=shown, say=desk.office.words_of(ROOM))


def preview(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show what the draft would make. Nothing is saved, and nothing sent."""
    key, said = asked.path["name"], asked.form
    if _may_keep(person):
        _keep(desk, person, key, said)
        if asked.is_a_look:
            return _typed_preview(desk, asked, person)
    text = said.get("text", "") if _may_keep(person) else None

    def work() -> Response:
        made = desk.office.templates.preview(key, text, said.get("number", ""))
        return _shown(desk, key, person, 200, preview=made, typed=said)

    return _unless_refused(desk, asked, person, work)


def _typed_preview(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Return the preview alone, of what is being typed: the rest of the page stays as the hand has it."""
    said, office = asked.form, desk.office
    try:
        made = office.templates.preview_typed(
            person.login, asked.path["name"], said.get("text", ""), said.get("number", "")
        )
    except LocalFault as fault:
        made = TextPreview("", None, tuple(map(office.word, (fault.said, *fault.also))), ())
    return html(desk, "templates_preview.html", person, preview=made, say=office.words_of(ROOM))


def save(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Save the draft, if its checks hold."""
    key, said = asked.path["name"], asked.form
    if _may_keep(person):
        _keep(desk, person, key, said)

    def work() -> Response:
        text, seen, note = (said.get(name, "") for name in ("text", "seen", "note"))
        answer = desk.office.templates.save(person, key, text, seen, note)
        return _saved(desk, asked, person, answer)

    return _unless_refused(desk, asked, person, work)


def revert(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Go back to a version, or to the shipped text."""
    key, said = asked.path["name"], asked.form

    def work() -> Response:
        answer = desk.office.templates.revert(person, key, said.get("version", ""), said.get("seen", ""))
        return _saved(desk, asked, person, answer)

    return _unless_refused(desk, asked, person, work)


def discard(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Throw the person's draft away."""
    key = asked.path["name"]
    desk.memory.texts.take(person.login, key)
    desk.memory.answers.put(asked.token, _address(key), (desk.office.words_of(ROOM)["discarded"],))
    return RedirectResponse(_address(key), 303)


def _saved(desk: WebDesk, asked: PageRequest, person: StaffPerson, answer: str) -> Response:
    key = asked.path["name"]
    desk.memory.texts.take(person.login, key)
    desk.memory.answers.put(asked.token, _address(key), (answer,))
    return RedirectResponse(_address(key), 303)


def _unless_refused(
    desk: WebDesk, asked: PageRequest, person: StaffPerson, work: Callable[[], Response]
) -> Response:
    """What is refused is shown in place; the draft is kept."""
    try:
        return work()
    except refusals.FAULTS as fault:
        status, told = refusals.status(fault), refusals.words(desk, fault)
        return _shown(desk, asked.path["name"], person, status, trouble=told, typed=asked.form)


def _shown(
    desk: WebDesk,
    key: str,
    person: StaffPerson,
    status: int,
    *,
    answers: tuple[str, ...] = (),
    trouble: tuple[str, ...] = (),
    preview: TextPreview | None = None,
    typed: Mapping[str, str] | None = None,
    left: Mapping[str, str] | None = None,
) -> Response:
    """``left``: a form from before the login, shown in the place of the draft. ``typed``: what stood in the
    form that is answered. After an overtaking the page's mark is the new one: who saves again has seen the
    other text."""
    office = desk.office
    shown = office.templates.one(key)
    draft = left or (desk.memory.texts.get(person.login, key) if _may_keep(person) else None)
    is_draft = draft is not None and draft["text"] != shown.text
    if (
        left is None and draft is not None and not is_draft
    ):  # else it would seem to be one once somebody changes the text
        desk.memory.texts.take(person.login, key)
    text = draft["text"] if draft is not None and is_draft else shown.text
    overtaken = draft is not None and is_draft and draft.get("seen", "") not in ("", shown.seen)
    seen = draft.get("seen", "") if draft is not None and overtaken and status != 409 else shown.seen
    said = typed or draft or {}
    return html(
        desk,
        "templates_one.html",
        person,
        status,
        page=shown,
        say=office.words_of(ROOM),
        answers=answers,
        trouble=trouble,
        preview=preview,
        text=escape(text),  # as it was typed: what the page would mask, a browser would send back
        seen=seen,
        number=said.get("number", ""),
        note=said.get("note", ""),
        is_draft=is_draft,
        theirs=office.templates.difference(key, text) if overtaken else (),
        overtaken=overtaken,
        may_keep=_may_keep(person),
    )


def _keep(desk: WebDesk, person: StaffPerson, key: str, said: Mapping[str, str]) -> None:
    """Keep the draft. Raise LocalFault for a key that no text has."""
    desk.office.templates.check(key)
    desk.memory.texts.put(person.login, key, {name: said.get(name, "") for name in FIELDS})


def _may_keep(person: StaffPerson) -> bool:
    return person.may(StaffRole.KEEP)


def _address(key: str) -> str:
    return f"/templates/{quote(key, safe='')}"


PAGES: Pages = (
    ("GET", "/templates", listed),
    ("GET", "/templates/{name}", page),
    ("GET", "/templates/{name}/versions/{number}", version),
    ("POST", "/templates/{name}/preview", preview),
    ("POST", "/templates/{name}/save", save),
    ("POST", "/templates/{name}/revert", revert),
    ("POST", "/templates/{name}/discard", discard),
)
