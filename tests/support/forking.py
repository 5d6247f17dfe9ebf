"""The tests' end of ``forked``: a program of its own in a moment, with what a test asks of a process."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from tests.support import quick_python

PATIENCE = 60.0
PYTHON = sys.executable


class Forked:
    """As ``subprocess.Popen``."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.pid = int(connection.recv(64))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int:
        """Its exit status; of a signal, its number below zero."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                self.returncode = int(self._connection.recv(64))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("a forked program", timeout) from None
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forker:
    """Starts programs; itself with the first of them. Close it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mailproc-fork-")
        self._path = str(Path(self._folder.name) / "socket")
        self._quick = str(Path(self._folder.name) / "python")

    @cached_property
    def _server(self) -> subprocess.Popen[bytes]:
        server = subprocess.Popen([PYTHON, "-m", "tests.support.forked", self._path, self._quick])
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self._path):
            assert server.poll() is None, "the process that forks has ended"
            assert time.monotonic() < deadline, "the process that forks does not start"
            time.sleep(0.01)  # it has nothing else to say that it listens
        return server

    @cached_property
    def python(self) -> str:
        """A program to call in the place of Python, for ``-m`` and a module that mailproc uses, or ``-c``."""
        assert self._server.poll() is None
        text = Path(quick_python.__file__).read_text().replace('SOCKET = ""', f"SOCKET = {self._path!r}")
        quick = Path(self._quick)
        quick.write_text(f"#!{PYTHON} -ISE\n{text}")
        quick.chmod(0o700)
        return self._quick

    def start(self, output: int, *arguments: str, code: str = "", folder: Path) -> Forked:
        """``mailproc`` with these arguments after ``code``, in ``folder`` and today's environment; what it
        says goes into the descriptor ``output``, and it has nothing to read."""
        asked = {"module": "mailproc", "code": code, "arguments": arguments, "folder": str(folder)}
        said = json.dumps(asked | {"environment": dict(os.environ)}).encode()
        with open(os.devnull) as nothing:
            return Forked(self._asked(said, [nothing.fileno(), output, output]))

    def _asked(self, said: bytes, descriptors: Sequence[int]) -> socket.socket:
        assert self._server.poll() is None
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(PATIENCE)
        connection.connect(self._path)
        socket.send_fds(connection, [said], descriptors)
        return connection

    def close(self) -> None:
        if "_server" in self.__dict__:
            self._server.terminate()
            self._server.wait(PATIENCE)
        self._folder.cleanup()
