"""[web]: the desk is never open to the world by mistake."""

from collections.abc import Sequence
from itertools import combinations

import pytest

from mailproc.config import Config
from mailproc.config_load import rules_ports, rules_web, warn_web

ANYWHERE = "0.0.0.0"  # noqa: S104  # what is refused


def wrong(staff: Sequence[dict[str, str]] = (), **web: object) -> list[str]:
    config = Config.model_validate({"web": {"enabled": True} | web, "staff": staff})
    return [".".join(map(str, one.loc)) for one in rules_web.problems(config)]


@pytest.mark.parametrize(
    "web",
    [
        {},
        {"host": "::1"},
        {"host": "localhost"},
        {"public_url": "http://localhost:8026"},
        {"public_url": "https://ill.library.example"},
        {"host": ANYWHERE, "public_url": "https://ill.library.example"},
    ],
)
def test_what_is_safe(web):
    assert wrong(**web) == []


@pytest.mark.parametrize(
    ("web", "key"),
    [
        ({"host": ANYWHERE}, "web.host"),
        ({"host": "::"}, "web.host"),
        ({"host": "192.0.2.1"}, "web.host"),
        ({"host": "desk.library.example"}, "web.host"),
        ({"host": "127.0.0.1:80"}, "web.host"),
        ({"public_url": "http://ill.library.example"}, "web.public_url"),
        ({"public_url": "https://ill.library.example/"}, "web.public_url"),
        ({"public_url": "https://ill.library.example/desk"}, "web.public_url"),
        ({"public_url": "https://user@ill.library.example"}, "web.public_url"),
        ({"public_url": "ill.library.example"}, "web.public_url"),
        ({"public_url": "https://"}, "web.public_url"),
        ({"readers": {"sign_in": "mail"}}, "web.public_url"),
        ({"readers": {"sign_in": "proxy", "header": "Cookie"}}, "web.readers.header"),
        ({"readers": {"sign_in": "proxy", "header": "X Reader"}}, "web.readers.header"),
        ({"readers": {"sign_in": "proxy", "header": ""}}, "web.readers.header"),
        ({"readers": {"sign_in": "proxy", "trusted": ()}}, "web.readers.trusted"),
        ({"readers": {"sign_in": "proxy", "trusted": ("proxy.example",)}}, "web.readers.trusted.0"),
    ],
)
def test_what_is_refused(web, key):
    assert wrong(**web) == [key]


LISTENERS = rules_ports.LISTENERS


@pytest.mark.parametrize(("first", "second"), [*combinations(LISTENERS, 2)])
def test_two_listeners_have_two_ports(first, second):
    def found(*, on, port=9999):
        off = {name: {"enabled": False} for name in LISTENERS}
        both = {name: {"enabled": name in on, "port": port} for name in (first, second)}
        return list(rules_ports.problems(Config.model_validate(off | both)))

    (one,) = found(on=(first, second))
    assert (one.loc, f"is {first}.port too" in str(one)) == ((second, "port"), True)
    assert found(on=(first,)) == found(on=(first, second), port=0) == []


def test_what_is_shipped_may_be_on_together():
    every = {name: {"enabled": True} for name in LISTENERS}
    assert list(rules_ports.problems(Config.model_validate(every))) == []


def test_both_are_wrong_where_the_name_has_no_tls():
    found = wrong(host=ANYWHERE, public_url="http://ill.library.example")
    assert found == ["web.host", "web.public_url"]


def test_nothing_is_asked_of_a_desk_that_is_off():
    assert wrong(enabled=False, host=ANYWHERE, public_url="nonsense", port=8025) == []


PUBLIC = "https://ill.library.example"
STAFF = [{"login": "rau"}]
PROXY = {"auth": "proxy", "public_url": PUBLIC, "staff": STAFF}
PROVIDER = {"issuer": "https://login.library.example", "client_id": "desk", "client_secret": "s3cret-s3cret"}
OIDC = {"auth": "oidc", "public_url": PUBLIC, "staff": STAFF, "oidc": PROVIDER}


@pytest.mark.parametrize(
    "web",
    [
        PROXY,
        PROXY | {"trusted": ["192.0.2.10/32", "2001:db8::/64"]},
        PROXY | {"proxy_header": "Remote-User", "staff": [{"login": "M.Rau@library.example"}]},
        OIDC,
        OIDC | {"public_url": "http://127.0.0.1:8026", "oidc": PROVIDER | {"issuer": "http://127.0.0.1:9"}},
        OIDC | {"staff": [{"login": "rau", "subject": "f81d4"}, {"login": "beck", "subject": "a77c1"}]},
    ],
)
def test_others_may_say_who_it_is(web):
    assert wrong(**web) == []


