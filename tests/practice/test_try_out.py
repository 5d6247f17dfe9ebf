"""The lines that the verb ``practice`` prints are a configuration that loads."""

import signal
import sys
import time
from pathlib import Path

import pytest

from mailproc.config import Config, Library, Listen
from mailproc.config_load import load
from mailproc.ill.terms import Role
from mailproc.practice import (
    aleph,
    british_library,
    catalogue,
    configuration,
    customer,
    hub,
    neighbour,
    second_library,
    town,
    zfl,
)
from mailproc.practice.child import Child
from mailproc.practice.configuration import Ports
from mailproc.practice.try_out import DEFAULTS, how_to
from mailproc.practice.world import PASSWORDS
from mailproc.protocols import registry
from tests.command_line import run

PORTS = Ports(8125, 8143, 8180, 8161)
WRITTEN = ("try.toml", "try.password", "try.secret", "try.path")


def test_the_lines_are_a_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PASSWORDS.values():
        monkeypatch.setenv(name, "SECRET7")
    monkeypatch.setenv(PASSWORDS["hub"], "a-path-that-only-the-hub-knows")
    file = tmp_path / "config.toml"
    file.write_text(configuration.lines(PORTS, "every 5s"), encoding="utf-8")
    config = load(file, registry.problems)
    assert [partner.symbol for partner in config.partner] == [
        british_library.SYMBOL, second_library.SYMBOL, customer.SYMBOL, neighbour.SYMBOL,
        town.SYMBOL, aleph.SYMBOL, zfl.SYMBOL, hub.SYMBOL,
    ]  # fmt: skip
    assert [partner.roles for partner in config.partner] == [
        (Role.RESPONDER,), (Role.RESPONDER,), (Role.REQUESTER,), (Role.RESPONDER,), (Role.RESPONDER,),
        (Role.RESPONDER,), (Role.REQUESTER, Role.RESPONDER), (Role.RESPONDER, Role.REQUESTER),
    ]  # fmt: skip
    accounts = [account.direction for partner in config.partner for account in partner.artemail.account]
    assert accounts == ["out", "out", "in"]
    assert [partner.codec for partner in config.partner[-5:]] == [
        "iso10161", "letter", "iso10161", "slnp", "illsbn",
    ]  # fmt: skip
    assert (config.hub.url, config.listen_http.port) == ("http://127.0.0.1:8180/hub", 8027)
    assert config.listen_http.path.get_secret_value() == "a-path-that-only-the-hub-knows"
    assert (config.partner[-3].transport, config.partner[-3].tcp.address) == ("tcp", "127.0.0.1:8161")
    assert (config.listen_tcp.port, config.listen_slnp.port, config.listen_slnp.partner) == (
        1611, 9001, zfl.SYMBOL,
    )  # fmt: skip
    assert (config.deliver.mode, config.deliver.port, config.mailbox[0].port) == ("smtp", 8125, 8143)
    urls = [one.url for one in (*config.catalogue, *config.hook)]
    assert urls == [f"http://127.0.0.1:8180/{name}" for name in ("own", "union", "told")]
    assert config.catalogue[1].partners == {catalogue.SECOND: second_library.SYMBOL}
    assert config.hook[0].secret.get_secret_value() == "SECRET7"


def test_the_printed_text_holds_those_lines() -> None:
    text = how_to(Config(library=Library(email="ill@library.example")), DEFAULTS, "LINES\nLINES")
    assert "\n\nLINES\nLINES\n" in text
    assert all(f"export {name}={DEFAULTS[who]}" in text for who, name in PASSWORDS.items())
    assert "order ill@library.example" in text
    assert "sbn IT-PR0001" in text
    assert "listener on 127.0.0.1:8025" in text


def test_a_password_of_the_persons_own_is_not_printed() -> None:
    text = how_to(Config(), {**DEFAULTS, "bl": "MYOWN77"}, "")
    assert "MYOWN77" not in text
    assert "export PRACTICE_BL_PASSWORD=…" in text


@pytest.mark.parametrize("listen", [Listen(enabled=False), Listen(port=0)])
def test_without_a_listener_all_comes_by_mailbox(listen: Listen) -> None:
    assert "all answers come into the mailbox" in how_to(Config(listen=listen), DEFAULTS, "")


def test_it_writes_a_configuration_that_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("practice", "--write", "try.toml").code == 0
    ran = run("--config", "try.toml", "check")
    assert (ran.code, ran.out.count("WRONG"), "note  hook" in ran.out) == (0, 0, False), ran
    config = load(tmp_path / "try.toml", registry.problems)
    assert config.store.url == "sqlite:///try-var/try.db"  # what lies outside it is not that of config.toml
    text = how_to(config, DEFAULTS, "LINES")
    assert "LINES" not in text
    assert "joined" in text
    assert all((tmp_path / name).stat().st_mode & 0o777 == 0o600 for name in WRITTEN)


@pytest.mark.parametrize("there", WRITTEN)
def test_a_file_that_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / there).write_text("mine")
    ran = run("practice", "--write", "try.toml")
    assert (ran.code, "is there already" in ran.err) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("name", ["no/such/folder/x.toml", 'a "b".toml', "ö.toml"])
def test_any_name_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("practice", "--write", name)
    if "/" in name:
        assert (ran.code, "cannot be written" in ran.err) == (1, True)
    else:
        assert run("--config", name, "check").code == 0


RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests started in the background ignore it
from mailproc.config import Config
from mailproc.practice import configuration, try_out
try_out.run(Config(), configuration.Ports(0, 0, 0, 0))
"""


@pytest.mark.long
def test_it_runs_until_ctrl_c() -> None:
    soon = time.monotonic() + 40
    child = Child("practice", [sys.executable, "-c", RUN], {})
    child.wait_for(lambda line: "Ctrl-C ends it" in line, "it says how", soon)
    child.write("go B1 due")
    child.wait_for(lambda line: line.endswith("not understood: no order B1"), "it hears", soon)
    assert any(line.startswith("port = ") and line != "port = 0" for line in child.lines)
    assert child.stop(signal.SIGINT) == 0
    assert "Traceback" not in "".join(child.lines)
