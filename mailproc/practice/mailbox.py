"""An IMAP mailbox of the practice world: pymap in memory, as a process of its own.

Run as ``python -m mailproc.practice.mailbox PORT`` it serves until its standard input ends,
so that it never outlives whoever started it, not even a killed one.
"""

import os
import socket
import subprocess
import sys
import threading
import time

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mailproc.errors import LocalFault

USER = "practice"
_PASSWORD = "PRACTICE_MAILBOX_PASSWORD"  # noqa: S105  # the name of an environment variable
_ATTEMPTS = 3


class PracticeMailbox:
    """``port`` 0 takes a free one. The password goes by the environment, not by the command line."""

    def __init__(self, password: str, port: int = 0) -> None:
        self._password = password
        self._wanted = port

    def start(self) -> int:
        """The bound port. Raises LocalFault where pymap does not come up."""
        for _ in range(_ATTEMPTS):  # a free port may be taken by another before pymap has it
            self.port = self._wanted or _free_port()
            self._process = self._serve()
            if self._is_up():
                return self.port
            self.stop()
        raise LocalFault(f"The practice mailbox does not come up on port {self.port}: is it taken?")

    def _serve(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __name__, str(self.port)]
        environment = {**os.environ, _PASSWORD: self._password}
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603  # our own module

    def _is_up(self) -> bool:
        """A login is the proof; there is no event to wait for, the port opens when it opens."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self._open().logout()
            except (OSError, IMAPClientError):
                time.sleep(0.05)  # another process: looking again is all there is
            else:
                return True
        return False

    def append(self, raw: bytes) -> None:
        """Raises OSError or IMAPClientError where the mailbox is gone."""
        client = self._open()
        try:
            client.append("INBOX", raw)
        finally:
            client.logout()

    def _open(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(USER, self._password)
        return client

    def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _serve_until_orphaned(port: str) -> None:
    from pymap.main import main  # here: only the process that serves needs it

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
    password = os.environ.pop(_PASSWORD)
    account = ["--demo-user", USER, "--demo-password", password]
    sys.argv = ["pymap", "--host", "127.0.0.1", "--port", port, "--no-tls", "dict", *account]
    main()


if __name__ == "__main__":
    _serve_until_orphaned(sys.argv[1])
