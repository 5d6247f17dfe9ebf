"""A service manager: the socket of $NOTIFY_SOCKET."""

import contextlib
import socket
import time
from pathlib import Path


class Systemd:
    """The socket of $NOTIFY_SOCKET, and what comes to it."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.1)
        self.told: list[str] = []

    def hears(self, word: str, within: float = 90, times: int = 1) -> str:
        end = time.monotonic() + within
        while True:
            found = [line for line in self.told if line.startswith(word)]
            if len(found) >= times:
                return found[times - 1]
            assert time.monotonic() < end, (word, self.told)
            with contextlib.suppress(TimeoutError):
                self.told += self._socket.recv(9999).decode().splitlines()

    def close(self) -> None:
        self._socket.close()
