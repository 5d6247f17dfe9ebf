"""The page of scans: one field that keeps the focus, and what the last scans brought about."""

import secrets

from starlette.responses import RedirectResponse, Response

from mailproc.errors import TryLater
from mailproc.office.staff.people import StaffPerson
from mailproc.web import refusals
from mailproc.web.asked import PageRequest
from mailproc.web.shown import Pages, WebDesk, html

SHOWN = 20
"""Answers that stay on the page, of all acts of the session."""
LONGEST = 200
"""Characters of a scan that are looked at."""
_SCANS = "/scan"


def page(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Show the field. A scan that came without a session stands in it."""
    draft = desk.memory.drafts.take(asked.token, f"/scan/{asked.path['act']}")
    return _shown(desk, asked, person, 200, kept=(draft or {}).get("code", ""))


def scan(desk: WebDesk, asked: PageRequest, person: StaffPerson) -> Response:
    """Do what was scanned. What was done leads back to the page, what was not is said in place."""
    typed = asked.form.get("code", "")[:LONGEST]
    act = asked.path["act"]
    if not typed.strip():
        return RedirectResponse(f"/scan/{act}", 303)
    try:
        answer, status = desk.office.scans.scan(person, act, typed, asked.form.get("once", "")[:LONGEST]), 422
    except TryLater as later:
        answer, status = desk.office.scans.not_taken(typed, refusals.words(desk, later)), 503
    desk.memory.scans.change(asked.token, _SCANS, lambda before: ((act, answer), *(before or ()))[:SHOWN])
    return RedirectResponse(f"/scan/{act}", 303) if answer.done else _shown(desk, asked, person, status)


def _shown(desk: WebDesk, asked: PageRequest, person: StaffPerson, status: int, kept: str = "") -> Response:
    act = asked.path["act"]
    desk.office.scans.check(act)
    return html(
        desk,
        "scan.html",
        person,
        status,
        say=desk.office.words_of("desk_scan"),
        act=act,
        acts=dict(desk.office.scans.acts()),
        answers=desk.memory.scans.get(asked.token, _SCANS) or (),
        kept=kept,
        once=secrets.token_urlsafe(16),
    )


PAGES: Pages = (
    ("GET", "/scan/{act}", page),
    ("POST", "/scan/{act}/do", scan),
)
