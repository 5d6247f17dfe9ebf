"""What other systems ask by HTTP: who may, what they are answered, and how they are refused."""

import json
import shlex
from typing import Any

import httpx
import pytest

from mailproc.app import privacy
from mailproc.errors import LocalFault, TryLater
from mailproc.office.desk import once_answered
from mailproc.office.staff import tokens
from mailproc.office.staff.people import StaffRole
from mailproc.office.wording.json_values import plain
from mailproc.office.wording.request_json import shown_json
from tests.test_docs import example
from tests.web import loop
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

        return loop.run(asked())

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


def test_another_system_may_put_a_request_off(system, house):
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    done = system.post("/api/requests/L1/acts", {"action": "put-off", "date": "2026-03-03"})
    assert done.status_code == 200 and house.rows("event")[-1]["type"] == "put-off"
    assert system.get("/api/requests/L1").json()["put_off"] == "2026-03-03"
    problem(system.post("/api/requests/L1/acts", {"action": "put-off", "date": "2026-09-01"}), 422)


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
    assert system.get("/api/requests/B1").json()["history"][-1]["cause"]["id"] == "catalogue"


REQUEST = {
    "service": "LOAN",
    "item": {"title": "Iron Bridges", "author": "Rolt, L."},
    "partners": ["XX-BL"],
    "patron": {"id": "R1", "name": "Ann Reader"},
}


def requests_of(house) -> int:
    return len(house.rows("request"))


def test_a_request_is_placed_and_names_the_token(system, house):
    done = system.post("/api/requests", REQUEST)
    assert done.status_code == 201 and done.headers["location"] == "/api/requests/B1", done.text
    assert done.json()["number"] == "B1" and "warnings" in done.json()
    events = [(one["actor"], one["door"]) for one in house.rows("event") if one["cause"] == "staff"]
    assert set(events) == {("catalogue", "api")}
    assert system.get("/api/requests/B1").json()["item"]["title"] == "Iron Bridges"


def test_the_request_of_the_document_is_taken(system, house):
    *_, kind, _, body, _ = shlex.split(example("docs/api.md", "post").replace("\\\n", ""))
    assert kind == "Content-Type: application/json"
    done = system.post("/api/requests", json.loads(body) | {"partners": ["XX-BL"]})
    assert done.status_code == 201, done.text
    assert requests_of(house) == 1


def test_it_is_the_same_json_as_by_the_command_line(system, house):
    house.place()
    shown = system.get("/api/requests/B1").json()
    assert shown == json.loads(json.dumps(plain(shown_json(house.shown("B1")))))


def test_what_would_happen_changes_nothing(system, house):
    house.place()
    before = house.rows("event")
    done = system.ask("POST", "/api/requests?dry_run=true", json=REQUEST)
    assert done.status_code == 200 and done.json()["dry_run"] is True
    done = system.post("/api/requests/B1/acts", {"action": "cancel", "dry_run": True})
    assert done.json()["dry_run"] is True and house.rows("event") == before and requests_of(house) == 1


def test_the_same_question_under_a_key_acts_once(system, house, pages, token):
    first = system.post("/api/requests", REQUEST, **{"Idempotency-Key": "k1"})
    again = system.post("/api/requests", REQUEST, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, requests_of(house)) == (201, 201, 1)
    assert again.headers["idempotency-replayed"] == "true" and again.json() == first.json()
    act = {"action": "message", "note": "Is it on its way?"}
    first = system.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k2"})
    again = system.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k2"})
    assert again.json() == first.json()
    assert [one["type"] for one in house.rows("event")].count("message") == 1
    said = problem(system.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k1"}), 422)
    assert said["code"]["code"] == "api-key-used"
    other = System(pages, token(name="second"))
    assert other.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k2"}).status_code == 200
    assert [one["type"] for one in house.rows("event")].count("message") == 2, "a key is of one token"


def test_a_key_lasts_a_day_and_goes_with_the_service(system, house):
    act = {"action": "message", "note": "Is it on its way?"}
    house.place()
    system.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k1"})
    house.later(hours=25)
    privacy.upkeep(house.app.store, house.app.context)
    assert house.rows("api_answer") == []
    assert (
        "idempotency-replayed"
        not in system.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k1"}).headers
    )


def test_what_is_kept_for_a_key_names_no_reader_and_no_token(system, house):
    system.post("/api/requests", REQUEST, **{"Idempotency-Key": "k1"})
    kept = str(house.rows("api_answer")) + str(house.rows("api_token"))
    assert "Ann Reader" not in kept and system.headers["Authorization"].split()[1] not in kept


def test_killed_before_it_was_answered(system, house, monkeypatch):
    """The act and its answer are one commit: whoever asks again is told what was done."""
    house.place()
    killed = monkeypatch.context()
    act = {"action": "cancel"}
    with killed as patched:
        patched.setattr(once_answered.OnceAnswers, "complete", lambda *_said: 1 / 0)
        problem(system.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k1"}), 500)
    again = system.post("/api/requests/B1/acts", act, **{"Idempotency-Key": "k1"})
    assert again.headers["idempotency-replayed"] == "true" and again.json()["before"] == "PENDING"
    assert [one["type"] for one in house.rows("event")].count("cancel") == 1


def test_who_was_overtaken_is_told(system, house):
    house.place()
    mark = system.get("/api/requests/B1").headers["etag"]
    house.act("B1", "message", note="by hand")
    said = problem(system.post("/api/requests/B1/acts", {"action": "cancel"}, **{"If-Match": mark}), 412)
    assert said["code"]["code"] == "overtaken"
    problem(system.post("/api/requests/B1/acts", {"action": "cancel", "seen": mark.strip('"')}), 409)
    mark = system.get("/api/requests/B1").headers["etag"]
    assert system.post("/api/requests/B1/acts", {"action": "cancel"}, **{"If-Match": mark}).status_code == 200


WRONG = [
    ("/api/requests", b"{", 400, "api-no-json"),
    ("/api/requests", b"\xff", 400, "api-no-json"),
    ("/api/requests", b'{"a": NaN}', 400, "api-no-json"),
    ("/api/requests", b'{"service": "LOAN", "service": "COPY"}', 400, "api-no-json"),
    ("/api/requests", b'{"note": "\\u0000"}', 400, "api-no-json"),
    ("/api/requests", b'{"note": "\\ud800"}', 400, "api-no-json"),
    ("/api/requests", b'{"a": ' + b"9" * 5000 + b"}", 400, "api-no-json"),
    ("/api/requests", b"[" * 20 + b"]" * 20, 400, "api-too-deep"),
    ("/api/requests", b"[" * 60_000, 400, "api-no-json"),
    ("/api/requests?force=true", b"{}", 400, "api-query-unknown"),
    ("/api/requests?anyway=1", b"{}", 400, "api-query-flag"),
    ("/api/requests", b"[]", 422, "request-no-object"),
    ("/api/requests", b'{"service": "LOAN", "item": {}}', 422, "title-missing"),
    ("/api/requests", b'{"service": "LOAN", "titel": "x"}', 422, "request-unknown-field"),
    ("/api/requests", b'{"service": "LOAN", "item": {"titel": "x"}}', 422, "apdu-unknown-field"),
    ("/api/requests", b'{"service": "LOAN", "item": {"title": 3}}', 422, "value-must-be"),
    ("/api/requests/B1/acts", b"{}", 422, "apdu-missing-field"),
    ("/api/requests/B1/acts", b'{"action": "cancel", "attach": ["/etc/passwd"]}', 422, "apdu-unknown-field"),
    ("/api/requests/B1/acts", b'{"action": "cancel", "date": "soon"}', 422, "value-must-be"),
    ("/api/requests/B1/acts", b'{"action": "cancel", "seen": "yesterday"}', 400, "api-seen"),
    (
        "/api/requests",
        b'{"service": "LOAN", "item": {"title": "x"}, "partners": ["XX-BL"],'
        b' "patron": {"id": "R1", "email": "a@b.example,evil@evil.example"}}',
        422,
        "patron-email",
    ),
    ("/api/requests/B1/acts", b'{"action": "cancel", "heard_by": "pigeon"}', 422, "heard-by-one-of"),
    ("/api/requests/B9/acts", b'{"action": "cancel"}', 404, "no-request"),
    ("/api/requests/%00/acts", b'{"action": "cancel"}', 404, ""),
]


@pytest.mark.parametrize(("path", "body", "status", "code"), WRONG)
def test_what_is_refused(system, house, path, body, status, code):
    house.place()
    before = len(house.rows("event"))
    answer = system.ask("POST", path, content=body, headers={"Content-Type": "application/json"})
    said = problem(answer, status)
    assert not code or said["code"]["code"] == code
    assert (len(house.rows("event")), requests_of(house)) == (before, 1)


FIELDS = [
    ("/api/requests", {"service": "LOAN", "item": {"titel": "x"}}, "item.titel"),
    ("/api/requests", {"service": "LOAN", "item": {"title": 3}}, "item.title"),
    ("/api/requests", {"service": "LOAN", "item": {}}, "item.title"),
    ("/api/requests", {"item": {"title": "x"}}, "service"),
    ("/api/requests", {"service": "LOAN", "titel": "x"}, "titel"),
    ("/api/requests/B1/acts", {"action": "cancel", "date": "soon"}, "date"),
    ("/api/requests/B1/acts", {"action": "cancel", "attach": "x"}, "attach"),
    (
        "/api/requests",
        {"service": "LOAN", "item": {"title": "x"}, "patron": {"id": "1", "email": "a"}},
        "patron.email",
    ),
]


@pytest.mark.parametrize(("path", "value", "field"), FIELDS)
def test_the_wrong_field_is_named(system, house, path, value, field):
    house.place()
    said = problem(system.post(path, value), 422)
    assert [one["field"] for one in said["errors"]] == [field]


def test_refusals_before_anything_is_read(system, pages, house):
    house.place()
    json_type = {"Content-Type": "application/json"}
    problem(system.ask("POST", "/api/requests", content=b"x" * 70_000, headers=json_type), 413)
    problem(system.ask("POST", "/api/requests", content=b"{}", headers={"Content-Type": "text/plain"}), 415)
    problem(system.ask("POST", "/api/requests", content=b"{}"), 415)
    answer = system.ask("DELETE", "/api/partners")
    assert problem(answer, 405)["code"]["code"] == "api-method"
    assert "GET" in answer.headers["allow"]
    assert problem(system.get("/api/nothing"), 404)["code"]["code"] == "api-no-address"
    problem(system.get("/api/partners", Host="evil.example"), 400)
    problem(system.post("/api/requests/B1/acts", {"action": "cancel"}, **{"Idempotency-Key": "x" * 201}), 400)
    problem(system.post("/api/requests/B1/acts", {"action": "cancel"}, **{"If-Match": "yesterday"}), 412)
    problem(system.post("/api/requests/B1/acts", {"action": "ship"}), 422)
    assert problem(system.post("/api/requests/B1/acts", {"action": "return"}), 422)["possible"]
    assert len([one for one in house.rows("event") if one["cause"] == "staff" and one["door"] == "api"]) == 0


def test_busy(system, house, monkeypatch):
    def busy(*_said: object, **_how: object) -> None:
        raise TryLater("the store is busy")

    with monkeypatch.context() as patched:
        patched.setattr(house.app.store, "read", busy)
        answer = system.get("/api/partners")
    problem(answer, 503)
    assert answer.headers["retry-after"]


def test_a_cookie_opens_nothing_here_and_a_token_no_page(browser, pages, system):
    (cookie,) = browser.client.cookies.jar
    problem(System(pages).get("/api/partners", Cookie=f"desk={cookie.value}"), 401)
    assert system.ask("GET", "/requests").headers["location"].startswith("/login")


def test_where_an_ask_comes_from_is_no_matter(system, house):
    house.place()
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert system.post("/api/requests/B1/acts", {"action": "cancel"}, **foreign).status_code == 200


def test_wrong_tokens_are_put_off_and_right_ones_are_heard(pages, system, caplog):
    answers = [System(pages, f"mailproc_{number}").get("/api/partners") for number in range(40)]
    problem(answers[0], 401)
    problem(answers[-1], 429)
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len([one for one in caplog.messages if "wrong token" in one]) <= tokens.FREE + 1
    assert "mailproc_3" not in caplog.text
    assert system.get("/api/partners").status_code == 200


def test_a_name_of_a_token_is_taken_until_it_is_out(house, token):
    token()
    with pytest.raises(LocalFault):
        token()
    tokens.show_out(house.app.store, house.app.context, "catalogue")
    with pytest.raises(LocalFault):
        tokens.show_out(house.app.store, house.app.context, "catalogue")
    token()
    for name in ("", "A", "a b", "x" * 33):
        with pytest.raises(LocalFault):
            token(name=name)


def test_a_new_token_of_an_old_name_is_given_no_answer_of_the_old_one(pages, house, token):
    house.place()
    act, key = {"action": "message", "note": "Is it coming?"}, {"Idempotency-Key": "k1"}
    assert System(pages, token()).post("/api/requests/B1/acts", act, **key).status_code == 200
    tokens.show_out(house.app.store, house.app.context, "catalogue")
    again = System(pages, token()).post("/api/requests/B1/acts", act, **key)
    assert again.status_code == 200 and "idempotency-replayed" not in again.headers
    assert [one["type"] for one in house.rows("event")].count("message") == 2


def test_the_name_of_a_token_is_no_field(pages, house, token):
    house.place()
    looker = System(pages, token(StaffRole.LOOK))
    for said in (
        problem(looker.post("/api/requests/B1/acts", {"action": "cancel"}), 403),
        problem(System(pages, token(name="other")).post("/api/requests?x=1", {}), 400),
    ):
        assert "errors" not in said
