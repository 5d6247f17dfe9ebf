"""The interface for other systems as an ASGI application: tokens, refusals, and who answers.

The loop only reads and writes; what asks the office runs in a worker thread.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.desk.api_acts import NoMark
from mailproc.office.desk.api_desk import ApiDesk, MayNot, NotThere
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import Sentence, sentence
from mailproc.web import api, api_body, openapi
from mailproc.web.api import ApiRoute
from mailproc.web.api_body import WrongBody
from mailproc.web.page_room import PageRoom
from mailproc.web.problems import of_fault, problem

_log = logging.getLogger(__name__)

_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9._~+/=-]{1,200})")
_STATUSES: tuple[tuple[type[LocalFault], int], ...] = (
    (WrongBody, 400),
    (NoMark, 400),
    (MayNot, 403),
    (NotThere, 404),
    (Overtaken, 409),
)
_SAID = {
    404: sentence("api-no-address"),
    405: sentence("api-method"),
    413: sentence("api-too-large", most=api_body.LARGEST),
    415: sentence("api-media-type"),
    412: sentence("api-match"),
}


def application(desk: ApiDesk, room: PageRoom) -> ASGIApp:
    """Return the interface. ``room``: where answers are made, the desk's pages too."""
    routes = [Route(one.path, _answer(desk, room, one), methods=[one.method]) for one in api.ROUTES]
    routes.append(Route(openapi.ADDRESS, _described, methods=["GET"]))
    handlers: dict[Any, Any] = {HTTPException: lambda _request, error: _no_answer(error)}
    return Starlette(routes=routes, exception_handlers=handlers)


async def _described(_request: Request) -> Response:
    """Give the description of the interface, to everybody: it holds nothing of the library."""
    return Response(await asyncio.to_thread(openapi.described), media_type=api_body.MEDIA_TYPE)


def _answer(desk: ApiDesk, room: PageRoom, route: ApiRoute) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        stranger = room.of("", request.client.host if request.client else "")
        holder = await room.done(stranger, lambda: _answered(lambda: _holder(desk, request)))
        if isinstance(holder, Response):
            return holder
        body = await api_body.octets(request) if route.method == "POST" else b""
        who = f"token {holder.login}"
        return await room.done(who, lambda: _answered(lambda: _asked(desk, route, request, holder, body)))

    return answer


def _holder(desk: ApiDesk, request: Request) -> StaffPerson | Response:
    said = _BEARER.fullmatch(request.headers.get("authorization", "").strip())
    if said is None:
        return problem(401, sentence("api-token-missing"), {"WWW-Authenticate": 'Bearer realm="mailproc"'})
    if (holder := desk.door.holder(said[1])) is not None:
        return holder
    if wait := desk.door.refused(request.client.host if request.client else ""):
        return problem(429, sentence("api-token-wrong"), {"Retry-After": str(wait)})
    challenge = 'Bearer realm="mailproc", error="invalid_token"'
    return problem(401, sentence("api-token-wrong"), {"WWW-Authenticate": challenge})


def _asked(desk: ApiDesk, route: ApiRoute, request: Request, holder: StaffPerson, body: bytes) -> Response:
    try:
        return route.answer(desk, api.asked(route, request, holder, body))
    except Overtaken as overtaken:
        return of_fault(overtaken, 412 if "if-match" in request.headers else 409)


def _answered(work: Callable[[], Any]) -> Any:
    """Return what ``work`` returns, or the answer to what it raised."""
    try:
        return work()
    except HTTPException as error:
        return _no_answer(error)
    except (LocalFault, RemoteFault) as fault:
        return of_fault(fault, next((status for kind, status in _STATUSES if isinstance(fault, kind)), 422))
    except TryLater as later:
        return of_fault(later, 503)
    except Exception:  # a bug of one answer: the others go on
        number = secrets.token_hex(4)
        _log.exception("the interface for other systems failed, number %s", number)
        return problem(500, sentence("api-bug", number=number))


def _no_answer(error: HTTPException) -> Response:
    said: Sentence | str = _SAID.get(error.status_code, error.detail)
    return problem(error.status_code, said, error.headers)
