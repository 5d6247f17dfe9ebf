"""A ZFL, one of Germany's central servers: it gives us orders by SLNP, and names the lender on a cue.

It shares no line with mailproc's own door.
"""

import socket
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mailproc.practice.supplier import Answer, Tell

SYMBOL, NAME = "PRACTICE-ZFL", "Central server (practice)"
ADDRESS = "zfl@zfl.practice.example"
CODEC = "slnp"
LENDER = "DE-LENDER"
MOST_KEPT = 1000

CUES: Mapping[str, str] = MappingProxyType({"lender": "a library was found: it sends the book"})
"""What may be said to it after ``go NUMBER``."""

_BOOK = {"Verfasser": "Marsh, Eleanor", "Titel": "Cartography of vanished rivers", "EJahr": "1974"}
_DATA, _LAST = ("600", "601"), "250"
_PATIENCE = 30.0  # seconds for an answer


class Zfl:
    """``listener``: our door for SLNP, as soon as it is known."""

    name, address = NAME, ADDRESS

    def __init__(
        self, tell: Tell, listener: tuple[str, int] | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.listener = listener
        self._tell = tell
        self._clock = clock
        self._numbers: dict[str, str] = {}

    def order(self, sigel: str) -> None:
        """Give a PFL order: a reader of the library ``sigel`` has asked for the book. Tell what it hears."""
        order = {
            "BsTyp": "PFL", "SigelNB": sigel, "BestellId": str(int(self._clock() * 1000)),
            "BenutzerNummer": "20001", "Nachname": "Muster", "Vorname": "Jo", **_BOOK,
        }  # fmt: skip
        heard = self._says("SLNPFLBestellung", order)
        number = heard.get("PFLNummer", "")
        if number and len(self._numbers) < MOST_KEPT:
            self._numbers[number] = order["BestellId"]
        self._tell_answer("PFL", number, heard)

    def take(self, _raw: bytes) -> list[Answer]:
        """A letter came: its people read it."""
        self._tell("letter", player=NAME, subject="(to its people)", number="")
        return []

    def knows(self, number: str) -> bool:
        return self._wire(number) != ""

    def go(self, number: str, cue: str) -> list[Answer]:
        """A person's cue for what we call ``number``."""
        if cue not in CUES:
            self._tell("unknown-cue", player=NAME, number=number, cue=cue, cues=", ".join(CUES))
            return []
        wire = self._wire(number)
        changed = {"PFLNummer": wire, "SigelGB": LENDER, "Signatur": "912.4 MAR"}
        self._tell_answer(cue, wire, self._says("SLNPPFLDatenAenderung", changed))
        return []

    def _wire(self, number: str) -> str:
        """The number as we told it (B9-1) of B9 or B9-1; '' where it gave us no such order."""
        named = (wire for wire in self._numbers if number in (wire, wire.partition("-")[0]))
        return next(named, "")

    def _tell_answer(self, what: str, number: str, heard: Mapping[str, str]) -> None:
        self._tell("slnp", player=NAME, order=what, number=number, code=heard["code"], text=heard["text"])

    def _says(self, command: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Return what our door answers: ``code`` and ``text`` of its first line, and each field."""
        lines = [command, *(f"{name}:{value}" for name, value in fields.items()), "SLNPEndCommand", ""]
        try:
            return _read(self._called("\n".join(lines).encode()))
        except OSError as error:
            return {"code": "", "text": f"no answer: {error}"}

    def _called(self, octets: bytes) -> list[str]:
        if self.listener is None:
            raise ConnectionRefusedError("our port is not known")
        with (
            socket.create_connection(self.listener, timeout=_PATIENCE) as line,
            line.makefile("rb") as answer,
        ):
            line.sendall(octets)
            said = list[str]()
            while octets := answer.readline():
                said.append(octets.decode("utf-8", "replace").rstrip("\r\n"))
                if not said[-1].startswith(_DATA):
                    break
            line.sendall(b"SLNPQuit\n")
        return said


def _read(said: list[str]) -> dict[str, str]:
    if not said:
        return {"code": "", "text": "the connection was closed"}
    code, _, text = said[0].partition(" ")
    pairs = (line.partition(" ")[2].partition(":") for line in said if line.startswith("601 "))
    return {"code": code, "text": text} | {name: value for name, _, value in pairs}
