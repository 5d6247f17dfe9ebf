"""By sudo as the service's user, staff read no file by mailproc that they may not read themselves."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailproc import named_files
from tests.command_line import Ran

Cli = Callable[..., Ran]
SECRET = "S3cr3t-Word"
NOBODY = "987654"
LENT = (
    *("request", "--as", "lender", "--partner", "UK-CUSTOMER", "--service", "COPY", "--title", "A Journal"),
    *("--their-number", "C7"),
)
CALLS = {
    "decode": ("decode", "{file}"),
    "inject": ("inject", "{file}"),
    "patterns test": ("patterns", "test", "{file}"),
    "encode": ("encode", "{file}", "--codec", "iso10161"),
    "request": ("request", "{file}"),
    "amend": ("amend", "{number}", "--file", "{file}"),
    "preview": ("preview", "en/patron/arrived.txt", "--file", "{file}"),
    "patrons import": ("patrons", "import", "{file}", "--form", "csv"),
    "act --attach": ("act", "{lent}", "ship", "--attach", "{file}"),
}


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody called sudo as the service's user, who is not root."""
    service = os.getuid() or 54_320
    monkeypatch.setattr(os, "geteuid", lambda: service)
    monkeypatch.setenv("SUDO_USER", "alice")
    monkeypatch.setenv("SUDO_UID", NOBODY)


@pytest.mark.parametrize("verb", CALLS)
def test_no_verb_shows_what_its_caller_may_not_read(
    cli: Cli, placed: Callable[..., str], folder: Path, verb: str, request: pytest.FixtureRequest
) -> None:
    number = placed()
    lent = "L1"
    assert cli(*LENT).code == 0
    file = folder / "secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    request.getfixturevalue("caller")
    call = [word.format(file=file, number=number, lent=lent) for word in CALLS[verb]]
    ran = cli(*call)
    assert ran.code == 1
    assert "by sudo only what you may read yourself" in ran.out + ran.err
    assert SECRET not in ran.out + ran.err


def test_what_the_caller_gives_on_standard_input_is_read(cli: Cli, caller: None) -> None:
    assert cli("patrons", "import", "-", "--form", "csv", stdin="id\nR1\n").out.startswith("1 readers")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that all may enter."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # its folders are open to all
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize(
    ("of_file", "of_folder", "may"),
    [(0o644, 0o755, True), (0o604, 0o701, True), (0o600, 0o755, False), (0o640, 0o755, False),
     (0o644, 0o700, False), (0o644, 0o750, False)],
)  # fmt: skip
def test_the_rights_of_the_caller_decide(
    open_folder: Path, caller: None, of_file: int, of_folder: int, may: bool
) -> None:
    """Also those of the folders, by whatever link the file is named."""
    folder = open_folder / "own"
    folder.mkdir()
    file = folder / "file"
    file.write_text("x")
    (open_folder / "link").symlink_to(file)
    file.chmod(of_file)
    folder.chmod(of_folder)
    for name in (file, open_folder / "link"):
        if may:
            named_files.opened(name).close()
        else:
            with pytest.raises(PermissionError):
                named_files.opened(name)


@pytest.mark.parametrize("user", ["", "x", "-1", "9" * 30])
def test_a_caller_whom_nobody_knows_reads_what_all_may(
    open_folder: Path, caller: None, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    monkeypatch.setenv("SUDO_UID", user)
    file = open_folder / "file"
    file.write_text("x")
    named_files.opened(file).close()
    file.chmod(0o640)
    with pytest.raises(PermissionError):
        named_files.opened(file)


def test_root_and_the_service_itself_read_what_they_may(
    open_folder: Path, caller: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = open_folder / "file"
    file.write_text("x")
    file.chmod(0o600)
    named_files.allow_all()
    named_files.opened(file).close()
    monkeypatch.delenv("SUDO_UID")
    monkeypatch.delenv("SUDO_USER")
    named_files.opened(file).close()
