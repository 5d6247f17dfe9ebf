"""Who is let in, and what is refused before any page is asked."""

from datetime import timedelta

import pytest

from mailproc.config import Web
from mailproc.errors import LocalFault
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from mailproc.web import guard, site
from mailproc.web.login import address
from tests.support import short_form
from tests.web.browser import ORIGIN, PASSWORD, Browser

PUBLIC = "https://ill.library.example"


def events(house) -> int:
    return len(house.rows("event"))


@pytest.fixture
def public(house):
    """The desk behind a proxy with TLS."""
    desk = StaffDesk(house.app.store, house.app.context)
    browsers: list[Browser] = []

    def open_one(**more: str) -> Browser:
        browsers.append(Browser(site.application(desk, Web(enabled=True, public_url=PUBLIC)), PUBLIC, **more))
        return browsers[-1]

    yield open_one
    for one in browsers:
        one.close()


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
    [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1:8026"},
    {"Origin": "http://127.0.0.1:8027"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_post_from_elsewhere_does_nothing(browser, house, headers):
    house.place()
    form = browser.form("B1", "cancel")
    del browser.client.headers["Sec-Fetch-Site"]
    before = events(house)
    for path in ("/r/B1/act", "/logout", "/login", "/find"):
        page = browser.ask("POST", path, data=form, headers=headers)
        assert page.status == 403, path
    assert events(house) == before
    assert "B1" in browser.get("/r/B1").words, "the session goes on"


def test_a_browser_that_says_only_its_origin_is_believed(browser, house):
    house.place()
    form = browser.form("B1", "close")
    del browser.client.headers["Sec-Fetch-Site"]
    assert browser.post("/r/B1/act", form, headers={"Origin": ORIGIN}).status == 200


def test_behind_a_proxy_the_origin_is_the_public_one(public):
    browser = public(site="")
    said = {"login": "rau", "password": PASSWORD}
    assert browser.post("/login", said, headers={"Origin": "http://ill.library.example"}).status == 403
    page = browser.post("/login", said, headers={"Origin": PUBLIC})
    assert page.status == 200 and page.url == f"{PUBLIC}/"


def test_the_cookie_behind_a_proxy_is_bound_to_its_host_and_to_tls(public):
    browser = public()
    (said,) = (
        browser.ask("POST", "/login", data={"login": "rau", "password": PASSWORD}, follow_redirects=False)
        .headers["set-cookie"].split(", ")
    )  # fmt: skip
    name, *rules = said.split("; ")
    assert name.startswith("__Host-desk=") and {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(rules)
    assert not any(rule.startswith("Domain") for rule in rules)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80@localhost", "127.0.0.1.evil.example", "", "[::1", "192.0.2.1"]
)
def test_another_host_is_no_way_in(browser, host):
    assert browser.get("/", headers={"Host": host}).status == 400


@pytest.mark.parametrize("host", ["localhost:8026", "[::1]:8026", "127.0.0.1"])
def test_this_machine_by_any_of_its_names(browser, host):
    assert browser.get("/login", headers={"Host": host}).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_no_other_method(browser, method):
    assert browser.ask(method, "/").status == 405


def test_each_answer_forbids_foreign_scripts_frames_and_places(browser, opened, house):
    house.place()
    answers = [browser.get(path) for path in ("/", "/r/B1", "/letters", "/nowhere", "/r/B9")]
    answers += [opened().get("/login"), opened(site="cross-site").post("/find", {"find": "x"})]
    for page in answers:
        assert page.headers["content-security-policy"] == guard.POLICY
        assert (page.headers["cache-control"], page.headers["x-content-type-options"]) == (
            "no-store",
            "nosniff",
        )
    assert "script-src 'self';" in guard.POLICY and "unsafe" not in guard.POLICY
    for page in answers[:4]:
        assert not page.foreign_scripts() and not page.tree.xpath("//style | //*[@style] | //iframe")
        links = [*page.tree.xpath("//@href"), *page.tree.xpath("//@src"), *page.tree.xpath("//@action")]
        assert links and all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)


def test_a_file_of_the_desk_may_be_kept_and_no_other_is_given(browser):
    (css,) = browser.get("/").tree.xpath("//link[@rel='stylesheet']/@href")
    assert "immutable" in browser.get(css).headers["cache-control"]
    for name in ("../site.py", "%2e%2e%2fsite.py", "base.html", "desk.css/..", "x"):
        assert browser.get(f"/static/{name}").status == 404


def test_a_thousand_wrong_passwords(opened, house, monkeypatch):
    looks: list[bytes] = []
    judge = people.passwords.is_of
    monkeypatch.setattr(people.passwords, "is_of", lambda said, phc: looks.append(said) or judge(said, phc))
    browser = opened()
    for number in range(short_form.examples(1000)):
        page = browser.log_in(password=f"guess number {number}")
        assert page.status == 422 and "/login" in page.url
    assert len(looks) < 10, "the others were turned away without a look"
    assert "Too many tries" in browser.log_in().words
    house.later(hours=2)
    assert browser.log_in().url == f"{ORIGIN}/"
    assert opened().log_in("head").url == f"{ORIGIN}/", "others are not concerned"


def test_nobody_learns_who_is_at_the_desk(opened):
    wrong = [opened().log_in(login, "not the password").words for login in ("rau", "nobody", "")]
    assert len(set(wrong)) == 1 and "Login or password is wrong" in wrong[0]


def test_a_session_ends_when_it_is_idle_and_after_a_day(browser, house):
    house.later(hours=7)
    assert browser.get("/").url == f"{ORIGIN}/"
    house.later(hours=7)
    assert browser.get("/").url == f"{ORIGIN}/", "it was in use"
    house.later(hours=8, minutes=1)
    assert "/login" in browser.get("/").url
    browser.log_in()
    for _ in range(4):
        house.now += timedelta(hours=5)
        assert browser.get("/").url == f"{ORIGIN}/"
    house.now += timedelta(hours=5)
    assert "/login" in browser.get("/").url


@pytest.mark.parametrize("change", ["out", "passwd", "again"])
def test_who_is_shown_out_is_out_at_once(browser, house, change):
    store, context = house.app.store, house.app.context
    if change == "passwd":
        people.change_password(store, "rau", "another long one")
    else:
        people.show_out(store, context, "rau")
    if change == "again":
        people.add(store, context, "rau", "Another", StaffRole.LOOK, "another long one")
    assert "/login" in browser.get("/").url
    assert "is wrong" in browser.log_in().words


def test_after_logging_out_the_cookie_opens_nothing(browser, house):
    (cookie,) = browser.client.cookies.jar
    browser.post("/logout", {})
    assert "/login" in browser.get("/", headers={"Cookie": f"desk={cookie.value}"}).url
    assert house.rows("staff_session") == []


def test_the_store_holds_no_token_and_no_password(browser, house):
    (cookie,) = browser.client.cookies.jar
    (session,) = house.rows("staff_session")
    assert cookie.value not in str(session) and PASSWORD not in str(house.rows("staff"))


def test_who_only_looks_acts_on_nothing(opened, house):
    house.place()
    worker, guest = opened(), opened()
    worker.log_in()
    form = worker.form("B1", "cancel")
    guest.log_in("guest")
    before = events(house)
    assert not guest.get("/r/B1").forms("/r/B1/act")
    page = guest.post("/r/B1/act", form)
    assert page.status == 422 and "may look, and not act" in page.words
    assert events(house) == before


@pytest.mark.parametrize(
    "then",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aX: y", ""],
)
def test_the_login_leads_nowhere_else(opened, then):
    page = opened().post("/login", {"login": "rau", "password": PASSWORD, "then": then})
    assert page.url.startswith(f"{ORIGIN}/") and page.status in (200, 404)


def test_the_login_leads_on_to_the_page_that_was_asked_for(opened, house):
    house.place()
    browser = opened()
    page = browser.get("/r/B1")
    (then,) = page.tree.xpath("//input[@name='then']/@value")
    assert then == "/r/B1" and address("/r/B1") in page.url
    said = {"login": "rau", "password": PASSWORD, "then": then}
    assert browser.post("/login", said).url.endswith("/r/B1")


def test_what_is_no_act_leads_to_the_first_page_after_the_login(browser, house):
    house.later(hours=9)
    page = browser.post("/find", {"find": "A Reader"})
    assert page.status == 401 and "A Reader" not in page.text
    (kept,) = page.forms("/login")
    assert browser.post("/login", kept | {"login": "rau", "password": PASSWORD}).url == f"{ORIGIN}/"


def test_a_login_that_failed_is_logged_without_its_name(opened, caplog):
    opened().log_in("my-password-in-the-wrong-field")
    (line,) = [one for one in caplog.messages if "a login from" in one]
    assert "127.0.0.1" in line and "my-password" not in caplog.text


def test_a_form_outlives_its_session_and_is_not_done_by_the_login(browser, house):
    house.place()
    form = browser.form("B1", "cancel") | {"note": "the reader has bought it"}
    house.later(hours=9)
    before = events(house)
    page = browser.post("/r/B1/act", form)
    assert page.status == 401 and "Nothing was done" in page.words
    (kept,) = page.forms("/login")
    page = browser.post("/login", kept | {"login": "rau", "password": PASSWORD})
    assert events(house) == before and page.url.endswith("/r/B1")
    (field,) = page.tree.xpath("//details[@open]//input[@name='note']")
    assert field.get("value") == "the reader has bought it"


def test_a_form_that_is_too_much_is_refused(browser):
    too_many = {f"f{number}": "x" for number in range(200)}
    assert browser.post("/find", too_many).status == 400
    assert browser.post("/find", {"find": "x" * 300_000}).status == 413
    assert (
        browser.ask("POST", "/find", content=b"{}", headers={"Content-Type": "application/json"}).status
        == 415
    )


@pytest.mark.parametrize(
    ("login", "name", "password"),
    [
        ("Rau", "A", PASSWORD), ("", "A", PASSWORD), ("a b", "A", PASSWORD), ("a" * 33, "A", PASSWORD),
        ("new", "", PASSWORD), ("new", "A\u202e", PASSWORD), ("new", "x" * 99, PASSWORD),
        ("new", "A", "short"), ("new", "A", "x" * 2000), ("rau", "A", PASSWORD),
    ],
)  # fmt: skip
def test_who_is_not_let_to_the_desk(house, login, name, password):
    with pytest.raises(LocalFault):
        people.add(house.app.store, house.app.context, login, name, StaffRole.WORK, password)
