"""The desk as an ASGI application: its addresses, and how an answer comes about.

The loop only reads and writes; what asks the office runs in a worker thread.
"""

import logging
import re
import secrets
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mailproc import passwords
from mailproc.config import Web
from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.web import (
    api_site,
    audit,
    corrections,
    entry_forms,
    figures,
    keys,
    letters,
    login,
    my_site,
    outside,
    partners,
    patrons,
    requests,
    reviews,
    rotas,
    saved_lists,
    scan,
    service,
    slips,
    templates,
    to_do,
    unplaced,
)
from mailproc.web.asked import PageRequest, asked_by, token_of
from mailproc.web.guard import WebGuard
from mailproc.web.login_room import LoginRoom
from mailproc.web.page_room import PageRoom
from mailproc.web.rendering import STATIC, static_file
from mailproc.web.shown import Page, Pages, WebDesk, refused
from mailproc.web.streams import Streams

_log = logging.getLogger(__name__)

BEGUN_AT_ONCE = 4
"""Logins at a provider that begin. That waits for nothing, unless its description must be asked for."""
OpenPage = Callable[[WebDesk, PageRequest], Response]
"""A page for who is not logged in."""
PAGES: Pages = (
    *to_do.PAGES,
    *requests.PAGES,
    *entry_forms.PAGES,
    *reviews.PAGES,
    *corrections.PAGES,
    *rotas.PAGES,
    *letters.PAGES,
    *patrons.PAGES,
    *scan.PAGES,
    *templates.PAGES,
    *unplaced.PAGES,
    *partners.PAGES,
    *service.PAGES,
    *slips.PAGES,
    *figures.PAGES,
    *keys.PAGES,
    *audit.PAGES,
    *saved_lists.PAGES,
    *login.PAGES,
)
"""Every page for whoever is logged in. A GET changes nothing."""


def application(office: StaffDesk, web: Web, streams: Streams | None = None) -> ASGIApp:
    """Return the desk. ``streams``: of news, which whoever serves it ends first."""
    desk, news = WebDesk(office, web), streams or Streams()
    routes = [
        Route("/events", _events(desk, news), methods=["GET"]),
        *_logins(desk),
        Route("/static/{name}", _static, methods=["GET"]),
        *(Route(path, _page(desk, page), methods=[method]) for method, path, page in PAGES),
        *my_site.routes(office, web, desk.room),
    ]
    handlers: dict[Any, Any] = {HTTPException: lambda _request, error: _no_page(desk, error)}
    pages = Starlette(routes=routes, exception_handlers=handlers)
    return WebGuard(pages, web.public_url, api_site.application(office.api, desk.room))


def _logins(desk: WebDesk) -> list[Route]:
    shown = Route(
        "/login", _open(desk, login.page if desk.auth == "local" else outside.page), methods=["GET"]
    )
    if desk.auth == "local":
        return [shown, Route("/login", _login(desk, LoginRoom()), methods=["POST"])]
    if desk.auth == "proxy":
        return [shown]
    return [
        shown,
        Route(outside.THERE, _outside(desk, PageRoom(BEGUN_AT_ONCE), outside.begin), methods=["GET"]),
        Route(outside.BACK, _outside(desk, PageRoom(), outside.back), methods=["GET"]),
    ]


def _open(desk: WebDesk, page: OpenPage) -> Callable[[Request], Any]:
    """Return a page for whoever comes."""

    async def answer(request: Request) -> Response:
        asked = await asked_by(request, desk.cookie, desk.user)
        who = desk.room.of("", asked.host)
        return await desk.room.done(who, lambda: _answered(desk, asked, lambda: page(desk, asked)))

    return answer


def _outside(desk: WebDesk, room: PageRoom, page: OpenPage) -> Callable[[Request], Any]:
    """A provider may be slow: pages have other threads. Nobody is sent away, who may have the code of a login
    with them: strangers of one network wait for each other, and a browser of staff for none of them."""

    async def answer(request: Request) -> Response:
        asked = await asked_by(request, desk.cookie, desk.user)
        who = desk.room.known(asked.token) or f"at {passwords.network(asked.host)}"
        return await room.done(who, lambda: _answered(desk, asked, lambda: page(desk, asked)))

    return answer


def _page(desk: WebDesk, page: Page) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        asked = await asked_by(request, desk.cookie, desk.user)
        who = desk.room.of(asked.token, asked.host)
        return await desk.room.done(
            who, lambda: _answered(desk, asked, lambda: _for_staff(desk, asked, page))
        )

    return answer


def _events(desk: WebDesk, streams: Streams) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        token = token_of(request, desk.cookie, desk.user)
        if desk.user and desk.office.sessions.listed.by_login(desk.user.of(request)) is None:
            token = ""
        return await streams.opened(desk.office, token, request)

    return answer


def _login(desk: WebDesk, room: LoginRoom) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        asked = await asked_by(request, desk.cookie)
        try:
            return await room.done(
                asked.host, lambda: _answered(desk, asked, lambda: login.log_in(desk, asked))
            )
        except TryLater as later:
            who, full = desk.room.of("", asked.host), later
            return await desk.room.done(who, lambda: login.crowded(desk, asked, full))

    return answer


def _for_staff(desk: WebDesk, asked: PageRequest, page: Page) -> Response:
    person = desk.person(asked)
    if person is not None:
        desk.room.know(asked.token, f"staff {person.login}")
        return page(desk, asked, person)
    if desk.auth != "local":
        return outside.turned_away(desk, asked)
    if asked.method == "POST":
        return login.ended(desk, asked)
    return RedirectResponse(login.address(asked.target), 303)


def _answered(desk: WebDesk, asked: PageRequest, work: Callable[[], Response]) -> Response:
    """Return the answer of ``work``, or of what it raised."""
    try:
        return work()
    except (LocalFault, RemoteFault) as fault:
        return refused(desk, asked, desk.office.word(fault.said), 422 if asked.method == "POST" else 404)
    except TryLater as later:
        words = (desk.office.words["busy"], desk.office.word(later.said))
        return refused(desk, asked, " ".join(words), 503)
    except Exception:  # a bug of one page: the others go on
        number = secrets.token_hex(4)
        _log.exception("the desk failed, number %s", number)
        return refused(desk, asked, desk.office.words["bug"].format(number=number), 500)


_NAME = re.compile(r"[a-z]{1,20}\.[a-z]{1,4}")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if not _NAME.fullmatch(name) or name not in STATIC:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": STATIC[name]}
    return Response(static_file(name), headers=headers)


def _no_page(desk: WebDesk, error: HTTPException) -> Response:
    words = desk.office.words
    said = words["no_page"] if error.status_code in (404, 405) else words["too_much"]
    return refused(desk, None, said, error.status_code)
