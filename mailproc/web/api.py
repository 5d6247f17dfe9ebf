"""The interface for other systems: JSON by HTTP, under /api, with a token and never with a cookie."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mailproc.office.desk.api_desk import ApiAnswered, ApiDesk
from mailproc.office.desk.once_answered import OnceKey
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import sentence
from mailproc.web import api_body
from mailproc.web.api_body import WrongBody

MOST_KEY = 200
"""Characters of an Idempotency-Key."""
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_MARK = re.compile(r'"([0-9.]{1,40})"')


@dataclass(frozen=True)
class ApiAsked:
    """What another system asks. ``seen``: of If-Match, '' without one. ``once``: None without a key."""

    holder: StaffPerson
    number: str
    value: Any = None
    seen: str = ""
    once: OnceKey | None = None
    flags: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class ApiRoute:
    """An address. ``gives``: by status the schema of its answer; ``takes``: the one of its body, '' for none.

    ``flags``: parameters of its query, each true or false. ``match``: whether If-Match counts.
    """

    method: str
    path: str
    answer: Callable[[ApiDesk, ApiAsked], Response]
    gives: tuple[tuple[str, str], ...]
    takes: str = ""
    flags: tuple[str, ...] = ()
    match: bool = False

    @property
    def name(self) -> str:
        """Return what it is called in the description."""
        return self.answer.__name__


def asked(route: ApiRoute, request: Request, holder: StaffPerson, body: bytes) -> ApiAsked:
    """Read what is asked. Raise LocalFault, WrongBody; HTTPException where the address is none."""
    number = str(request.path_params.get("number", ""))
    flags = {name: _flag(name, said, route) for name, said in request.query_params.multi_items()}
    if route.method == "GET":
        return ApiAsked(holder, number, flags=flags)
    key = request.headers.get("idempotency-key")
    return ApiAsked(
        holder, number, api_body.value(body), _seen(request), _once(request, key, holder, body), flags
    )


def _flag(name: str, said: str, route: ApiRoute) -> bool:
    if name not in route.flags:
        raise WrongBody(sentence("api-query-unknown", name=name[:40], known=", ".join(route.flags) or "–"))
    if said not in ("true", "false"):
        raise WrongBody(sentence("api-query-flag", name=name))
    return said == "true"


def _seen(request: Request) -> str:
    """Return the mark of If-Match; "*" is any."""
    said = request.headers.get("if-match", "").strip()
    if said in ("", "*"):
        return ""
    if (found := _MARK.fullmatch(said)) is None:
        raise HTTPException(412)
    return found[1]


def _once(request: Request, key: str | None, holder: StaffPerson, body: bytes) -> OnceKey | None:
    """Return the key with a digest of all that it stands for."""
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise WrongBody(sentence("api-key-wrong", most=MOST_KEY))
    said = b"\n".join((request.url.path.encode(), request.url.query.encode(), body))
    return OnceKey(holder.login, key, sha256(said).hexdigest())


def partners(desk: ApiDesk, _asked: ApiAsked) -> Response:
    """Give the directory of partners."""
    return JSONResponse(desk.partners())


def place(desk: ApiDesk, asked: ApiAsked) -> Response:
    """Enter a request."""
    anyway, dry_run = asked.flags.get("anyway", False), asked.flags.get("dry_run", False)
    done = desk.place(asked.holder, asked.value, asked.once, anyway=anyway, dry_run=dry_run)
    answer = _done(done, 200 if dry_run else 201)
    if not dry_run:
        answer.headers["Location"] = f"/api/requests/{done.value['number']}"
    return answer


def request(desk: ApiDesk, asked: ApiAsked) -> Response:
    """Give one request with its history."""
    found = desk.request(asked.number)
    return JSONResponse(dict(found.value), headers={"ETag": f'"{found.mark}"'} if found.mark else {})


def act(desk: ApiDesk, asked: ApiAsked) -> Response:
    """Act on a request."""
    return _done(desk.act(asked.holder, asked.number, asked.value, asked.seen, asked.once), 200)


def _done(done: ApiAnswered, status: int) -> JSONResponse:
    answer = JSONResponse(dict(done.value), status)
    if done.again:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


ROUTES = (
    ApiRoute("GET", "/api/partners", partners, (("200", "Partner[]"),)),
    ApiRoute(
        "POST",
        "/api/requests",
        place,
        (("200", "WouldEnter"), ("201", "Entered")),
        "NewRequest",
        ("anyway", "dry_run"),
    ),
    ApiRoute("GET", "/api/requests/{number}", request, (("200", "Request"),)),
    ApiRoute("POST", "/api/requests/{number}/acts", act, (("200", "Outcome"),), "Act", match=True),
)
