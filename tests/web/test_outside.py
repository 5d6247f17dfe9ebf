"""Who is at the desk where others say it: our web server by a header, or a provider of OpenID Connect."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mailproc.app import self_check
from mailproc.app.self_check import CheckReport
from mailproc.config import Config, StaffEntry, Web, WebOidc
from mailproc.errors import TryLater
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.transport.http_server import HttpServer
from mailproc.transport.oidc_client import OidcProvider
from mailproc.web import site
from mailproc.web.kept_forms import MOST_OF_SOURCE
from mailproc.web.outside import BACK
from tests.support.world import World
from tests.web.browser import ORIGIN, Browser, PageShown
from tests.web.provider import CLIENT, SECRET, Provider

STAFF = (
    StaffEntry(login="rau", name="M. Rau", role="work", subject="f81d4"),
    StaffEntry(login="Guest@library.example", role="look"),
)


def configured(house: World, web: Web, staff: tuple[StaffEntry, ...] = STAFF) -> Any:
    config: Config = house.app.config.model_copy(update={"web": web, "staff": staff})
    return replace(house.app.context, config=config)


@pytest.fixture
def provider(house) -> Iterator[Provider]:
    made = Provider()
    made.now = lambda: house.app.context.clock().timestamp()
    yield made
    made.stop()


@pytest.fixture
def at(house, provider) -> Iterator[Callable[..., Browser]]:
    """Opens browsers at a desk of this kind."""
    made: list[Browser] = []

    def opened(auth: str, staff: tuple[StaffEntry, ...] = STAFF, claim: str = "sub", **more: Any) -> Browser:
        oidc = WebOidc(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, claim=claim)
        web = Web(enabled=True, auth=auth, public_url=ORIGIN, oidc=oidc, **more)
        context = configured(house, web, staff)
        client = OidcProvider(oidc, ORIGIN + BACK, context.clock) if auth == "oidc" else None
        made.append(Browser(site.application(StaffDesk(house.app.store, context, client), web)))
        return made[-1]

    yield opened
    for one in made:
        one.close()


def as_user(browser: Browser, login: str) -> Browser:
    browser.client.headers["X-Remote-User"] = login
    return browser


def test_the_web_server_says_who_it_is(at, house):
    house.place()
    browser = as_user(at("proxy"), "rau")
    assert "M. Rau" in browser.get("/").words
    assert browser.act("B1", "cancel").status == 200
    (event,) = [one for one in house.rows("event") if one["type"] == "cancel"]
    assert (event["actor"], event["door"]) == ("rau", "desk")
    assert house.rows("staff_session") == [], "each request says it anew"


def test_logins_are_the_same_in_any_case_and_a_role_holds(at, house):
    house.place()
    browser = as_user(at("proxy"), "GUEST@library.example")
    form = as_user(at("proxy"), "rau").form("B1", "cancel")
    assert browser.post("/r/B1/act", form).status == 422


@pytest.mark.parametrize("login", ["", "nobody", "rau,rau", "rau\u00e9", "x" * 500])
def test_who_is_not_listed_is_not_let_in(at, login):
    browser = at("proxy")
    page = browser.get("/", headers={b"X-Remote-User": login.encode()})
    assert page.status == 403 and "/login" in page.url
    assert browser.post("/find", {"find": "x"}, headers={b"X-Remote-User": login.encode()}).status == 401


def test_a_header_that_stands_twice_names_nobody(at):
    headers = [("X-Remote-User", "rau"), ("X-Remote-User", "guest@library.example")]
    assert at("proxy").get("/", headers=headers).status == 403


def test_the_header_counts_from_the_web_server_alone(at):
    assert as_user(at("proxy", trusted=("192.0.2.10/32",)), "rau").get("/").status == 403
    assert as_user(at("proxy", trusted=("127.0.0.1/32",)), "rau").get("/").status == 200


def test_with_a_local_login_the_header_is_nothing(at):
    assert "/login" in as_user(at("local"), "rau").get("/").url


def test_behind_the_web_server_a_form_must_come_from_our_pages(at, house):
    house.place()
    browser = as_user(at("proxy"), "rau")
    form = browser.form("B1", "cancel")
    assert browser.post("/r/B1/act", form, headers={"Sec-Fetch-Site": "cross-site"}).status == 403


def go(browser: Browser, then: str = "/") -> str:
    """Click through to the provider; return where it sends the browser."""
    answer = browser.ask("GET", f"/login/oidc?then={then}", follow_redirects=False)
    assert answer.status == 303, answer.words
    back = httpx.get(answer.headers["location"]).headers["location"]
    assert back.startswith(ORIGIN + BACK + "?"), "exactly the address that the provider knows"
    return back.removeprefix(ORIGIN)


def log_in(browser: Browser, then: str = "/") -> PageShown:
    return browser.get(go(browser, then))


def test_a_login_by_the_provider(at, house, provider):
    house.place()
    browser = at("oidc")
    page = browser.get("/r/B1")
    assert "/login" in page.url and not page.forms("/login")
    (way,) = page.tree.xpath("//main//a/@href")
    assert "then=" in way
    page = log_in(browser, "/r/B1")
    assert page.url.endswith("/r/B1") and "M. Rau" in page.words
    assert browser.act("B1", "cancel").status == 200
    assert [one["actor"] for one in house.rows("event") if one["type"] == "cancel"] == ["rau"]
    (session,) = house.rows("staff_session")
    assert session["login"] == "rau"
    browser.post("/logout", {})
    assert "/login" in browser.get("/").url


def test_the_other_way_to_name_the_client(at, provider):
    provider.describes["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert log_in(at("oidc")).status == 200


@pytest.mark.parametrize("ways", [1, None, "client_secret_post", {}, [7]])
def test_a_provider_that_describes_itself_badly(at, provider, ways):
    provider.describes["token_endpoint_auth_methods_supported"] = ways
    assert log_in(at("oidc")).status == 200


def test_another_claim(at, provider):
    provider.says["preferred_username"] = "rau-at-library"
    staff = (StaffEntry(login="rau", subject="rau-at-library"),)
    assert log_in(at("oidc", staff, "preferred_username")).status == 200
    provider.says["preferred_username"] = ["rau-at-library"]
    assert log_in(at("oidc", staff, "preferred_username")).status == 403


@pytest.mark.parametrize(("verified", "status"), [(True, 200), (None, 403), (False, 403), ("true", 403)])
def test_an_address_that_nobody_has_verified_names_nobody(at, provider, verified, status):
    provider.says |= {"email": "rau@library.example", "email_verified": verified}
    staff = (StaffEntry(login="rau", subject="rau@library.example"),)
    assert log_in(at("oidc", staff, "email")).status == status


FORGED = [
    ({"nonce": "another"}, ""),
    ({"nonce": None}, ""),
    ({"aud": "another"}, ""),
    ({"aud": [CLIENT, "another"]}, ""),
    ({"iss": "https://evil.example"}, ""),
    ({"sub": None}, ""),
    ({"sub": "nobody here"}, ""),
    ({"sub": 7}, ""),
    ({"exp": 1}, ""),
    ({"exp": None}, ""),
    ({"iat": 99999999999}, ""),
    ({"azp": "another"}, ""),
    ({}, "own secret"),
    ({}, "unsigned"),
    ({}, "other key"),
    ({}, "no token"),
]


@pytest.mark.parametrize(("says", "broken"), FORGED)
def test_what_proves_nobody(at, provider, house, says, broken):
    provider.says, provider.broken = says, broken
    browser = at("oidc")
    page = log_in(browser)
    assert page.status == 403, page.words
    assert house.rows("staff_session") == [] and "/login" in browser.get("/").url


def test_an_answer_counts_once_and_in_its_browser(at, provider):
    browser, other = at("oidc"), at("oidc")
    back = go(browser)
    assert other.get(back).status == 403, "somebody was lured to an answer to a login that is not theirs"
    back = go(browser)
    assert browser.get(back).status == 200
    assert browser.get(back).status == 403
    forged = back.replace("state=", "state=x")
    assert browser.get(forged).status == 403
    assert browser.get(BACK).status == 403
    state = parse_qs(urlsplit(go(browser)).query)["state"][0]
    assert browser.get(f"{BACK}?error=access_denied&state={state}").status == 403


def test_what_strangers_begin_makes_no_login_forgotten(at):
    browser, stranger = at("oidc"), at("oidc")
    stranger.client = browser.client.__class__(transport=browser.client._transport, base_url=ORIGIN)
    back = go(browser)
    for _ in range(501):
        assert stranger.ask("GET", "/login/oidc", follow_redirects=False).status == 303
    assert browser.get(back).status == 200


@pytest.mark.parametrize("change", ["then", "age", "seal", "state"])
def test_a_begun_login_that_was_written_by_others_is_none(at, change):
    browser = at("oidc")
    back = go(browser)
    (cookie,) = [one for one in browser.client.cookies.jar if one.name == "desk-login"]
    state, age, then, seal = cookie.value.split(".")
    changed = {
        "then": f"{state}.{age}.Ly9ldmls.{seal}",
        "age": f"{state}.{int(age) + 100}.{then}.{seal}",
        "seal": f"{state}.{age}.{then}.{seal[::-1]}",
        "state": f"{state[::-1]}.{age}.{then}.{seal}",
    }
    assert browser.get(back, headers={"Cookie": f"desk-login={changed[change]}"}).status == 403


def test_a_login_that_takes_too_long_begins_again(at, house):
    browser = at("oidc")
    back = go(browser)
    house.later(minutes=11)
    assert browser.get(back).status == 403


def test_clocks_may_differ_by_a_minute(at, provider, house):
    right = provider.now
    provider.now = lambda: right() - 330
    assert log_in(at("oidc")).status == 200
    provider.now = lambda: right() - 400
    assert log_in(at("oidc")).status == 403


def test_the_provider_changes_its_keys(at, provider, house):
    browser = at("oidc")
    assert log_in(browser).status == 200
    provider.rotate()
    house.later(minutes=1)
    assert log_in(browser).status == 200
    asked = provider.asked.count("jwks")
    provider.rotate()
    assert log_in(browser).status == 403, "at most every half minute its keys are asked for"
    assert provider.asked.count("jwks") == asked
    house.later(minutes=1)
    assert log_in(browser).status == 200


def test_a_provider_that_is_away(at, provider):
    provider.broken = "down"
    browser = at("oidc")
    page = browser.get("/login/oidc")
    assert page.status == 503 and "cannot be asked now" in page.words and page.headers["retry-after"]
    provider.broken = ""
    back = go(browser)
    provider.broken = "token down"
    assert browser.get(back).status == 503


def test_a_provider_of_another_name(at, provider):
    provider.describes["issuer"] = "https://evil.example"
    page = at("oidc").get("/login/oidc")
    assert page.status == 503 and "tell your administrator" in page.words
    assert "in a moment" not in page.words, "that helps nobody before it is set right"


def _shakes_hands(server, certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    for _ in range(2):
        with server.accept()[0] as line, suppress(OSError):
            context.wrap_socket(line, server_side=True)


def test_a_certificate_that_does_not_verify_is_not_over_in_a_moment(house, certificate):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_shakes_hands, args=(server, certificate), daemon=True)
        thread.start()
        issuer = f"https://127.0.0.1:{server.getsockname()[1]}/staff"
        oidc = WebOidc(issuer=issuer, client_id=CLIENT, client_secret=SECRET)
        client = OidcProvider(oidc, ORIGIN + BACK, house.app.clock)
        with pytest.raises(TryLater, match="tell your administrator"):
            client.address("state", "nonce", "verifier")
        with pytest.raises(TryLater, match=r"/staff: .*(?i:certificate.verify.failed)"):
            client.check()
        thread.join(10)


@pytest.mark.parametrize(
    ("describes", "broken", "said"),
    [
        ({}, "", ""),
        ({"issuer": "https://evil.example"}, "", "it names another issuer than config.toml"),
        ({"token_endpoint": "http://evil.example/token"}, "", "its token_endpoint is no address"),
        ({}, "down", "HTTP 503"),
    ],
)
def test_check_asks_it_as_a_login_does(house, provider, describes, broken, said):
    provider.describes, provider.broken = describes, broken
    oidc = WebOidc(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET)
    found = CheckReport()
    web = Web(enabled=True, auth="oidc", public_url=ORIGIN, oidc=oidc)
    self_check._connect(configured(house, web), found)
    told = [one for one in [*found.fine, *found.wrong] if one.startswith("login provider")]
    fine = f"login provider: {provider.issuer} answers, and its keys can be read"
    assert told == ([f"login provider: {provider.issuer}: {said}"] if said else [fine])
    assert bool(said) == any("login provider" in one for one in found.wrong)


@pytest.mark.parametrize("url", ["http://evil.example/token", "file:///etc/passwd", "", 7])
def test_no_secret_leaves_unprotected(at, provider, url):
    provider.describes["token_endpoint"] = url
    browser = at("oidc")
    back = go(browser)
    assert browser.get(back).status == 503 and "token" not in provider.asked


def test_a_form_outlives_the_session(at, house):
    house.place()
    browser = at("oidc")
    log_in(browser)
    form = browser.form("B1", "cancel") | {"note": "the reader has bought it"}
    house.later(hours=9)
    page = browser.post("/r/B1/act", form)
    assert page.status == 401
    (way,) = page.tree.xpath("//main//a/@href")
    answer = browser.ask("GET", way, follow_redirects=False)
    page = browser.get(httpx.get(answer.headers["location"]).headers["location"].removeprefix(ORIGIN))
    assert page.url.endswith("/r/B1")
    (field,) = page.tree.xpath("//details[@open]//input[@name='note']")
    assert field.get("value") == "the reader has bought it"
    assert not [one for one in house.rows("event") if one["type"] == "cancel"]


def come_back(browser: Browser, page: PageShown) -> PageShown:
    """Log in from a page that asks for it."""
    (way,) = page.tree.xpath("//main//a/@href")
    answer = browser.ask("GET", way, follow_redirects=False)
    return browser.get(httpx.get(answer.headers["location"]).headers["location"].removeprefix(ORIGIN))


def test_strangers_of_the_same_address_push_out_no_form_of_staff(at, house):
    house.place()
    browser, stranger = at("oidc"), at("oidc")
    stranger.client = browser.client.__class__(
        transport=browser.client._transport, base_url=ORIGIN, headers=browser.client.headers
    )
    log_in(browser)
    form = browser.form("B1", "cancel") | {"note": "the reader has bought it"}
    house.later(hours=9)
    asks = browser.post("/r/B1/act", form)
    for _ in range(MOST_OF_SOURCE + 1):
        stranger.client.cookies.clear()
        assert stranger.post("/templates/x/save", {"text": "x"}).status == 401
    page = come_back(browser, asks)
    (field,) = page.tree.xpath("//details[@open]//input[@name='note']")
    assert field.get("value") == "the reader has bought it"


LOST = ["/r/B1/act", "/templates/en.patron.arrived/save", "/act", "/requests/save"]


@pytest.mark.parametrize("address", LOST)
def test_a_form_that_could_not_be_kept_is_told_on_its_page(at, house, address):
    house.place()
    browser = at("oidc")
    page = browser.post(address, {"note": "x"})
    (kept,) = [one for one in browser.client.cookies.jar if one.name == "desk-kept"]
    browser.client.cookies.delete(kept.name)
    page = come_back(browser, page)
    assert page.status == 200 and page.url == ORIGIN + (address.rpartition("/")[0] or "/")
    assert "could not be kept" in page.words and "could not be kept" not in browser.get(page.url).words


def test_a_form_belongs_to_the_browser_that_sent_it(at, house):
    """Somebody sends a form without a login, and gives the link of the answer to one of the staff."""
    house.place()
    stranger, browser = at("oidc"), at("oidc")
    browser.client = stranger.client.__class__(transport=stranger.client._transport, base_url=ORIGIN)
    page = stranger.post("/r/B1/act", {"act": "cancel", "note": "words of a stranger"})
    assert page.status == 401
    (way,) = page.tree.xpath("//main//a/@href")
    answer = browser.ask("GET", way, follow_redirects=False)
    browser.get(httpx.get(answer.headers["location"]).headers["location"].removeprefix(ORIGIN))
    assert "words of a stranger" not in browser.get("/r/B1").text


def test_who_is_taken_out_of_the_list_is_out_and_no_other_login_goes_on(at, house):
    browser = at("oidc")
    log_in(browser)
    (cookie,) = [one for one in browser.client.cookies.jar if one.name == "desk"]
    without = at("oidc", STAFF[1:])
    assert "/login" in without.get("/", headers={"Cookie": f"desk={cookie.value}"}).url
    local = at("local")
    assert "/login" in local.get("/", headers={"Cookie": f"desk={cookie.value}"}).url
    assert "M. Rau" in at("oidc").get("/", headers={"Cookie": f"desk={cookie.value}"}).words


def test_no_secret_is_logged(at, provider, caplog):
    for broken in ("", "down", "no token", "token down"):
        provider.broken = broken
        browser = at("oidc")
        if broken != "down":
            log_in(browser)
        else:
            browser.get("/login/oidc")
    # the browser of the test is made of httpx, and logs what it asks
    said = "\n".join(one.getMessage() for one in caplog.records if one.name != "httpx")
    assert SECRET not in said and "code-" not in said and "f81d4" not in said


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_login_leads_nowhere_else(at, then):
    assert log_in(at("oidc"), then).url == f"{ORIGIN}/"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "status"),
    [("127.0.0.1/32", "192.0.2.99", 200), ("192.0.2.99/32", "192.0.2.99", 403)],
)
def test_who_really_connects_counts_and_not_whom_a_header_names(house, trusted, forwarded, status):
    web = Web(enabled=True, auth="proxy", public_url="http://127.0.0.1", trusted=(trusted,))
    pages = site.application(StaffDesk(house.app.store, configured(house, web)), web)
    server = HttpServer(pages, "127.0.0.1", 0, proxies=("127.0.0.1",))
    host, port = server.start()
    try:
        headers = {"X-Forwarded-For": forwarded, "X-Remote-User": "rau", "Host": "127.0.0.1"}
        answer = httpx.get(f"http://{host}:{port}/login", headers=headers)
    finally:
        server.stop()
    assert answer.status_code == (303 if status == 200 else 403)
