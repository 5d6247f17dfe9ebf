"""[patrons.lookup]: what must hold of it, and what of it is warned of."""

from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config import Config
from mailproc.errors import Misconfigured
from mailproc.protocols import registry
from tests.support import configuration

SECRET = "Sip2-Passw0rd"
PASSWORD: configuration.Value = {"env": "ILS_PASSWORD"}


def load(folder: Path, **keys: configuration.Value) -> Config:
    (folder / "config.toml").write_text(
        configuration.library("XX-TOWN", "ill@town.example") + configuration.section("patrons.lookup", **keys)
    )
    return config_load.load(folder / "config.toml", registry.problems)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ILS_PASSWORD", SECRET)


WRONG: list[tuple[dict[str, configuration.Value], str]] = [
    ({"protocol": "sip2"}, "patrons.lookup.host"),
    ({"protocol": "sip2", "host": "ils.example:6001"}, "patrons.lookup.host"),
    ({"protocol": "sip2", "host": "ils.example", "user": "ill"}, "patrons.lookup.password"),
    ({"protocol": "sip2", "host": "ils.example", "password": PASSWORD}, "patrons.lookup.user"),
    (
        {"protocol": "sip2", "host": "ils.example", "user": "ill", "password": SECRET},
        "patrons.lookup.password",
    ),
    ({"protocol": "sip2", "host": "ils.example", "blocks": ["fine"]}, "patrons.lookup.blocks"),
    ({"protocol": "sip2", "host": "ils.example", "timeout": 0}, "patrons.lookup.timeout"),
    ({"protocol": "ncip1"}, "patrons.lookup.protocol"),
    ({"protocol": "ncip"}, "ncip.url"),
]


@pytest.mark.parametrize(("keys", "named"), WRONG)
def test_what_cannot_work_is_refused_by_its_key(
    tmp_path: Path, keys: dict[str, configuration.Value], named: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        load(tmp_path, **keys)
    assert named in str(refused.value)
    assert SECRET not in str(refused.value)


def test_nobody_is_asked_by_default(tmp_path: Path) -> None:
    assert load(tmp_path).patrons.lookup.protocol == ""


@pytest.mark.parametrize(
    ("host", "security", "warned"),
    [("ils.example", "none", True), ("ils.example", "", False), ("127.0.0.1", "none", False),
     ("localhost", "", False)],
)  # fmt: skip
def test_without_tls_to_another_machine_is_warned_of(
    tmp_path: Path, host: str, security: str, warned: bool
) -> None:
    config = load(tmp_path, protocol="sip2", host=host, security=security, user="ill", password=PASSWORD)
    found = [one for one in config_load.warnings(config) if one.startswith("patrons.lookup")]
    assert bool(found) is warned
    assert SECRET in config_load.secrets(config)
    assert not any(SECRET in one for one in found)
