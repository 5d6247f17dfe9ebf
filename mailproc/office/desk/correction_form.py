"""The form that corrects a request: what it says now, and what of a form that came back is a correction."""

from collections.abc import Iterator, Mapping
from typing import Any

from mailproc.ill.copyright_rules import US_WORDS
from mailproc.log import mask_shown
from mailproc.office.desk import new_request_form as form
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.requests import corrections
from mailproc.office.requests.corrections import Correction
from mailproc.office.wording.plain_text import shown
from mailproc.sentence import Sentence
from mailproc.store.rows import StoredRequest

GROUPS = {
    "what": form.WHAT[1:], "article": form.ARTICLE, "more": form.MORE, "delivery": form.DELIVERY,
    "terms": form.TERMS, "copyright": form.COPYRIGHT[:3],
}  # fmt: skip
"""As in a new request, without what is another request: service and reader."""
_ITEM = (*form.WHAT[1:], *form.ARTICLE, *form.MORE)
_WORD_OF = {code: word for word, code in US_WORDS.items()}


def typed_of(request: StoredRequest) -> dict[str, str]:
    """Return the form as the request fills it in."""
    more: Mapping[str, Any] = request.more or {}
    declared: Mapping[str, Any] = more.get("declaration") or {}
    return {
        **{name: str((request.item or {}).get(name) or "") for name in _ITEM},
        **dict(_delivery(request)),
        "need_before": request.need_before_on.isoformat() if request.need_before_on else "",
        "max_cost": _cost(request),
        "note": request.note or "",
        "keywords": "; ".join(request.keywords or ()),
        "copyright_word": _WORD_OF.get(more.get("copyright_compliance") or "", ""),
        "declared_by": str(declared.get("signed_by") or ""),
        "declared_on": str(declared.get("signed_on") or ""),
    }


def correction(request: StoredRequest, typed: Typed) -> tuple[Correction, tuple[Sentence, ...]]:
    """Return what of ``typed`` is new, and what of it could not be read. Raise LocalFault as
    ``corrections.read``."""
    was = typed_of(request)
    new = {name for name in was if name in typed and not _same(typed[name], was[name])}
    value, odd = form.value_of({**was, **{name: typed[name] for name in new}})
    said: dict[str, Any] = {"item": {name: value["item"].get(name) for name in _ITEM if name in new}}
    said |= {name: value.get(name) for name in ("need_before", "max_cost", "note", "keywords") if name in new}
    if new & set(form.DELIVERY):
        said["delivery"] = _overlaid(request, value.get("delivery", {}))
    if "copyright_word" in new:
        said["copyright_compliance"] = value.get("copyright_compliance")
    if new & {"declared_by", "declared_on"}:
        said["declaration"] = value.get("declaration")
    return corrections.read(said), odd


def _same(typed: str, was: str) -> bool:
    """Return whether a field came back as it was shown: a page masks what is secret, and signs that turn a
    line round, and nobody has typed that."""
    return typed.split() in (was.split(), shown(mask_shown(was)).split())


def _delivery(request: StoredRequest) -> Iterator[tuple[str, str]]:
    said: Mapping[str, Any] = request.delivery or {}
    postal: Mapping[str, Any] = said.get("postal") or {}
    yield "delivery", str(said.get("electronic") or "")
    yield from ((field, str(postal.get(name) or "")) for field, name in form.POSTAL.items())


def _cost(request: StoredRequest) -> str:
    said: Mapping[str, Any] = request.max_cost or {}
    return " ".join(str(said[name]) for name in ("amount", "currency") if said.get(name))


def _overlaid(request: StoredRequest, typed: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the delivery with the parts that the form has, and those that it has not as they were."""
    was: Mapping[str, Any] = request.delivery or {}
    kept = {
        name: part for name, part in (was.get("postal") or {}).items() if name not in form.POSTAL.values()
    }
    beside = {name: part for name, part in was.items() if name not in ("electronic", "postal")}
    postal = {**kept, **typed.get("postal", {})}
    return {**beside, **typed, **({"postal": postal} if postal else {})} or None
