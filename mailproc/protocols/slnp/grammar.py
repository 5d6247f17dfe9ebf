"""The lines of SLNP: octets of a connection are cut into commands, a command is read into its fields.

request = Command LF *( Name ":" Value LF | group | blank line ) "SLNPEndCommand" LF
group   = "SLNPBegin" LF *( … ) "SLNPEnd" LF          one level deeper; level 1 is the command itself
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailproc import slow_work
from mailproc.errors import RemoteFault

END, QUIT, BEGIN, CLOSE = "SLNPEndCommand", "SLNPQuit", "SLNPBegin", "SLNPEnd"
BLANKS = " \t"
"""What may stand around a line. CR, which means nothing here, is taken out before."""
MOST_OCTETS = 65_536
MOST_LINES = 500
SHOWN = 200
"""Characters of a wrong line that an answer quotes."""

_COMMAND = re.compile(r"SLNP\w{1,60}", re.ASCII)
_FIELD = re.compile(r"[ \t]*+(\w++)[ \t]*+:(.*+)", re.ASCII | re.DOTALL)
_ESCAPED = re.compile(r"\\\\n|\\n|\\\\")
_STRICT = re.compile(r"\\n|\\\\")


class SyntaxFault(RemoteFault):
    """The command is answered 520: it breaks the grammar, or the rules of its fields."""


class CommandRefused(RemoteFault):
    """The command is answered 510: it can be read, and we do not do what it asks for.

    ``key``: of the answer's words (``answers.TEXTS``).
    """

    def __init__(self, text: str, key: str) -> None:
        super().__init__(text)
        self.key = key


@dataclass(frozen=True)
class Field:
    """``value`` as it was written, without its line end. ``level``: 1 is the command itself."""

    name: str
    value: str
    level: int = 1


@dataclass(frozen=True)
class Command:
    """``fields`` in their order."""

    name: str
    fields: tuple[Field, ...] = ()


class Cutter:
    """Cuts the octets of one connection into commands. Linear, however few octets come at a time."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def is_open(self) -> bool:
        """Return whether a command has begun and not ended."""
        return bool(_bare(self._rest)) or any(_bare(line) for line in self._lines)

    def feed(self, octets: bytes) -> Iterator[bytes]:
        """Yield each command that is whole now, with its last line; QUIT alone if that line came.

        Raise SyntaxFault for a command that is too long; the connection should then be closed.
        """
        begin = len(self._rest)
        self._rest += octets
        while (at := self._rest.find(b"\n", begin)) >= 0:
            line = bytes(self._rest[: at + 1])
            del self._rest[: at + 1]
            begin = 0
            said = _bare(line)
            self._add(line)
            if said == QUIT.encode():
                self._begin_anew()
                yield said
            elif said == END.encode():
                yield self._begin_anew()
        self._check(len(self._rest))

    def _add(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line)
        self._check(0)

    def _check(self, more: int) -> None:
        if self._size + more > MOST_OCTETS:
            raise SyntaxFault(f"SlnpRequestError: SLNP_REQ_FORMAT_ERROR more than {MOST_OCTETS} octets")
        if len(self._lines) > MOST_LINES:
            raise SyntaxFault(f"SlnpRequestError: SLNP_REQ_FORMAT_ERROR more than {MOST_LINES} lines")

    def _begin_anew(self) -> bytes:
        whole = b"".join(self._lines)
        self._lines, self._size = [], 0
        return whole


def _bare(line: bytes | bytearray) -> bytes:
    """Return the line as ``parse`` compares it."""
    return bytes(line).replace(b"\r", b"").strip(BLANKS.encode() + b"\n")


@slow_work.outside_writes
def parse(raw: bytes) -> Command:
    """Read one command. Raise SyntaxFault with the line, counted from 1."""
    name, level, fields = "", 1, list[Field]()
    lines = characters(raw).split("\n")
    for position, line in enumerate(lines, 1):
        said = line.strip(BLANKS)
        if not said:
            continue
        if not name:
            name = _name(said, position)
        elif said == END:
            if level != 1:
                raise _wrong(said, position)
            return Command(name, tuple(fields))
        elif said == BEGIN:
            level += 1
        elif said == CLOSE:
            level -= 1
            if not level:
                raise _wrong(said, position)
        else:
            fields.append(_field(line, level, position))
    raise _wrong("", len(lines))


def characters(raw: bytes) -> str:
    """Return UTF-8, else Windows-1252; without CR, which means nothing here."""
    raw = raw.replace(b"\r", b"")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def unescaped(value: str, *, strict: bool = False) -> str:
    """Return the value with its escapes read: "\\n" is a newline, a doubled backslash is one.

    Some systems double the backslash of a newline too; that is read as a newline, unless ``strict``.
    """
    if "\\" not in value:
        return value
    return (_STRICT if strict else _ESCAPED).sub(_meant, value)


def _meant(found: re.Match[str]) -> str:
    return "\n" if found[0].endswith("n") else "\\"


def _name(said: str, position: int) -> str:
    if not _COMMAND.fullmatch(said) or said in (END, QUIT, BEGIN, CLOSE):
        raise _wrong(said, position)
    return said


def _field(line: str, level: int, position: int) -> Field:
    found = _FIELD.fullmatch(line)
    if found is None:
        raise _wrong(line.strip(BLANKS), position)
    return Field(found[1], found[2], level)


def _wrong(line: str, position: int) -> SyntaxFault:
    shown = "".join(sign if sign.isprintable() else "?" for sign in line[:SHOWN])
    text = "SlnpRequestError: SLNP_REQ_FORMAT_ERROR Error in request, line no."
    return SyntaxFault(f'{text}:{position} line:"{shown}"', position)
