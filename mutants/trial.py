"""One mutant tried: in a child process, so that it lives in memory alone and no file is ever changed."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from mutants.mutate import Mutant, mutated

HEAVY = (
    "aiosmtpd.smtp", "alembic.command", "anyascii", "apscheduler.triggers.cron", "argon2", "asn1tools",
    "dkim", "dns.resolver", "hypothesis", "imapclient", "jinja2", "psycopg", "pydantic", "regex",
    "rich.table", "sqlmodel", "typer",
)  # fmt: skip
"""Imported once, before the first child: a child then begins in a fifth of the time."""


UNCLEAR = 99
FATES = {0: "survived", UNCLEAR: "unclear", int(pytest.ExitCode.NO_TESTS_COLLECTED): "unclear"}
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # of what ``warm_up`` has imported


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, number: int) -> None:
        super().__init__(name, path)
        self._number = number

    def get_code(self, _fullname: str) -> CodeType:
        return compile(mutated(Path(self.path), self._number), self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, root: Path, mutant: Mutant) -> None:
        self._path, self._number = str(root / mutant.file), mutant.number
        self._name = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, name: str, _path: Any, _target: ModuleType | None = None) -> Any:
        if name != self._name:
            return None
        loader = _Loader(name, self._path, self._number)
        return importlib.util.spec_from_file_location(name, self._path, loader=loader)


class _Only:
    """Of the files that are collected, only these tests."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = set(tests)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._tests]


def warm_up() -> None:
    for name in HEAVY:
        importlib.import_module(name)


def tried(root: Path, mutant: Mutant | None, tests: Sequence[str], limit: float, log: Path) -> str:
    """killed | survived | timeout | unclear (no test was found: see ``log``). No mutant: as it is."""
    if not (child := os.fork()):
        _child(root, mutant, tests, log)
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _end_group(child)  # servers that its tests began
            code = os.waitstatus_to_exitcode(status)
            return FATES.get(code, "killed")
        time.sleep(0.05)
    _end_group(child)
    os.waitpid(child, 0)
    return "timeout"


def _end_group(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return


def _child(root: Path, mutant: Mutant | None, tests: Sequence[str], log: Path) -> None:
    os.setpgid(0, 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    os.chdir(root)
    if mutant is not None:
        sys.meta_path.insert(0, _Finder(root, mutant))
    files = sorted({test.partition("::")[0] for test in tests})
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--timeout", "60", "--no-header", *QUIET]
    code: int = UNCLEAR
    try:
        code = pytest.main([*options, *files], plugins=[_Only(tests)])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
