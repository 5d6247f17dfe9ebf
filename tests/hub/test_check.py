"""What `check` says of the hub and the partners behind it."""

from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.app import build, hub_poll
from mailproc.config import Config, Hub, ListenHttp, Partner
from mailproc.config_load import rules_hub
from mailproc.errors import MailprocError, Misconfigured
from tests.hub.library import HubLibrary
from tests.servers.ill_hub import IllHub


def test_the_hub_says_which_partners_it_knows(hub: IllHub, milan: HubLibrary) -> None:
    hub.libraries = ("MI0001", "rm0002")
    assert hub_poll.listed(milan.app.config) == "libraries in its list: 2"
    hub.libraries = ("MI0001",)
    assert hub_poll.listed(milan.app.config) == "libraries in its list: 1, but not IT-RM0002"


def test_a_hub_that_is_not_there_is_said_without_its_address() -> None:
    nowhere = Hub(url="http://127.0.0.1:9/secret-place")
    with pytest.raises(MailprocError, match="the hub cannot be reached") as caught:
        hub_poll.listed(Config(hub=nowhere))
    assert "secret-place" not in str(caught.value)


BEHIND = Partner(symbol="IT-RM0002", address="ill@rome.example", codec="illsbn", transport="http")


@pytest.mark.parametrize(
    ("config", "key", "words"),
    [
        (Config(hub=Hub(url="ftp://x")), ("hub", "url"), "must be a URL"),
        (Config(listen_http=ListenHttp(enabled=True)), ("listen_http", "path"), "must be a secret"),
        (
            Config(listen_http=ListenHttp(enabled=True, path="x" * 20, networks=())),
            ("listen_http", "networks"),
            "from where the hub connects",
        ),
        (
            Config(listen_http=ListenHttp(enabled=True, path="x" * 20, host="192.0.2.1")),
            ("listen_http", "networks"),
            "from where the hub connects",
        ),
        (
            Config(listen_http=ListenHttp(networks=("x",))),
            ("listen_http", "networks", 0),
            "must be a network",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_key(config: Config, key: tuple[str, ...], words: str) -> None:
    problem = next(iter(rules_hub.problems(config)))
    assert problem.loc == key
    assert words in problem.text


def test_verbs_that_need_no_secret_do_without_it(tmp_path: Path) -> None:
    """Staff's verbs have no HUB_PATH in their environment."""
    file = tmp_path / "config.toml"
    file.write_text('[listen_http]\nenabled = true\npath = { env = "NO_SUCH_VARIABLE" }\n')
    assert config_load.load(file, build.further, secrets_needed=False).listen_http.enabled
    with pytest.raises(Misconfigured, match="NO_SUCH_VARIABLE is not set"):
        config_load.load(file, build.further)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (Config(partner=(BEHIND,)), "hub.url is empty: nothing can be sent to IT-RM0002"),
        (Config(partner=(BEHIND,), hub=Hub(url="https://hub.example/")), "listen_http is off"),
        (Config(hub=Hub(url="http://hub.example/")), "reads who borrows what"),
        (Config(listen_http=ListenHttp(networks=("0.0.0.0/0",))), "everybody may post there"),
    ],
)
def test_what_is_missing_is_said(config: Config, words: str) -> None:
    assert any(words in said for said in rules_hub.warnings(config))


@pytest.mark.parametrize(("proxies", "noted"), [(("0.0.0.0/0",), 1), (("::/0",), 1), (("192.0.2.1/32",), 0)])
def test_a_proxy_that_may_be_anybody_is_noted(proxies: tuple[str, ...], noted: int) -> None:
    config = Config(listen_http=ListenHttp(enabled=True, path="x" * 20, proxies=proxies))
    assert len([one for one in rules_hub.warnings(config) if "listen_http.proxies" in one]) == noted
