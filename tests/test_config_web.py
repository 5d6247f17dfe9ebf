"""[web]: the desk is never open to the world by mistake."""

from itertools import combinations

import pytest

from mailproc.config import Config, Web
from mailproc.config_load import rules_ports, rules_web

ANYWHERE = "0.0.0.0"  # noqa: S104  # what is refused


def wrong(**web: object) -> list[str]:
    config = Config(web=Web.model_validate({"enabled": True} | web))
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
