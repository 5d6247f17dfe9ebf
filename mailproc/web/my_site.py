"""The pages for readers as routes: who is let in, and how an answer comes about."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mailproc.config import Web
from mailproc.config_web_readers import WebReaders
from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.readers.reader_sessions import ReaderPerson
from mailproc.web import my, my_door
from mailproc.web.asked import PageRequest, asked_by
from mailproc.web.link_queue import LinkQueue
from mailproc.web.my import HOME, MyDesk, MyPage
from mailproc.web.page_room import PageRoom

_log = logging.getLogger(__name__)


def routes(office: StaffDesk, web: Web, room: PageRoom) -> list[Route]:
    """Return the routes; none where readers have no pages. ``room``: where pages are made, of staff too."""
    readers = web.readers
    if readers.sign_in == "off":
        return []
    secure, by_mail = web.public_url.startswith("https://"), readers.sign_in == "mail"
    desk = MyDesk(office, room, by_mail=by_mail, cookie=my_door.cookie(secure=secure), secure=secure)
    pages = [Route(path, _page(desk, readers, page), methods=[method]) for method, path, page in my.MY_PAGES]
    return [*_links(desk, LinkQueue(office.readers)), *pages] if by_mail else pages


def _links(desk: MyDesk, queue: LinkQueue) -> list[Route]:
    """Return the routes by which a reader signs in with a link."""

    def asked_for(said: PageRequest) -> Response:
        number, email = said.form.get("number", ""), said.form.get("email", "")
        taken = queue.ask(number[:200], email[:300], said.host)
        return my.link_asked(desk, taken=taken)

    return [
        Route("/my/link", _open(desk, asked_for), methods=["POST"]),
        Route("/my/in", _open(desk, lambda said: my.sign_in(desk, said)), methods=["POST"]),
        Route("/my/in/{token}", _open(desk, lambda said: my.link(desk, said)), methods=["GET"]),
    ]


def _open(desk: MyDesk, answer: Callable[[PageRequest], Response]) -> Callable[[Request], Any]:
    """Return a page for whoever comes."""

    async def answered(request: Request) -> Response:
        asked = await asked_by(request, desk.cookie)
        who = desk.room.of("", asked.host)
        return await desk.room.done(who, lambda: _answered(desk, None, lambda: answer(asked)))

    return answered


def _page(desk: MyDesk, readers: WebReaders, page: MyPage) -> Callable[[Request], Any]:
    """Return a page for a reader who is signed in."""

    async def answered(request: Request) -> Response:
        asked = await asked_by(request, desk.cookie)
        number = "" if desk.by_mail else my_door.said_by_proxy(request, readers)
        who = desk.room.of(number or asked.token, asked.host)
        return await desk.room.done(who, lambda: _for_reader(desk, asked, number, page))

    return answered


def _for_reader(desk: MyDesk, asked: PageRequest, number: str, page: MyPage) -> Response:
    try:
        person = _person(desk, asked, number)
    except TryLater:
        return my.refused(desk, None, desk.office.words(None)["busy"], 503)
    if person is not None:
        desk.room.know(number or asked.token, f"reader {person.id}")
        if _counts(asked, page) and desk.clicks.is_too_often(person.id):
            return my.refused(desk, person, desk.office.words(person)["too_often"], 429)
        return _answered(desk, person, lambda: page(desk, asked, person))
    if number:
        return my.refused(desk, None, desk.office.words(None)["unknown"], 403)
    if asked.method == "POST":
        return my.refused(desk, None, desk.office.words(None)["signed_out"], 401)
    return my.link_form(desk) if asked.target == HOME else RedirectResponse(HOME, 303)


def _counts(asked: PageRequest, page: MyPage) -> bool:
    """Of forms there is a ceiling; who leaves a shared machine leaves it whatever was sent before."""
    return asked.method == "POST" and page is not my.sign_out


def _person(desk: MyDesk, asked: PageRequest, number: str) -> ReaderPerson | None:
    if desk.by_mail:
        return desk.office.sessions.person(asked.token) if asked.token else None
    return desk.office.sessions.named(number) if number else None


def _answered(desk: MyDesk, person: ReaderPerson | None, work: Callable[[], Response]) -> Response:
    """Return the answer of ``work``, or of what it raised."""
    words = desk.office.words(person)
    try:
        return work()
    except (LocalFault, RemoteFault) as fault:
        return my.refused(desk, person, desk.office.word(fault.said, person), 404)
    except TryLater:
        return my.refused(desk, person, words["busy"], 503)
    except Exception:  # a bug of one page: the others go on
        number = secrets.token_hex(4)
        _log.exception("a page for readers failed, number %s", number)
        return my.refused(desk, person, words["bug"].format(number=number), 500)
