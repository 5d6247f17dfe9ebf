"""A secret that is written wrongly into config.toml is shown by no error, wherever it ends up."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config_load import misplaced_secrets
from mailproc.errors import Misconfigured
from mailproc.protocols import registry
from tests.linear.stopwatch import too_steep
from tests.test_config_mistakes import RIGHT

SECRET = "hunTer2Xyz"
ART = 'password = { env = "ART_PASSWORD" }'

KEYS = [
    "password = ", "password=", "password: ", "password ", '"password" = ', "passwort = ", "pass word = ",
    "Password = ", "password.env = ", f"password.{SECRET} = ", "= ", "[password] ", "password == ",
    "PASSWORD = ", "password = password = ", "client_secret = ", "refresh_token = ", "secret = ", "pw = ",
    "auth = ", "auth ", "auth: ",
]  # fmt: skip
VALUES = [
    "{S}", '"{S}', '{S}"', "“{S}”", '"{S}"x', '"x"{S}', '[{ value = "{S}" }]', "{ env = {S} }", '["{S}"]',
    '"""{S}', '"""\n{S}\n', "'''\n{S}\n", '"\\x{S}"', "{S} = 1", "12{S}", "\n{S}", '\n"{S}"', '"{S}"\n"{S}"',
    '"ab"\n{S}', '"ab"\n  {S}', '"ab\n{S}"', '"ab{S}\ncd{S}"',
    "{ 'env' = '{S}'", "env:{S}", "${S}", '"{S}\x00"',
    '"{S}\\"', '{ env = "ART_PASSWORD" }{S}', '{ env = "ART_PASSWORD", {S} }', '{"{S}"}',
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_a_secret_in_any_form_is_shown_by_no_error(key: str, tmp_path: Path, monkeypatch) -> None:
    for name in ("ART_PASSWORD", "BOX_PASSWORD", "RELAY_PASSWORD"):
        monkeypatch.setenv(name, "x")
    for value in VALUES:
        line = (key + value).replace("{S}", SECRET)
        (tmp_path / "config.toml").write_text(RIGHT.replace(ART, line), encoding="utf-8")
        with pytest.raises(Misconfigured) as refused:
            config_load.load(tmp_path / "config.toml", registry.problems)
        told = f"{refused.value} {refused.value.setting}".lower()
        assert SECRET.lower() not in told, f"{line!r}: {told}"
        assert SECRET[:6].lower() not in told, f"{line!r}: {told}"


SHOWN = {
    "a misspelt key": ("symbol =", "symbl =", "symbl"),
    "a value that is no secret": ("port = 8025", "port = eight", "port"),
    "the variable that is not set": ("ART_PASSWORD", "NOT_SET_PASSWORD", "NOT_SET_PASSWORD"),
}


@pytest.mark.parametrize(("right", "wrong", "named"), SHOWN.values(), ids=SHOWN)
def test_what_is_no_secret_is_still_named(right, wrong, named, tmp_path, monkeypatch) -> None:
    for name in ("ART_PASSWORD", "BOX_PASSWORD", "RELAY_PASSWORD"):
        monkeypatch.setenv(name, "x")
    (tmp_path / "config.toml").write_text(RIGHT.replace(right, wrong), encoding="utf-8")
    with pytest.raises(Misconfigured, match=named):
        config_load.load(tmp_path / "config.toml", registry.problems)


@pytest.mark.parametrize(("value", "is_shown"), [(SECRET, False), ("OAuth", True), ("plain", True)])
def test_the_way_of_logging_in_is_shown_only_where_it_is_one(value, is_shown, tmp_path, monkeypatch) -> None:
    for name in ("ART_PASSWORD", "BOX_PASSWORD", "RELAY_PASSWORD"):
        monkeypatch.setenv(name, "x")
    text = RIGHT.replace("[[mailbox]]\n", f'[[mailbox]]\nauth = "{value}"\n', 1)
    assert text != RIGHT
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured, match="oauth2") as refused:
        config_load.load(tmp_path / "config.toml", registry.problems)
    assert (value in f"{refused.value} {refused.value.setting}") == is_shown


@pytest.mark.parametrize("text", ["pass", "a", '"', "password = x\n", "[ \t", "pass\n"])
def test_it_takes_linear_time(text: str) -> None:
    def work(length: int) -> Callable[[], object]:
        return lambda: misplaced_secrets.words((text * (length // len(text) + 1))[:length])

    assert too_steep(work, 6_000, 0.006)[0] == ""
