"""The description of the interface for other systems: OpenAPI 3.1, from its routes and its schemas."""

import json
from functools import cache
from importlib.metadata import version
from typing import Any

from mailproc.office.desk.api_schemas import schemas
from mailproc.web import api_body, problems
from mailproc.web.api import ROUTES, ApiRoute

ADDRESS = "/api/openapi.json"
REFUSED = {
    "400": "no JSON, or not in its shape", "401": "no token, or one that is not known",
    "403": "the token's role does not allow it", "404": "there is no such request",
    "409": "overtaken, by `seen`", "412": "overtaken, by If-Match", "413": "too long",
    "415": "not application/json", "422": "refused: nothing has changed",
    "429": "too many wrong tokens from this address", "500": "a fault of mailproc's",
    "503": "busy: nothing has changed",
}  # fmt: skip
_READS = ("401", "404", "429", "500", "503")


@cache
def described() -> bytes:
    """Return the description as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for one in ROUTES:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    value = {
        "openapi": "3.1.0",
        "info": {"title": "mailproc", "version": version("mailproc-ill"), "license": {"name": "MIT"}},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
        },
    }
    return json.dumps(value, indent=1).encode()


def _operation(one: ApiRoute) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": (one.answer.__doc__ or "").strip(),
        "parameters": _parameters(one),
        "responses": {status: _given(schema) for status, schema in one.gives} | _refusals(one),
    }
    if one.takes:
        made["requestBody"] = {"required": True, "content": _content(_named(one.takes))}
    return made


def _parameters(one: ApiRoute) -> list[dict[str, Any]]:
    found = [_parameter(name, "query", {"type": "boolean"}) for name in one.flags]
    if "{number}" in one.path:
        found.append(_parameter("number", "path", {"type": "string"}) | {"required": True})
    if one.method == "POST":
        found.append(_parameter("Idempotency-Key", "header", {"type": "string", "maxLength": 200}))
    if one.match:
        found.append(_parameter("If-Match", "header", {"type": "string"}))
    return found


def _parameter(name: str, where: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema}


def _given(schema: str) -> dict[str, Any]:
    """``schema``: its name; "Partner[]" for a list."""
    one = _named(schema.removesuffix("[]"))
    return {
        "description": "done",
        "content": _content({"type": "array", "items": one} if schema.endswith("[]") else one),
    }


def _refusals(one: ApiRoute) -> dict[str, Any]:
    statuses = [status for status in REFUSED if one.method == "POST" or status in _READS]
    content = {problems.MEDIA_TYPE: {"schema": _named("Problem")}}
    return {status: {"description": REFUSED[status], "content": content} for status in statuses}


def _named(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {api_body.MEDIA_TYPE: {"schema": schema}}
