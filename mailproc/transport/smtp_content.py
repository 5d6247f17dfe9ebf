"""A letter's content on its way through DATA: bounded, its end found, its dots undone."""

from mailproc.transport.smtp_memory import Memory

LINE_END = b"\r\n"
_DOT = b".\r\n"
END = LINE_END + _DOT


class Content:
    """A letter's octets as they come: from the line end of the DATA command, which may be the first half of
    their end (RFC 5321 section 4.1.1.4), up to the final dot.

    Once refused, only the last octets are kept, to find the end: the client hears of it
    when it listens again (section 4.2.5), and it costs no memory.
    """

    def __init__(self, limit: int, memory: Memory, host: str) -> None:
        self._limit = limit
        self._memory = memory
        self._host = host
        self._octets = bytearray()
        self._counted = 0
        self.refusal = ""

    @property
    def held(self) -> int:
        """Octets of memory that a refusal sets free."""
        return self._counted

    def add(self, chunk: bytes) -> None:
        self._octets += chunk
        if not self.refusal:
            self._memory.take(self._host, len(chunk))
            self._counted += len(chunk)
            if self._counted > self._limit + len(END):
                self.refuse("552 5.3.4 Letter too large")
        if self.refusal:
            self._forget()

    def refuse(self, refusal: str) -> None:
        """Take no more of it, and say so when the client listens. The first refusal counts."""
        self.refusal = self.refusal or refusal
        self.release()
        self._forget()

    def _forget(self) -> None:
        del self._octets[: -len(END)]

    @property
    def ended(self) -> bool:
        return self._octets.endswith(END)

    def letter(self) -> bytes:
        """The content without its final dot, the dots that SMTP doubled undone (section 4.5.2)."""
        del self._octets[-len(_DOT) :]
        del self._octets[: len(LINE_END)]
        raw = bytes(self._octets)
        self._octets.clear()
        if raw.startswith(b"."):
            raw = raw[1:]
        return raw.replace(b"\r\n.", b"\r\n")

    def release(self) -> None:
        self._memory.free(self._host, self._counted)
        self._counted = 0
