"""[ncip] of config.toml: what is wrong is named with what is right, and the token is a secret."""

from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config import Config
from mailproc.config_load import secret, warn
from mailproc.errors import Misconfigured
from mailproc.flow.hook_receivers import HookReceivers
from mailproc.protocols import registry
from mailproc.transport import ncip_post

RIGHT = """\
[library]
symbol = "UK-EXAMPLE"
name = "Example Library"
email = "ill@uk-example.example"

[[partner]]
symbol = "UK-BL"
address = "ill@supplier.example"
codec = "letter"
proof = ["none"]

[ncip]
url = "https://library.example/ncip"
"""


def load(folder: Path, text: str) -> Config:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config_load.load(file, registry.problems)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('from_agency = "OURS"', 'ncip.to_agency = "": goes with from_agency'),
        ('to_agency = "LMS"', 'ncip.from_agency = "": goes with to_agency'),
        ('accounts = { UK-X = "1" }', "there is no such partner"),
        ('accept_item = ["RESPONDER.ship"]', "there is no such event for this message"),
        ('accept_item = ["REQUESTER.recieve"]', "did you mean REQUESTER.receive?"),
        ('request_item = ["RESPONDER.ship"]', "has a message already, by ncip.check_out_item"),
        ('reader = "name"', "barcode"),
        ("timeout = 0", "timeout"),
        ('token = "a-token"', "env"),
        ('[[hook]]\nname = "ncip"\nevents = ["*"]\ncommand = ["x"]', "is the name of what [ncip] tells"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path, f"{RIGHT}{more}\n")
    assert says in str(caught.value)


def test_a_url_that_is_none_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path, RIGHT.replace("https://library.example/ncip", "ftp://library.example/t0ken"))
    assert "must be a URL" in str(caught.value)
    assert "t0ken" not in str(caught.value)


def test_without_a_url_nobody_is_told(tmp_path: Path) -> None:
    config = load(tmp_path, RIGHT.replace("https://library.example/ncip", ""))
    assert not HookReceivers(config)


def test_the_token_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCIP_TOKEN", "t0ken-of-the-library")
    config = load(tmp_path, f'{RIGHT}token = {{ env = "NCIP_TOKEN" }}\n')
    assert "t0ken-of-the-library" in secret.secrets(config)
    assert "t0ken" not in repr(ncip_post.server_of(config))


def test_what_goes_over_the_net_unread_by_others_needs_https(tmp_path: Path) -> None:
    config = load(tmp_path, RIGHT.replace("https:", "http:"))
    assert any("ncip: whoever is on the way to library.example" in text for text in warn.warnings(config))
    assert not any("ncip" in text for text in warn.warnings(load(tmp_path, RIGHT)))


def test_all_that_is_told_waits_for_staff_when_in_doubt(tmp_path: Path) -> None:
    """There is no switch for it: a repeated AcceptItem makes a second item."""
    (receiver,) = HookReceivers(load(tmp_path, RIGHT))
    assert not receiver.repeat_safe
    assert receiver.loans
    assert set(receiver.events) == {"REQUESTER.receive", "RESPONDER.ship", "RESPONDER.check-in"}