@pytest.mark.parametrize(
    ("web", "key"),
    [
        (PROXY | {"trusted": []}, "web.trusted"),
        (PROXY | {"trusted": ["0.0.0.0/0"]}, "web.trusted.0"),
        (PROXY | {"trusted": ["127.0.0.1/32", "::/0"]}, "web.trusted.1"),
        (PROXY | {"trusted": ["128.0.0.0/1"]}, "web.trusted.0"),
        ({"trusted": ["0.0.0.0/0"]}, "web.trusted.0"),
        (PROXY | {"trusted": ["proxy.example"]}, "web.trusted.0"),
        (PROXY | {"staff": []}, "web.auth"),
        (PROXY | {"public_url": ""}, "web.public_url"),
        (PROXY | {"host": ANYWHERE, "public_url": "http://127.0.0.1"}, "web.host"),
        (PROXY | {"proxy_header": ""}, "web.proxy_header"),
        (PROXY | {"proxy_header": "Host"}, "web.proxy_header"),
        (PROXY | {"proxy_header": "X-Forwarded-For"}, "web.proxy_header"),
        (PROXY | {"proxy_header": "a b"}, "web.proxy_header"),
        (PROXY | {"staff": [{"login": "a b"}]}, "staff.0.login"),
        (PROXY | {"staff": [{"login": "rau"}, {"login": "Rau"}]}, "staff.1.login"),
        ({"staff": STAFF}, "staff.0.login"),
        (OIDC | {"staff": []}, "web.auth"),
        (OIDC | {"public_url": ""}, "web.public_url"),
        (OIDC | {"oidc": PROVIDER | {"issuer": ""}}, "web.oidc.issuer"),
        (OIDC | {"oidc": PROVIDER | {"issuer": "http://login.library.example"}}, "web.oidc.issuer"),
        (OIDC | {"oidc": PROVIDER | {"client_id": ""}}, "web.oidc.client_id"),
        (OIDC | {"oidc": PROVIDER | {"client_secret": ""}}, "web.oidc.client_secret"),
        (OIDC | {"oidc": PROVIDER | {"scope": "profile"}}, "web.oidc.scope"),
        (OIDC | {"oidc": PROVIDER | {"claim": ""}}, "web.oidc.claim"),
        (
            OIDC | {"staff": [{"login": "a", "subject": "x"}, {"login": "b", "subject": "x"}]},
            "staff.1.subject",
        ),
    ],
)
def test_nobody_is_believed_by_mistake(web, key):
    assert wrong(**web) == [key]


def test_one_header_does_not_name_readers_and_staff():
    web = {
        "auth": "proxy", "proxy_header": "X-Person", "trusted": ("127.0.0.1/32",),
        "public_url": "https://ill.library.example",
        "readers": {"sign_in": "proxy", "header": "x-person", "trusted": ("127.0.0.1/32",)},
    }  # fmt: skip
    assert wrong([{"login": "rau", "name": "M. Rau"}], **web) == ["web.readers.header"]


def test_a_login_that_stands_twice_is_one_fault():
    web = {
        "auth": "proxy", "proxy_header": "X-Person", "trusted": ("127.0.0.1/32",),
        "public_url": "https://ill.library.example",
    }  # fmt: skip
    assert wrong([{"login": "rau", "name": "M. Rau"}] * 2, **web) == ["staff.1.login"]


def test_a_password_in_an_address_is_not_shown():
    config = Config.model_validate({"web": {"enabled": True, "public_url": "https://u:SECRET@ill.example"}})
    (problem,) = rules_web.problems(config)
    assert "SECRET" not in repr(problem)


HERE = {"mode": "smtp", "host": "127.0.0.1"}


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"web": {"readers": {"sign_in": "mail"}}}, "do nothing"),
        ({"web": {"auth": "oidc"}}, "do nothing"),
        ({"web": {"enabled": True, "host": ANYWHERE, "public_url": "https://a.example"}}, "plain HTTP"),
        (
            {
                "web": {
                    "enabled": True, "public_url": "http://127.0.0.1:8026",
                    "readers": {"sign_in": "mail"},
                }
            },
            "opens here alone",
        ),
        ({"web": {"enabled": True}, "documents": {"page_days": 7}}, "page_days does nothing"),
        ({"web": {"enabled": True}, "documents": {"page_days": 90, "keep_days": 30}}, "more than keep_days"),
        ({"web": {"enabled": True, "oidc": {"issuer": "https://id.example"}}}, "web.oidc does nothing"),
        ({"web": {"enabled": True, "port": 0}}, "web.port is 0"),
        ({"web": {"enabled": True}, "deliver": HERE | {"port": 8026}}, "web.port is deliver.port too"),
    ],
)  # fmt: skip
def test_what_does_nothing_or_is_dangerous_is_noted(settings, word):
    config = Config.model_validate(settings)
    assert any(word in note for note in (*warn_web.warnings(config), *rules_ports.warnings(config)))


def test_the_desk_as_shipped_needs_no_note():
    config = Config.model_validate({"web": {"enabled": True, "public_url": "https://ill.library.example"}})
    assert [*warn_web.warnings(config), *rules_ports.warnings(config)] == []
