"""Run yaz-client, which speaks Z39.50: no shell, a limit of time, and one of what it prints.

No library of Python speaks Z39.50 (docs/decisions.md). The program reads commands from its standard input,
and nothing else: neither the caller's environment nor its own files.
"""

import os
import selectors
import signal
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from mailproc.errors import RemoteFault, TryLater
from mailproc.sentence import sentence

LARGEST = 1_000_000
"""Octets of records, and of what it prints, together."""
_CHUNK = 65_536
PATH = "/usr/local/bin:/usr/bin:/bin"
"""Where a program without a path is looked for."""
_CLEAN = {"PATH": PATH, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
_MESSAGE = "1000"
"""Kilobytes of one message of the server."""


@dataclass(frozen=True)
class Printed:
    """``records``: in ISO 2709, one after the other."""

    output: bytes
    records: bytes


def run(program: str, commands: bytes, longest: float) -> Printed:
    """Return what the program says to these commands, within ``longest`` seconds.

    Raise TryLater if it is not there, or does not end in time; RemoteFault if it says too much.
    """
    with ExitStack() as stack:
        given = stack.enter_context(TemporaryFile())
        given.write(commands)
        given.seek(0)
        (output, prints), (records, writes) = os.pipe(), os.pipe()
        for read in (output, records):
            stack.callback(os.close, read)
        try:
            process = _started(program, given, prints, writes)
        finally:
            os.close(prints)
            os.close(writes)
        stack.callback(_end, process)
        return Printed(*_read((output, records), time.monotonic() + longest))


def _started(program: str, given: IO[bytes], prints: int, records: int) -> "subprocess.Popen[bytes]":
    words = [program, "-f", os.devnull, "-k", _MESSAGE, "-m", f"/dev/fd/{records}"]
    try:
        return subprocess.Popen(  # noqa: S603  # the operator's program; no word of others is in it
            words, stdin=given, stdout=prints, stderr=subprocess.DEVNULL,
            pass_fds=(records,), env=_CLEAN, cwd="/", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise TryLater(sentence("catalogue-silent", why=f"{program}: {error.strerror}")) from None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill it, and whatever it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(sources: tuple[int, int], until: float) -> list[bytes]:
    """Return all of both sources. Raise TryLater, RemoteFault at a limit."""
    said = {source: bytearray() for source in sources}
    with selectors.DefaultSelector() as selector:
        for source in sources:
            selector.register(source, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, until - time.monotonic()))
            if not ready:
                raise TryLater(sentence("catalogue-silent", why="timed out"))
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                said[key.fd] += chunk
                if not chunk:
                    selector.unregister(key.fd)
            if sum(map(len, said.values())) > LARGEST:
                raise RemoteFault(sentence("catalogue-too-long", most=LARGEST))
    return [bytes(said[source]) for source in sources]
