"""`init`: what a first start needs, written once."""

import io
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config import Config, Library
from mailproc.protocols import registry
from tests.command_line import Ran, run

LIBRARY = {"symbol": "XX-FIRST", "name": "First Library", "email": "ill@first.example"}


@pytest.fixture
def init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """``init("first", email="")``; an option that is '' is left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)

    def called(*arguments: str, **other: str) -> Ran:
        given = [word for key, value in (LIBRARY | other).items() if value for word in (f"--{key}", value)]
        return run("init", *arguments, *given)

    return called


def read(file: Path) -> Config:
    return config_load.load(file, registry.problems)


def test_what_it_writes_passes_check_and_starts(init: Callable[..., Ran], tmp_path: Path) -> None:
    made = init("first")
    assert (made.code, made.err) == (0, "")
    file = tmp_path / "first/config.toml"
    checked = run("--config", str(file), "check", "--json")
    assert (checked.code, checked.json["wrong"]) == (0, [])
    assert not [note for note in checked.json["warnings"] if "placeholder" in note or "open to" in note]
    for each in (file, *(file.parent / name for name in ("var", "var/outgoing", "site-templates"))):
        assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0, each


def test_all_but_the_library_is_at_its_default(init: Callable[..., Ran], tmp_path: Path) -> None:
    assert init().code == 0
    config = read(tmp_path / "config.toml")
    ours = Library(**LIBRARY, staff=LIBRARY["email"])
    assert config.model_copy(update={"file": Config().file}) == Config(library=ours)
    assert "# who may connect" in (tmp_path / "config.toml").read_text(), "the comments stay"


@pytest.mark.parametrize(("bit", "mode"), [(0, 0o600), (stat.S_ISGID, 0o640)])
def test_a_folder_of_the_services_group_lets_the_service_read(
    init: Callable[..., Ran], tmp_path: Path, bit: int, mode: int
) -> None:
    """As the Debian package makes /etc/mailproc: root writes the file, whatever root's umask is."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc").chmod(0o750 | bit)
    mask = os.umask(0o077)
    try:
        assert init("etc").code == 0
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "etc/config.toml").stat().st_mode) == mode


@pytest.mark.parametrize("name", ['A "quoted" one', r"back\1slash \g<0>", "Bücherei 🏛", "it's # 'ours'"])
def test_a_name_is_read_as_it_was_given(init: Callable[..., Ran], tmp_path: Path, name: str) -> None:
    assert init(name=name).code == 0
    assert read(tmp_path / "config.toml").library.name == name


@pytest.mark.parametrize("there", ["file", "link"])
def test_it_overwrites_nothing(init: Callable[..., Ran], tmp_path: Path, there: str) -> None:
    file = tmp_path / "config.toml"
    if there == "file":
        file.write_text("mine")
    else:
        file.symlink_to("nowhere")
    ran = init()
    assert (ran.code, ran.out) == (1, "")
    assert "is there already" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]
    assert there == "link" or file.read_text() == "mine"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "ill at first.example"}, '--email "ill at first.example"'),
        ({"symbol": " XX"}, '--symbol " XX"'),
        ({"name": "two\nlines"}, "--name"),
        ({"name": " "}, "--name"),
        ({"email": ""}, "give --email."),
    ],
)
def test_a_wrong_value_is_refused_before_anything_is_written(
    init: Callable[..., Ran], tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    ran = init("first", **wrong)
    assert (ran.code, said in ran.err) == (1, True), ran
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(init: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "first").write_text("a file")
    ran = init("first")
    assert ran.code == 1
    assert "first cannot be written" in ran.err


def test_what_is_not_given_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mailproc.cli import init

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("XX-FIRST\nill@first.example\n"))
    init.init(tmp_path, name="First Library")
    assert read(tmp_path / "config.toml").library == Library(**LIBRARY, staff=LIBRARY["email"])
    assert "Symbol of your library" in capsys.readouterr().err
