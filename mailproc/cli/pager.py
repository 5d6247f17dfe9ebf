"""A long answer on a terminal goes through a pager, as of `git`: only of verbs that show something."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess

PAGED = frozenset(
    {
        "charges", "digest", "jobs", "letter", "letters", "outbox", "partners", "preview", "requests", "rota",
        "shelved", "show", "states", "stats", "status", "templates", "trace",
    }
)  # fmt: skip


class _ToPager(TextIOWrapper):
    """What is written here is shown on the terminal in the end."""

    def isatty(self) -> bool:
        return True


def paged(show: Callable[..., Any]) -> Callable[..., Any]:
    """Let the verb ``show`` write through the pager, where stdout is a terminal and a pager is wanted."""

    @wraps(show)
    def shown(*given: Any, **named: Any) -> Any:
        with _pager():
            return show(*given, **named)

    return shown


@contextmanager
def _pager() -> Iterator[None]:
    program = _program() if sys.stdin.isatty() and sys.stdout.isatty() else []
    pager = _started(program) if program else None
    if pager is None or pager.stdin is None:
        yield
        return
    terminal, sys.stdout = sys.stdout, _stream(pager.stdin)
    try:
        with suppress(BrokenPipeError):  # who has seen enough quits the pager
            yield
    finally:
        _end(pager)
        sys.stdout = terminal


def _program() -> list[str]:
    """$MAILPROC_PAGER, else $PAGER, else less; '' is none. By sudo it is less, which then starts nothing."""
    if "SUDO_USER" in os.environ:
        return ["less"]
    wanted = os.environ.get("MAILPROC_PAGER", os.environ.get("PAGER", "less"))
    try:
        return shlex.split(wanted)
    except ValueError:  # a quote that is not closed
        return []


def _started(program: list[str]) -> "subprocess.Popen[bytes] | None":
    """``less`` ends at once where all fits the screen, and lets nobody start a shell or write a file."""
    import subprocess  # here: few calls of a verb are made on a terminal

    environment = {"LESS": "FRX", "LESSCHARSET": "utf-8"} | dict(os.environ) | {"LESSSECURE": "1"}
    try:
        return subprocess.Popen(program, stdin=subprocess.PIPE, env=environment)  # noqa: S603  # the user's own
    except OSError:
        return None


def _stream(pipe: IO[bytes]) -> _ToPager:
    return _ToPager(pipe, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _end(pager: "subprocess.Popen[bytes]") -> None:
    with suppress(BrokenPipeError):
        sys.stdout.close()
    while True:
        try:
            pager.wait()
            return
        except KeyboardInterrupt:  # meant for the pager
            continue
