"""What other systems send and get, as JSON Schema (2020-12).

What they send is described from the types that read it. What they get is described here; a test holds it
against real answers.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from mailproc.ill.terms import State
from mailproc.office.desk.api_acts import ApiAct
from mailproc.office.partners.directory import PARTNER_COLUMNS, Learned
from mailproc.office.requests import lend, place
from mailproc.office.requests.place import Wanted

Schema = dict[str, Any]
_PLACE = "#/components/schemas/{model}"
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_DAY: Schema = {"type": "string", "format": "date"}
_AT: Schema = {"type": "string", "format": "date-time"}
_ANY: Schema = {"type": "object"}
_CODES: Schema = {"^[a-z_]+_codes$": {"description": "the same as codes and values", "type": "array"}}


def schemas() -> dict[str, Schema]:
    """Return each by its name."""
    sent = _of_types()
    sent["RequestOfOurs"] = _request(sent.pop("Wanted"), place.BORROWER)
    sent["OrderByHand"] = _order(sent["RequestOfOurs"])
    sent["Act"] = sent.pop("ApiAct")
    learned = sent.pop("Learned")
    sent["NewRequest"] = {"anyOf": [_ref("RequestOfOurs"), _ref("OrderByHand")]}
    columns = dict.fromkeys(PARTNER_COLUMNS, _TEXT)
    partner = _object({**columns, "learned": _list(_ref("Learned"))})
    found = {
        "Learned": learned,
        "Partner": partner,
        "Request": _object(_REQUEST),
        "Change": _object(_CHANGE),
        "Entered": _object({**_LINE, "warnings": _list(_TEXT)}),
        "WouldEnter": _object({"dry_run": {"const": True}, "warnings": _list(_TEXT)}),
        "Outcome": _object(_OUTCOME),
        "Problem": _problem(),
    }
    return {name: _closed(one) for name, one in (sent | found).items()}


def _of_types() -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for kind in (Wanted, ApiAct, Learned):
        one = TypeAdapter(kind).json_schema(ref_template=_PLACE)
        found |= one.pop("$defs", {})
        found[kind.__name__] = one
    return found


def _request(wanted: Schema, as_: str) -> Schema:
    """Return a request of ours: whom to ask may be left to the rules of the library."""
    properties = {"as": {"const": as_}, **wanted["properties"], "service": {"enum": ["LOAN", "COPY"]}}
    return wanted | {"properties": properties, "required": ["service", "item"]}


def _order(ours: Schema) -> Schema:
    """Return the order of a partner, entered by hand."""
    properties = {name: ours["properties"][name] for name in lend.KNOWN if name in ours["properties"]}
    own: Mapping[str, Schema] = {
        "as": {"const": lend.LENDER},
        "partners": _list(_TEXT) | {"minItems": 1, "maxItems": 1},
        "patron": _ANY,
        "their_number": _TEXT,
        "asked_by": {"enum": [*lend.ASKED_BY]},
        "asked_on": _DAY,
    }
    return {
        "type": "object",
        "properties": {**properties, **own},
        "required": ["as", "service", "item", "partners"],
    }


def _ref(name: str) -> Schema:
    return {"$ref": _PLACE.format(model=name)}


def _list(kind: Schema) -> Schema:
    return {"type": "array", "items": kind}


def _or_none(kind: Schema) -> Schema:
    return {"anyOf": [kind, {"type": "null"}]}


def _object(properties: Mapping[str, Schema]) -> Schema:
    """Return an object that has all of them."""
    required = [*properties]
    return {
        "type": "object", "properties": dict(properties), "patternProperties": _CODES, "required": required
    }  # fmt: skip


def _closed(one: Schema) -> Schema:
    """Say that no other field is known."""
    return one | {"additionalProperties": False} if "properties" in one else one


def _problem() -> Schema:
    made = _object({"type": _TEXT, "title": _TEXT, "status": _NUMBER, "detail": _TEXT})
    error = {"type": "object", "properties": {"field": _TEXT, "detail": _TEXT}}
    more = {"code": _ANY, "possible": _list(_TEXT), "errors": _list(error)}
    return made | {"properties": made["properties"] | more}


_STATE: Schema = {"enum": [*State.__members__, ""]}
_LINE: Mapping[str, Schema] = {
    **dict.fromkeys(
        ("number", "role", "service", "partner", "their_number", "ordered_as", "title", "author", "reader"),
        _TEXT,
    ),
    "attempt": _NUMBER, "state": _STATE, "need_before": _or_none(_DAY), "due": _or_none(_DAY),
    "delivery": _TEXT, "answered": _FLAG, "promise": {}, "status": _ANY, "attention": _list(_TEXT),
    "needs": _list(_TEXT), "put_off": _or_none(_DAY), "outcome": _TEXT, "updated_at": _AT, "noted": _TEXT,
}  # fmt: skip
_TIMER = _object({"kind": _TEXT, "at": _AT})
_REQUEST: Mapping[str, Schema] = {
    "number": _TEXT, "attempt": _NUMBER, "transaction": _or_none(_ANY),
    "role": {"enum": ["REQUESTER", "RESPONDER"]}, "service": _TEXT, "state": _STATE, "status": _ANY,
    "delivery": _TEXT, "answered": _FLAG, "partner": _TEXT, "passed_on": _or_none(_ANY),
    "questions": _list({}), "their_number": _TEXT, "ordered_as": _TEXT, "item": _ANY,
    "patron": _or_none(_ANY), "delivery_to": _or_none(_ANY), "asked": _or_none(_ANY),
    "need_before": _or_none(_DAY), "note": _TEXT, "declaration": _or_none(_ANY), "copyright": _or_none(_ANY),
    "asked_before": _TEXT, "also_wanted": _list({}),
    "due": _or_none(_object({"on": _DAY, "renewable": _or_none(_FLAG)})), "reader_due": _or_none(_DAY),
    "wanted_back_by": _or_none(_DAY), "loan_terms": {}, "charges": _list(_ANY), "barcode": _TEXT,
    "promise": {}, "actions": _list(_TEXT), "attention": _list(_TEXT), "needs": _list(_TEXT),
    "put_off": _or_none(_DAY),
    "outcome": _TEXT, "created_at": _AT, "closed_at": _or_none(_AT), "next": _or_none(_TIMER),
    "looked": _list(_ANY), "if_nobody_acts": _list(_ANY), "rota": _list(_ANY), "letters": _list(_ANY),
    "untold": _list({}), "review": _or_none(_ANY), "history": _list(_ref("Change")),
}  # fmt: skip
_CAUSE = _object({"kind": {"enum": ["letter", "staff", "timer", "policy", "reader"]}, "id": {}})
_CHANGE: Mapping[str, Schema] = {
    "at": _AT, "attempt": _NUMBER, "event": _TEXT, "from": _TEXT, "to": _TEXT, "note": _TEXT,
    "not_told": _list({}), "cause": _CAUSE, "documents": _NUMBER, "barcode": _TEXT,
}  # fmt: skip
_OUTCOME: Mapping[str, Schema] = {
    "number": _TEXT, "attempt": _NUMBER, "before": _TEXT, "state": _TEXT, "dry_run": _FLAG, "note": _TEXT,
    "follows": _list(_TEXT),
}  # fmt: skip
