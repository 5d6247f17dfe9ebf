"""Count the round trips of a connection: a way through which all its octets go."""

import select
import socket
import threading
from contextlib import suppress


class RoundTrips:
    """Listens on a port of its own and passes everything on to ``port``. ``count``: how often an answer came
    after something was asked."""

    def __init__(self, port: int) -> None:
        self.count = 0
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        asked = False
        with client, server, suppress(OSError):
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                for one in select.select([client, server], [], [])[0]:
                    octets = one.recv(65536)
                    if not octets:
                        return
                    if one is server and asked:
                        self.count += 1
                    asked = one is client
                    (server if one is client else client).sendall(octets)
