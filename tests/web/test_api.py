"""What other systems ask by HTTP: who may, what they are answered, and how they are refused."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from mailproc.office.staff import tokens
from mailproc.office.staff.people import StaffRole
from tests.web.browser import ORIGIN


class System:
    """Another system, with its token."""

    def __init__(self, pages, token: str = "") -> None:
        self._pages = pages
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self._pages)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(
                    method, path, **more | {"headers": self.headers | more.get("headers", {})}
                )

        return asyncio.run(asked())

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, value: Any, **headers: str) -> httpx.Response:
        return self.ask("POST", path, json=value, headers=headers)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status and found["title"] and found["type"] and found["detail"]
    return found


@pytest.fixture
def token(house) -> Any:
    def made(role: StaffRole = StaffRole.WORK, name: str = "catalogue") -> str:
        return tokens.add(house.app.store, house.app.context, name, role)[1]

    return made


@pytest.fixture
def system(pages, token) -> System:
    return System(pages, token())


def test_who_may_ask(pages, system, house, token):
    assert system.get("/api/partners").status_code == 200
    said = problem(System(pages).get("/api/partners"), 401)
    assert said["code"]["code"] == "api-token-missing"
    answer = System(pages, "mailproc_wrong").get("/api/partners")
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    looks = System(pages, token(StaffRole.LOOK, "looks"))
    house.place()
    assert looks.get("/api/requests/B1").status_code == 200
    problem(looks.post("/api/requests/B1/acts", {"action": "cancel"}), 403)
    tokens.show_out(house.app.store, house.app.context, "catalogue")
    problem(system.get("/api/partners"), 401)


def test_an_act_names_the_token_and_the_door(system, house):
    house.place()
    done = system.post("/api/requests/B1/acts", {"action": "cancel", "note": "no longer needed"})
    assert done.status_code == 200 and done.json()["number"] == "B1", done.text
    (event,) = [one for one in house.rows("event") if one["type"] == "cancel"]
    assert (event["actor"], event["door"]) == ("catalogue", "api")
    assert json.dumps(system.get("/api/requests/B1").json()["history"]).count('"api"') == 0
