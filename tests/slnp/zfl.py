"""A house with a door for SLNP in this process, and a ZFL that connects to it."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from unittest.mock import patch

from mailproc.app import build
from mailproc.app.build import App
from mailproc.app.daemon import Daemon
from mailproc.flow.intake import station as intake
from mailproc.store import counters
from tests.support import configuration, history
from tests.support.desk import Desk

PATIENCE = 30.0
ORDER = {
    "BsTyp": "PFL",
    "SigelNB": "DE-X1",
    "BestellId": "20260000501",
    "BenutzerNummer": "4711",
    "Titel": "Wanderungen am Fluss",
}
ASKED = ORDER | {"BsTyp": "AFL", "SigelNB": "DE-X2", "SigelListe": "DE-X1", "ExternReferenz": "DE-X2#78"}


def command(name: str, **fields: str) -> bytes:
    lines = (f"{key}:{value}" for key, value in fields.items())
    return "\n".join([name, *lines, "SLNPEndCommand", ""]).encode()


def order(**fields: str) -> bytes:
    """A PFL order; of the fields given each replaces one."""
    return command("SLNPFLBestellung", **(ORDER | fields))


def asked(**fields: str) -> bytes:
    """An AFL order."""
    return command("SLNPFLBestellung", **(ASKED | fields))


def configured(
    slnp: str = "", door: str = "", relay: int = 25, more: str = "", transport: str = "mail"
) -> str:
    return "".join(
        [
            configuration.library("XX-HOUSE", "ill@house.example", aliases=["DE-X1", "X1"]),
            "[listen]\nenabled = false\n",
            configuration.relay(relay),
            f'[listen_slnp]\nenabled = true\nport = 0\npartner = "ZFL"\n{door}\n',
            more,
            configuration.partner(
                "ZFL",
                "zfl@zfl.example",
                codec="slnp",
                transport=transport,
                roles=["REQUESTER", "RESPONDER"],
                proof=["network"],
                networks=["192.0.2.0/24"],
            ),
            f"[partner.slnp]\n{slnp}\n",
        ]
    )


class Zfl:
    """A connection to the door."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        if tls is not None:
            self.line = tls.wrap_socket(self.line)
        self._file = self.line.makefile("rb")

    def says(self, octets: bytes) -> list[str]:
        """Send a command; return the lines of its answer."""
        self.line.sendall(octets)
        return self.hears()

    def hears(self) -> list[str]:
        """Return the lines of the next answer; [] if the connection was closed."""
        lines = list[str]()
        while line := self._file.readline().decode():
            lines.append(line.removesuffix("\n"))
            if not line.startswith(("600", "601", "603", "604", "605", "220")):
                break
        return lines

    def __enter__(self) -> "Zfl":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self.line.close()


@dataclass
class House(Desk):
    """The service at work in a thread of this process. ``port``: of its door."""

    app: App
    port: int = 0
    _ends: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    def opened(cls, folder: Path, config: str) -> "House":
        file = folder / "config.toml"
        file.write_text(config)
        house = cls(build.build(file))
        history.remember(house.store)
        house.begin()
        return house

    def begin(self) -> None:
        up, daemon = threading.Event(), Daemon(self.app)

        def ready(addresses: Sequence[tuple[str, int]]) -> None:
            self.port = addresses[0][1]
            up.set()

        thread = threading.Thread(target=daemon.run, args=(ready,), daemon=True)
        thread.start()
        assert up.wait(PATIENCE)
        self._ends += [daemon.stop, thread.join]

    @contextmanager
    def stations_held(self) -> Iterator[None]:
        """No letter is read meanwhile."""
        held, run = threading.Event(), intake.run
        with patch.object(intake, "run", lambda *given: run(*given) if held.is_set() else 0):
            try:
                yield
            finally:
                held.set()
                self.app.store.write(lambda connection: counters.take(connection, "FILE"))  # rings the bell

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.01)

    def again(self) -> None:
        """The service ends and is started anew."""
        self.close()
        self._ends.clear()
        self.app = build.build(self.app.config.file)
        self.begin()

    def zfl(self) -> Zfl:
        return Zfl(self.port)

    def close(self) -> None:
        for end in self._ends:
            end()
        self.app.store.close()
