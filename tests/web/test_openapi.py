"""The description of the interface is what the interface is: its addresses, what it takes and answers."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mailproc.web import api
from tests.web.test_api import REQUEST, WRONG, System, system, token  # noqa: F401  # fixtures


@pytest.fixture
def description(pages) -> dict[str, Any]:
    answer = System(pages).get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def fits(description: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    whole = schema | {"components": description["components"]}
    return [
        f"{list(one.path)}: {one.message[:300]}" for one in Draft202012Validator(whole).iter_errors(value)
    ]


def answered(description: dict[str, Any], method: str, path: str, answer: Any) -> list[str]:
    said = description["paths"][path][method]["responses"][str(answer.status_code)]
    kind = answer.headers["content-type"]
    return fits(description, said["content"][kind]["schema"], answer.json())


def test_it_is_openapi(description):
    OpenAPIV31SpecValidator(description).validate()


def test_it_has_every_address_and_no_other(description, system):  # noqa: F811
    said = {(method.upper(), path) for path, ways in description["paths"].items() for method in ways}
    assert said == {(one.method, one.path) for one in api.ROUTES}
    for method, path in said:
        status = system.ask(method, path.replace("{number}", "B1"), json={}).status_code
        assert status in (200, 404, 422), "and each is there"
    assert "mailproc_" not in json.dumps(description)


def test_what_is_answered_fits_it(description, system, house):  # noqa: F811
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    for number in ("B1", "L1"):
        answer = system.get(f"/api/requests/{number}")
        assert answered(description, "get", "/api/requests/{number}", answer) == []
        assert answer.json()["history"]
    assert answered(description, "get", "/api/partners", system.get("/api/partners")) == []
    for flags in ("?dry_run=true", "", "?anyway=true"):
        answer = system.ask("POST", f"/api/requests{flags}", json=REQUEST)
        assert answered(description, "post", "/api/requests", answer) == []
        assert answer.status_code in (200, 201)
    act = {"action": "receive", "date": "2026-03-01", "note": "with a torn cover"}
    answer = system.post("/api/requests/B1/acts", act)
    assert answered(description, "post", "/api/requests/{number}/acts", answer) == []
    assert answer.status_code == 200 and answer.json()["state"] == "RECEIVED"


@pytest.mark.parametrize(("path", "body", "status", "code"), WRONG[:-1])
def test_a_refusal_fits_it(description, system, house, path, body, status, code):  # noqa: F811
    house.place()
    answer = system.ask("POST", path, content=body, headers={"Content-Type": "application/json"})
    route = "/api/requests/{number}/acts" if path.endswith("acts") else "/api/requests"
    assert answered(description, "post", route, answer) == []


TAKEN = [
    ("Act", {"action": "receive", "date": "2026-03-01", "locations": ["XX-A"], "answer": True}, True),
    ("Act", {"action": "receive", "attach": ["x"]}, False),
    ("Act", {"note": "x"}, False),
    ("NewRequest", REQUEST, True),
    ("NewRequest", REQUEST | {"max_cost": {"amount": "12.50", "currency": "EUR"}, "as": "borrower"}, True),
    ("NewRequest", {"service": "LOAN", "item": {"title": "A book"}}, True),
    ("NewRequest", REQUEST | {"titel": "x"}, False),
    ("NewRequest", {"item": {"title": "A book"}}, False),
    ("NewRequest", REQUEST | {"item": {"titel": "x"}}, False),
    (
        "NewRequest",
        {"as": "lender", "service": "LOAN", "item": {"title": "x"}, "partners": ["XX-A"], "asked_by": "post"},
        True,
    ),
]


@pytest.mark.parametrize(("name", "value", "good"), TAKEN)
def test_what_is_taken_fits_it(description, name, value, good):
    assert (fits(description, {"$ref": f"#/components/schemas/{name}"}, value) == []) is good
