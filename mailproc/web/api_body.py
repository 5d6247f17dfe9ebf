"""The JSON that another system sends: read once, within limits."""

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from mailproc.errors import LocalFault
from mailproc.sentence import sentence

LARGEST = 64 * 1024
"""Octets."""
DEEPEST = 12
"""Brackets within brackets."""
MEDIA_TYPE = "application/json"


class WrongBody(LocalFault):
    """It is no JSON, or not of the shape that JSON of ours has."""


async def octets(request: Request) -> bytes:
    """Return the body. Raise HTTPException: 413, 415."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise HTTPException(415, headers={"Accept": MEDIA_TYPE})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(413)
    return bytes(body)


def value(body: bytes) -> Any:
    """Return the value. Raise WrongBody, also for a name that stands twice in one object, and for what cannot
    be stored: NUL, and half a character."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once_each)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise WrongBody(sentence("api-no-json", why=str(error)[:200])) from None
    if _is_deeper(found, DEEPEST):
        raise WrongBody(sentence("api-too-deep", most=DEEPEST))
    return found


def _is_deeper(found: Any, most: int) -> bool:
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return most < 0 or any(_is_deeper(one, most - 1) for one in inner)


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    if any("\0" in text for pair in pairs for text in pair if isinstance(text, str)):
        raise ValueError("NUL is no character of a text")
    return found
