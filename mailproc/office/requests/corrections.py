"""Read a correction of a request, and find what is new in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Delivery, Item, Money
from mailproc.ill.copyright_rules import Declaration
from mailproc.notices.not_told import field_word
from mailproc.sentence import Sentence, Value, sentence
from mailproc.store.rows import StoredRequest

KNOWN: Mapping[str, Any] = {
    "delivery": Delivery,
    "need_before": date,
    "max_cost": Money,
    "note": str,
    "keywords": tuple[str, ...],
    "copyright_declared": bool,
    "copyright_compliance": str,
    "declaration": Declaration,
}
"""Fields of a request beside its item that may be corrected; null removes one."""

ELSEWHERE = {
    "account": "the account is chosen when a library is first asked",
    "partners": "whom to ask is changed by `mailproc rota`",
    "service": "another service is another request",
    "patron": "another reader is another request",
}
DECLARED = sentence("declaration-changed")
COPYRIGHT = ("copyright_compliance", "declaration")
SHOWN = ("need_before", "max_cost")
"""Fields whose values are in the history; an address is personal, and is in the request only."""


@dataclass(frozen=True)
class Correction:
    """``item``: fields of the citation, None removes one. ``rest``: other fields of the request."""

    item: Mapping[str, Any] = field(default_factory=dict)
    rest: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestChange:
    """What the history says of it, and the changed columns of the request."""

    words: tuple[Sentence, ...]
    columns: dict[str, Any]

    @property
    def is_declaration(self) -> bool:
        """Whether it is about the copyright declaration alone, which no order carries."""
        return self.words == (DECLARED,)


def read(
    value: Any,
    item: Mapping[str, str] | None = None,
    need_before: str = "",
    beside: Mapping[str, Any] | None = None,
) -> Correction:
    """Read a correction from JSON of a request's fields, overlaid by single options.

    ``item``: of the citation; ``beside``: other fields of the JSON.

    Raise LocalFault that names the field that is wrong, unknown, or cannot be corrected.
    """
    if not isinstance(value, Mapping):
        raise LocalFault(sentence("amend-no-object"))
    given = dict(value) | ({"need_before": need_before} if need_before else {}) | dict(beside or {})
    cited = given.pop("item", None) or {}
    if not isinstance(cited, Mapping):
        raise LocalFault(sentence("amend-item-no-object"))
    cited = dict(cited) | dict(item or {})
    present = {name: each for name, each in cited.items() if each not in (None, "", [])}
    known = apdu_json.value_to_json(apdu_json.value_from_json(Item, present, "item"))
    apdu_json.value_from_json(Item, dict.fromkeys(cited), "item")  # the names of removed fields
    return Correction({name: known.get(name) for name in cited}, dict(_rest(given)))


def _rest(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        if name in ELSEWHERE:
            raise LocalFault(sentence("amend-not-here", name=name, why=ELSEWHERE[name]))
        if name not in KNOWN:
            raise LocalFault(sentence("amend-unknown-field", name=name, known=", ".join(KNOWN)))
        yield name, None if value is None else apdu_json.value_from_json(KNOWN[name], value, name)


def changes(request: StoredRequest, wanted: Correction) -> list[RequestChange]:
    """Return what of ``wanted`` differs from the request."""
    return [
        *_of_item(request, wanted.item), *_of_rest(request, wanted.rest), *_of_copyright(request, wanted.rest)
    ]  # fmt: skip


def _of_item(request: StoredRequest, wanted: Mapping[str, Any]) -> Iterator[RequestChange]:
    was = request.item or {}
    new = [name for name, value in wanted.items() if was.get(name) != value]
    if not new:
        return
    if was.get("lines") and "lines" not in wanted:
        raise LocalFault(sentence("amend-lines", number=request.number))
    item = {name: value for name, value in {**was, **wanted}.items() if value is not None}
    if not str(item.get("title") or "").strip():
        raise LocalFault(sentence("title-missing"))
    columns = {
        "item": item,
        "title": item.get("article_title") or item["title"],
        "author": item.get("article_author") or item.get("author") or "",
    }
    yield RequestChange(tuple(_replaced(name, was.get(name), wanted[name]) for name in new), columns)


def _of_rest(request: StoredRequest, wanted: Mapping[str, Any]) -> Iterator[RequestChange]:
    for name, value in wanted.items():
        if name in COPYRIGHT:
            continue
        column, kept = _column(name, value)
        if getattr(request, column) == kept:
            continue
        shown = _replaced(name, getattr(request, column), kept) if name in SHOWN else _changed(name)
        yield RequestChange((shown,), {column: kept})


def _of_copyright(request: StoredRequest, wanted: Mapping[str, Any]) -> Iterator[RequestChange]:
    """Yield what is new in the fields that stand together in one column."""
    was: dict[str, Any] = dict(request.more or {})
    said = {name: apdu_json.value_to_json(wanted[name]) for name in COPYRIGHT if name in wanted}
    new = [name for name, value in said.items() if was.get(name) != value]
    if not new:
        return
    more = {name: value for name, value in {**was, **said}.items() if value}
    columns: dict[str, Any] = {"more": more or None}
    if "declaration" in new:
        columns["copyright_declared"] = bool(said["declaration"])
    word = "copyright_compliance"  # the declaration names a reader, whom no history must keep
    told = (_replaced(name, was.get(name), said[name]) if name == word else DECLARED for name in new)
    yield RequestChange(tuple(told), columns)


def _column(name: str, value: Any) -> tuple[str, Any]:
    if name == "need_before":
        return "need_before_on", value
    if name == "note":
        return name, value or ""
    if name == "copyright_declared":
        return name, bool(value)
    return name, apdu_json.value_to_json(value) or None


def _replaced(name: str, was: Any, now: Any) -> Sentence:
    return sentence("field-becomes", field=field_word(name), was=_worded(was), now=_worded(now))


def _changed(name: str) -> Sentence:
    """Return that it is another; a personal value is not repeated."""
    return sentence("field-changed", field=field_word(name))


def _worded(value: Any) -> Value:
    if isinstance(value, Mapping):
        return " ".join(str(each) for each in value.values())
    if isinstance(value, list):
        return " / ".join(map(str, value))
    if isinstance(value, date):
        return value
    return sentence("none-given") if value is None else str(value)
