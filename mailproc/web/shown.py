"""How a page is shown, and what all pages share."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import HTMLResponse, Response

from mailproc.config import Web
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.web.asked import PageRequest
from mailproc.web.memory import DeskMemory
from mailproc.web.navigation import links
from mailproc.web.page_room import PageRoom
from mailproc.web.proxy_user import ProxyUser
from mailproc.web.rendering import environment


class WebDesk:
    """What pages work with: the office, and what is kept in memory."""

    def __init__(self, office: StaffDesk, web: Web) -> None:
        self.office = office
        self.memory = DeskMemory()
        self.room = PageRoom()
        self.secure = web.public_url.startswith("https://")
        self.cookie = "__Host-desk" if self.secure else "desk"
        self.auth = web.auth
        self.user = ProxyUser(web.proxy_header, web.trusted) if web.auth == "proxy" else None

    def person(self, asked: PageRequest) -> StaffPerson | None:
        """Return who asks; None for who is not logged in."""
        if self.user is not None:
            return self.office.sessions.listed.by_login(asked.user)
        if not asked.token:
            return None
        return self.office.sessions.person(asked.token, seen=not asked.is_a_look)


Page = Callable[[WebDesk, PageRequest, StaffPerson], Response]
Pages = tuple[tuple[str, str, Page], ...]
"""The addresses of a room: method, path, what answers. A form goes to its page's address and a word more."""


def html(
    desk: WebDesk, template: str, person: StaffPerson | None, status: int = 200, **values: Any
) -> Response:
    """Return the page that ``template`` makes of ``values``. ``person``: who is logged in."""
    office = desk.office
    shared = {
        "navigation": links(office.words),
        "words": office.words,
        "language": office.language,
        "library": office.library,
        "person": person,
        "may_log_out": desk.user is None,
        "session_end": office.session_end(person) if person else ("", False),
        "may_work": person is not None and person.may(StaffRole.WORK),
    }
    return HTMLResponse(environment().get_template(template).render(shared | values), status)


def left_form(desk: WebDesk, asked: PageRequest, address: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the form for this page that came before the login, {} if none did, and what is said of it."""
    left = desk.memory.drafts.take(asked.token, address)
    return (left, (desk.office.words["kept"],)) if left else ({}, lost_form(desk, asked, address))


def lost_form(desk: WebDesk, asked: PageRequest, address: str) -> tuple[str, ...]:
    """Return what is said where a form for this page was to be kept, and could not be."""
    return (desk.office.words["form_lost"],) if desk.memory.lost.take(asked.token, address) else ()


def refused(desk: WebDesk, asked: PageRequest | None, said: str, status: int) -> Response:
    """Return the page that says why nothing was done."""
    person = desk.person(asked) if asked and status < 500 else None
    return html(desk, "refused.html", person, status, said=said)
