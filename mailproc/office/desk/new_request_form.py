"""The form for a new request: its fields, what they say as a request's JSON, and what a citation fills in."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.copyright_rules import US_WORDS
from mailproc.office.requests import request_fields
from mailproc.sentence import Part, Sentence, sentence

Typed = Mapping[str, str]

WHAT = ("service", "title", "author", "publication_date", "edition", "volume_issue", "isbn", "issn")
ARTICLE = ("article_title", "article_author", "pagination")
MORE = ("subtitle", "publisher", "place", "series", "additional_numbers")
KEPT = ("type", "verification")
"""Fields of the item that a citation fills in and nobody types."""
ITEM = (*WHAT[1:], *ARTICLE, *MORE, *KEPT)
READER = {"patron": "id", "patron_name": "name", "patron_email": "email"}
POSTAL = {
    "delivery_name": "name", "delivery_street": "street", "delivery_city": "city",
    "delivery_postcode": "postcode", "delivery_country": "country",
}  # fmt: skip
DELIVERY = ("delivery", *POSTAL)
TERMS = ("need_before", "max_cost", "note", "keywords")
COPYRIGHT = ("copyright_word", "declared_by", "declared_on", "copyright_declared")
LENDERS = ("partner1", "partner2", "partner3", "partner4")
GROUPS = {
    "what": WHAT, "article": ARTICLE, "more": MORE, "reader": tuple(READER), "delivery": DELIVERY,
    "terms": TERMS, "copyright": COPYRIGHT, "lenders": LENDERS,
}  # fmt: skip
"""Headings with what stands below them."""
FIELDS = (*WHAT, *ARTICLE, *MORE, *KEPT, *READER, *DELIVERY, *TERMS, *COPYRIGHT, *LENDERS)
LONGEST_PASTE = 16_000
"""Characters that may be pasted."""

_FIELD_OF = {
    "title-missing": "title", "service-missing": "service", "service-wrong": "service",
    "isbn-wrong": "isbn", "issn-wrong": "issn", "copy-of-what": "article_title",
    "patron-no-id": "patron", "patron-id-signs": "patron", "patron-several": "patron",
    "reader-forgotten": "patron", "reader-barred": "patron", "reader-open": "patron", "reader-new": "patron",
    "reader-service": "patron", "reader-barred-warned": "patron", "reader-unknown": "patron",
    "reader-not-looked-up": "patron", "no-email-address": "delivery", "delivery-missing": "delivery",
    "day-passed": "need_before", "cost-without-currency": "max_cost", "desk-cost": "max_cost",
    "partners-missing": "partner1", "rota-of-nobody": "partner1", "no-partner": "partner1",
    "no-lender": "partner1", "lender-one-partner": "borrower", "no-borrower": "borrower",
    "asked-by-one-of": "asked_by", "asked-on-to-come": "asked_on", "their-number-signs": "their_number",
    "their-number-known": "their_number", "copyright-word-missing": "copyright_word",
    "no-declaration": "declared_by",
    "declared-by-whom": "declared_by", "declared-to-come": "declared_on", "copies-of-title": "copyright_word",
}  # fmt: skip
"""At which field a sentence stands."""


def field_of(said: Part) -> str:
    """Return the field that the sentence is about; '' for none alone."""
    if not isinstance(said, Sentence):
        return ""
    named = said.values.get("field")
    return named if said.code == "desk-day" and isinstance(named, str) else _FIELD_OF.get(said.code, "")


def value_of(typed: Typed) -> tuple[dict[str, Any], tuple[Sentence, ...]]:
    """Return the request's JSON (docs/requests.md), and what of it could not be read."""
    odd: list[Sentence] = []
    item = _filled({name: typed.get(name, "").strip() for name in ITEM})
    value: dict[str, Any] = {
        "service": typed.get("service", ""),
        "item": item,
        "patron": _filled({name: typed.get(field, "").strip() for field, name in READER.items()}),
        "delivery": _delivery(typed),
        "need_before": day("need_before", typed, odd),
        "max_cost": _cost(typed, odd),
        "note": typed.get("note", "").strip(),
        "keywords": [one.strip() for one in typed.get("keywords", "").split(";") if one.strip()],
        "copyright_declared": bool(typed.get("copyright_declared")),
        "copyright_compliance": US_WORDS.get(typed.get("copyright_word", ""), ""),
        "declaration": _declaration(typed, odd),
        "partners": [one for name in LENDERS if (one := typed.get(name, "").strip())],
    }
    return _filled(value), tuple(odd)


def filled_in(typed: Typed, said: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the form with what was pasted in the fields that are empty, and the names of the others."""
    known = {name: value for name, value in said.items() if name in FIELDS and value}
    kept = tuple(name for name, value in known.items() if typed.get(name, "").strip() not in ("", value))
    return {**typed, **{name: value for name, value in known.items() if name not in kept}}, kept


def unreadable(value: Mapping[str, Any], fault: LocalFault) -> tuple[Part, ...]:
    """Return why ``value`` could not be read: what it lacks, all of it, or else what ``fault`` says."""
    lacking = tuple(_lacks(value))
    return lacking if fault.said in lacking else (*lacking, fault.said, *fault.also)


def _lacks(value: Mapping[str, Any]) -> Iterator[Part]:
    for read in (request_fields.service, request_fields.item):
        try:
            read(value)
        except LocalFault as fault:
            yield fault.said


def _delivery(typed: Typed) -> dict[str, Any]:
    postal = _filled({name: typed.get(field, "").strip() for field, name in POSTAL.items()})
    return _filled({"electronic": typed.get("delivery", "").strip(), "postal": postal})


def _declaration(typed: Typed, odd: list[Sentence]) -> dict[str, Any]:
    signed = {"signed_by": typed.get("declared_by", "").strip(), "signed_on": day("declared_on", typed, odd)}
    if signed["signed_on"] and not signed["signed_by"]:
        odd.append(sentence("declared-by-whom"))
        return {}
    return _filled(signed)


def day(field: str, typed: Typed, odd: list[Sentence]) -> str:
    """Return the day of a field, as in JSON; what is none is put to what could not be read."""
    text = typed.get(field, "").strip()
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        odd.append(sentence("desk-day", field=field, given=text[:40]))
        return ""


def _cost(typed: Typed, odd: list[Sentence]) -> dict[str, str]:
    text = typed.get("max_cost", "").strip()
    cost = request_fields.cost(text)
    try:
        if text and not Decimal(cost.get("amount", "")).is_finite():
            raise InvalidOperation
    except InvalidOperation:
        odd.append(sentence("desk-cost", given=text[:40]))
        return {}
    return cost


def _filled(value: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_with_value(value))


def _with_value(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, each) for name, each in value.items() if each)
