"""Cut APDUs out of a stream of octets: one APDU is one BER element, whose own length ends it (X.690, 8.1).

There is nothing else between two messages on a socket: no frame, no greeting, no line end. Each octet of a
header is looked at once, the inside of an element of known length not at all, and nothing recurses.
"""

from dataclasses import dataclass, field

MOST_OCTETS = 1 << 20
"""Of one APDU; the largest in use have a few kilobytes."""
MOST_HEADERS = 20_000
MOST_OPEN = 64
"""Elements of indefinite length inside each other."""
SHOWN = 16
"""Octets of a refused stream that its reason quotes."""

_FIRST = range(0x61, 0x75)  # the twenty APDUs: APPLICATION 1 to 20, constructed
_PADDING = b"\r\n\0"
_MOST_PADDING = 8
_CONSTRUCTED, _HIGH_TAG, _CONTINUED = 0x20, 0x1F, 0x80
_MOST_TAG_OCTETS, _MOST_LENGTH_OCTETS = 4, 8
_INDEFINITE = 0x80


class StreamRefused(Exception):
    """The stream holds something else than APDUs. ``code``: of the sentence that says so."""

    def __init__(self, code: str, begin: bytes) -> None:
        super().__init__(code, begin)
        self.code = code
        self.begin = begin


@dataclass
class ApduCutter:
    """Cuts the octets of one connection. ``count``: APDUs that were taken out."""

    count: int = 0
    _held: bytearray = field(default_factory=bytearray)
    _at: int = 0
    _open: int = 0
    _headers: int = 0
    _end: int = -1

    @property
    def rest(self) -> bytes:
        """What came and is no whole APDU; at the end of a connection a line end or two is nothing."""
        held = bytes(self._held)
        return b"" if self._is_padding() else held

    def feed(self, octets: bytes) -> None:
        self._held += octets

    def next(self) -> bytes | None:
        """Take the next APDU out; None if its end has not come. Raise StreamRefused; never search on."""
        while self._end < 0:
            if not self._step():
                self._wait()
                return None
        if self._end > len(self._held):
            return None
        apdu = bytes(self._held[: self._end])
        del self._held[: self._end]
        self._at = self._open = self._headers = 0
        self._end = -1
        self.count += 1
        return apdu

    def _step(self) -> bool:
        """Look at one header; False if it has not come whole."""
        held, at = self._held, self._at
        if at >= len(held):
            return False
        if not at and held[0] not in _FIRST:
            if self._is_padding():
                return False
            raise self._refused(_kind_of(bytes(held[:SHOWN])))
        if not held[at]:
            return self._close(at)
        return self._open_element(at)

    def _close(self, at: int) -> bool:
        """Two octets 00 end an element of indefinite length."""
        if at + 1 == len(self._held):
            return False
        if self._held[at + 1]:
            raise self._refused("stream-tag")
        self._at, self._open = at + 2, self._open - 1
        if not self._open:
            self._end = self._at
        return True

    def _open_element(self, at: int) -> bool:
        header = self._header(at)
        if header is None:
            return False
        self._headers += 1
        if self._headers > MOST_HEADERS:
            raise self._refused("stream-elements")
        behind, length = header
        if length is None:
            self._at, self._open = behind, self._open + 1
            if self._open > MOST_OPEN:
                raise self._refused("stream-depth")
            return True
        self._at = behind + length
        if self._at > MOST_OCTETS:
            raise self._refused("stream-long")
        if not self._open:
            self._end = self._at
        return True

    def _header(self, at: int) -> tuple[int, int | None] | None:
        """Return where the content begins, and its length (None: unknown); None if it is not whole."""
        held, constructed = self._held, self._held[at] & _CONSTRUCTED
        length_at = self._behind_tag(at)
        if length_at >= len(held):
            return None
        size, content = held[length_at], length_at + 1
        if size < _INDEFINITE:
            return content, size
        if size == _INDEFINITE and constructed:
            return content, None
        octets = size - _INDEFINITE
        if not 0 < octets <= _MOST_LENGTH_OCTETS:
            raise self._refused("stream-length")
        behind = content + octets
        return None if behind > len(held) else (behind, int.from_bytes(held[content:behind], "big"))

    def _behind_tag(self, at: int) -> int:
        """Return where the length begins, or the end of what has come. A tag has at most four octets."""
        held, behind = self._held, at + 1
        if held[at] & _HIGH_TAG != _HIGH_TAG:
            return behind
        while behind < len(held):
            if behind - at == _MOST_TAG_OCTETS:
                raise self._refused("stream-tag")
            behind += 1
            if not held[behind - 1] & _CONTINUED:
                return behind
        return len(held)

    def _wait(self) -> None:
        if len(self._held) > MOST_OCTETS:
            raise self._refused("stream-long")

    def _is_padding(self) -> bool:
        few = len(self._held) <= _MOST_PADDING
        return bool(self.count) and few and not self._held.strip(_PADDING)

    def _refused(self, code: str) -> StreamRefused:
        return StreamRefused(code, bytes(self._held[:SHOWN]))


def why_not_whole(octets: bytes) -> str:
    """Return why these octets are not exactly one APDU, as the code of a sentence; '' if they are."""
    cutter = ApduCutter()
    cutter.feed(octets)
    try:
        if cutter.next() is None:
            return "stream-cut-off"
    except StreamRefused as refused:
        return refused.code
    return "stream-cut-off" if cutter.rest else ""


def in_long_form(apdu: bytes) -> bytes:
    """Return the APDU with its outermost length in long form, if that was one octet.

    libyaz 5.34 takes three printable octets (a tag, a short length, 30) for the beginning of HTTP, and waits
    for a line end until the connection closes; X.690 (8.1.3.5) allows the longer form.
    """
    if len(apdu) < 2 or apdu[1] >= _INDEFINITE:
        return apdu
    return apdu[:1] + b"\x81" + apdu[1:]


_METHODS = (b"GET ", b"POST", b"HEAD", b"PUT ", b"OPTI", b"CONN", b"PRI ")


def _kind_of(begin: bytes) -> str:
    """Name what speaks here instead of an APDU."""
    if begin[:2] == b"\x16\x03":
        return "stream-tls"
    return "stream-http" if begin.startswith(_METHODS) else "stream-no-apdu"
