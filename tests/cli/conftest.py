"""The command line as a person uses it: in this process (quick), and as a program of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Ran, run
from tests.support import configuration, empty_store
from tests.support.configuration import Account

CONFIG = "".join(
    [
        configuration.library("XX-TOWN", "ill@town.example", "Town Library"),
        configuration.section("listen", enabled=False),
        configuration.section("deliver", mode="folder", folder="out"),
        configuration.section("templates", site="site"),
        configuration.partner(
            "UK-BL", "orders@bl.example", Account("out", "99-0001", "ART_PASSWORD"), name="British Library"
        ),
        configuration.partner(
            "UK-CUSTOMER", "ill@customer.example", Account("in", "99-0003", "CUSTOMER_PASSWORD"),
            name="A Customer", roles=["REQUESTER"],
        ),
    ]
)  # fmt: skip
SECRETS = {"ART_PASSWORD": "Zq7Pass9", "CUSTOMER_PASSWORD": "Kw3Word5"}
ORDER = (
    "From: ill@customer.example\r\nTo: ill@town.example\r\nSubject: Order file\r\nMessage-ID: <1@c>\r\n\r\n"
    "99-0003\r\nKw3Word5\r\n\r\n\r\n\r\n\r\nTXC77 S LOAN\r\nAuthor, A.\r\nA Book\r\n\r\n\r\n\r\n\r\nNNNN\r\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a config.toml and an empty store."""
    empty_store.copy_to(tmp_path / "var/mailproc.db")
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "site").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def cli(folder: Path) -> Callable[..., Ran]:
    """``cli("show", "B1")``; ``stdin`` is text or octets."""
    return run


@pytest.fixture
def program(folder: Path, python: str) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The same as a process of its own: ``python -m mailproc``."""

    def ran(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        start = sys.executable if "LC_ALL" in environment else python  # Python reads it where it begins
        return subprocess.run(
            [start, "-m", "mailproc", *arguments],
            input=stdin, capture_output=True, timeout=60, check=False, cwd=folder,
            env={**os.environ, **environment},
        )  # fmt: skip

    return ran


@pytest.fixture
def placed(cli: Callable[..., Ran]) -> Callable[..., str]:
    """Places a request; its number."""

    def place(title: str = "A Book", service: str = "LOAN", **more: Any) -> str:
        value = {"service": service, "item": {"title": title}, "partners": ["UK-BL"], **more}
        ran = cli("request", "-", stdin=json.dumps(value))
        assert ran.code == 0, ran
        return ran.out.strip()

    return place


@pytest.fixture
def lent(cli: Callable[..., Ran], prepared: Callable[..., None]) -> str:
    """An order that a customer sent us; its number."""

    def come() -> None:
        assert cli("inject", "-", stdin=ORDER).code == 0
        assert cli("run", "--once").code == 0

    prepared("lent", come)
    return "L1"


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of working directories as tests like to begin with them."""
    return tmp_path_factory.mktemp("folders")


@pytest.fixture
def prepared(folder: Path, folders: Path) -> Callable[[str, Callable[[], None]], None]:
    """Makes something of the fresh working directory; the second time under this name, it is copied."""

    def prepare(name: str, make: Callable[[], None]) -> None:
        here = {path.name for path in folder.rglob("*")}
        fresh = here == {"config.toml", "mailproc.db", "site", "var"}
        if not fresh or (folder / "config.toml").read_text() != CONFIG:
            make()
            return
        kept = folders / name
        if not kept.exists():
            make()
            shutil.copytree(folder, kept)
        else:
            shutil.copytree(kept, folder, dirs_exist_ok=True)

    return prepare
