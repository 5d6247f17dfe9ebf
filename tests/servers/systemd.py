"""A service manager: the socket of $NOTIFY_SOCKET."""

import socket
import threading
from pathlib import Path


class Systemd:
    """What comes to the socket, read as it comes: ten lines that nobody has read make the service wait."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._news = threading.Condition()
        self.told: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def hears(self, word: str, within: float = 90, times: int = 1) -> str:
        """The line that begins with ``word`` (the ``times``-th one)."""

        def found() -> list[str]:
            return [line for line in self.told if line.startswith(word)]

        with self._news:
            assert self._news.wait_for(lambda: len(found()) >= times, within), (word, self.told)
            return found()[times - 1]

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RD)
        self._reader.join(10)
        self._socket.close()

    def _read(self) -> None:
        while datagram := self._socket.recv(9999):
            with self._news:
                self.told += datagram.decode().splitlines()
                self._news.notify_all()
