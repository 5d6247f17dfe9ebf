"""Mutants tried within one pytest: everything is imported and collected once, then each mutant has a child.

The child puts the changed code into the functions that are there, runs the tests chosen for it, and ends. So
a mutant lives in memory alone, no file is ever changed, and a trial takes as long as its tests. What runs at
import only (tables, defaults) is not changed: the tables are compared with their page, cell by cell.
"""

import gc
import os
import shutil
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import pytest
from _pytest.main import pytest_runtestloop as run_tests

from mutants.mutate import Mutant, mutated

OPTIONS = ("-x", "-q", "-s", "-n", "0", "-p", "no:cacheprovider", "--timeout", "60", "--no-header")
SURVIVED, KILLED, NOT_PUT_IN = 0, 1, 99
FATES = {SURVIVED: "survived", NOT_PUT_IN: "not put in"}

Try = Callable[[Mutant | None, Sequence[str], float], str]
"""(the mutant, None for the program as it is; tests; seconds) -> killed | survived | timeout | not put in."""


class Trials:
    """A pytest plugin: instead of running what was collected, it lets ``work`` try mutants."""

    def __init__(self, root: Path, folder: Path, work: Callable[[Try], None]) -> None:
        self._root, self._folder, self._work = root, folder, work

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in session.items:
            for name in {item.nodeid, item.nodeid.partition("[")[0], item.nodeid.partition("::")[0]}:
                items[name].append(item)

        def tried(mutant: Mutant | None, tests: Sequence[str], limit: float) -> str:
            chosen = [item for test in tests for item in items.get(test, ())]
            child = os.fork()
            if not child:
                _child(session, chosen, self._root, mutant, self._folder / "last.log")
            return _fate(child, limit)

        self._work(tried)
        return True


def begin(root: Path, folder: Path, files: Sequence[str], work: Callable[[Try], None]) -> int:
    """Collect ``files`` and let ``work`` try its mutants."""
    temporary = folder / "tmp"
    code = pytest.main([*OPTIONS, "--basetemp", str(temporary), *files], plugins=[Trials(root, folder, work)])
    shutil.rmtree(temporary, ignore_errors=True)
    return int(code)


def _fate(child: int, limit: float) -> str:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _end_group(child)  # servers that its tests began
            return FATES.get(os.waitstatus_to_exitcode(status), "killed")
        time.sleep(0.01)  # a child and a limit: waitpid knows no time
    _end_group(child)
    os.waitpid(child, 0)
    return "timeout"


def _end_group(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return


def _child(
    session: pytest.Session, chosen: list[pytest.Item], root: Path, mutant: Mutant | None, log: Path
) -> NoReturn:
    os.setpgid(0, 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    code = NOT_PUT_IN
    try:
        if chosen and (mutant is None or put_in(root, mutant)):
            code = KILLED
            session.items[:] = chosen
            run_tests(session)
            code = KILLED if session.testsfailed else SURVIVED
    except session.Failed:
        reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
        reporter.summary_failures()
    finally:
        os._exit(code)


def put_in(root: Path, mutant: Mutant) -> bool:
    """Into the functions that are there; False where none of them runs the changed code."""
    path = root / mutant.file
    import_module(
        mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    )  # may be a lazy one
    new = compile(mutated(path, mutant.number), str(path), "exec", dont_inherit=True)
    old = set(_codes(compile(path.read_bytes(), str(path), "exec", dont_inherit=True)))
    changed = {_key(code): code for code in _codes(new) if code not in old}
    done = False
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and function.__code__.co_filename == str(path):
            code = changed.get(_key(function.__code__))
            if code is not None and len(code.co_freevars) == len(function.__code__.co_freevars):
                function.__code__ = code
                done = True
    return done


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno
