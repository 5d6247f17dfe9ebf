"""The form for an order that a partner sent by post, telephone or portal: its fields, and its JSON."""

from collections.abc import Mapping
from typing import Any

from mailproc.office.desk import new_request_form as form
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.requests import lend
from mailproc.sentence import Sentence

ASKED = ("borrower", "their_number", "asked_by", "asked_on")
TERMS = ("need_before", "max_cost", "their_note", "keywords")
READER = {"patron": "id", "patron_name": "name"}
GROUPS = {
    "asked": ASKED, "what": form.WHAT, "article": form.ARTICLE, "more": form.MORE,
    "their_reader": tuple(READER), "their_delivery": form.DELIVERY, "terms": TERMS,
}  # fmt: skip
"""Headings with what stands below them."""
_SAME = ("service", "item", "delivery", "need_before", "max_cost", "keywords")
"""What both forms say alike."""


def value_of(typed: Typed) -> tuple[dict[str, Any], tuple[Sentence, ...]]:
    """Return the order's JSON (docs/requests.md), and what of it could not be read."""
    said, odd = form.value_of(typed)
    wrong = list(odd)
    value: Mapping[str, Any] = {name: said.get(name) for name in _SAME} | {
        "as": lend.LENDER,
        "partners": [one for one in (typed.get("borrower", "").strip(),) if one],
        "their_number": typed.get("their_number", ""),
        "asked_by": typed.get("asked_by", ""),
        "asked_on": form.day("asked_on", typed, wrong),
        "note": typed.get("their_note", "").strip(),
        "patron": {name: each for field, name in READER.items() if (each := typed.get(field, "").strip())},
    }
    return {name: each for name, each in value.items() if each}, tuple(wrong)
