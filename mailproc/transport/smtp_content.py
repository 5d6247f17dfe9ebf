"""A letter's content on its way through DATA: bounded, its end found, its dots undone."""

from dataclasses import dataclass

DOT = b".\r\n"
_END = b"\r\n" + DOT


@dataclass
class Load:
    """Octets of letters that all sessions together hold in memory, and how many may be."""

    most: int
    octets: int = 0


class Content:
    """A letter's octets as they come, up to the final dot.

    Over the limits only the last octets are kept, to find the end: the client hears of it
    when it listens again (RFC 5321 section 4.2.5), and it costs no memory.
    """

    def __init__(self, limit: int, load: Load) -> None:
        self._limit = limit
        self._load = load
        self._octets = bytearray()
        self._counted = 0
        self.refusal = ""

    def add(self, chunk: bytes) -> None:
        self._octets += chunk
        if not self.refusal:
            self._load.octets += len(chunk)
            self._counted += len(chunk)
            self._judge()
        if self.refusal:
            del self._octets[: -len(_END)]

    def _judge(self) -> None:
        if self._counted > self._limit + len(DOT):
            self.refusal = "552 5.3.4 Letter too large"
        elif self._load.octets > self._load.most:
            self.refusal = "452 4.3.1 Too much mail at once, try again later"
        if self.refusal:
            self.release()

    @property
    def ended(self) -> bool:
        return self._octets.endswith(_END) or self._octets == DOT

    def letter(self) -> bytes:
        """The content without its final dot, the dots that SMTP doubled undone (section 4.5.2)."""
        del self._octets[-len(DOT) :]
        raw = bytes(self._octets)
        self._octets.clear()
        if raw.startswith(b"."):
            raw = raw[1:]
        return raw.replace(b"\r\n.", b"\r\n")

    def release(self) -> None:
        self._load.octets -= self._counted
        self._counted = 0
