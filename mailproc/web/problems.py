"""Refusals for other systems: problem details (RFC 9457), in English, with the codes of their sentences."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.log import mask_shown
from mailproc.sentence import Part, Sentence, sentence, sentences

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"
"""Seconds."""
_OPTION = re.compile(r"(?<!\S)--([a-z]{1,30}(?:-[a-z]{1,30}){0,3})\b")
_OF_FIELDS = {
    "title-missing": "item.title",
    "service-missing": "service",
    "service-wrong": "service",
    "patron-email": "patron.email",
    "api-seen": "seen",
}
"""Sentences that name their field in words."""
_OF_NO_FIELD = ("api-role", "api-query-unknown", "api-query-flag")
"""Sentences whose name is that of a token, or of a parameter."""


def problem(status: int, said: Part, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """Return the answer. ``type`` names the sentence; ``code`` and ``values`` are it for a program."""
    code = said.code if isinstance(said, Sentence) else ""
    value: dict[str, Any] = {
        "type": f"urn:mailproc:problem:{code}" if code else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _told(said),
    }
    if code:
        value["code"] = sentences([said])[0]
    return JSONResponse(value | more, status, dict(headers or {}), MEDIA_TYPE)


def of_fault(fault: LocalFault | RemoteFault | TryLater, status: int) -> JSONResponse:
    """Return the refusal of an act; nothing has changed."""
    if isinstance(fault, TryLater):
        return problem(503, fault.said or sentence("api-busy"), {"Retry-After": RETRY_AFTER})
    more: dict[str, Any] = {}
    if isinstance(fault, LocalFault) and fault.possible:
        more["possible"] = [_told(one) for one in fault.possible]
    if errors := [one for one in map(_error, _all_of(fault)) if one]:
        more["errors"] = errors
    return problem(status, fault.said, None, **more)


def _all_of(fault: LocalFault | RemoteFault) -> tuple[Part, ...]:
    return (fault.said, *(fault.also if isinstance(fault, LocalFault) else ()))


def _error(said: Part) -> dict[str, str]:
    """Return what is wrong with a field, {} where no field is named."""
    field = _field(said)
    if not field:
        return {}
    return {"field": field, "detail": _told(said)}


def _told(said: Part) -> str:
    """Return the sentence; what is an option of the command line is a field here, or a parameter."""
    if isinstance(said, Sentence) and said.code == "enter-anyway":
        return "the same with ?anyway=true"
    return mask_shown(_OPTION.sub(lambda found: found[1].replace("-", "_"), str(said)))


def _field(said: Part) -> str:
    """Return the field: "item.title"."""
    if not isinstance(said, Sentence) or said.code in _OF_NO_FIELD:
        return ""
    if said.code in _OF_FIELDS:
        return _OF_FIELDS[said.code]
    where, name = said.values.get("where", ""), said.values.get("name", "")
    path = ".".join(str(one) for one in (where, name) if one)
    return path.removeprefix("act.").removeprefix("request.")
