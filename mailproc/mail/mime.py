"""The MIME tree (RFC 2045, 2046): its leaves as Parts, with limits a hostile letter meets.

Split by hand and not by the standard library's parser: that one descends into attached
letters (whose very bytes we keep), tries every open boundary on every line, and has no limit.
"""

from collections.abc import Iterator
from itertools import islice

from mailproc.mail import charset, headers, parameters, rendition, transfer
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Part

MOST_ENTITIES = 500
MOST_LEVELS = 10


class Tree:
    """Collects the leaves in the order of the letter. What is not split stays as one leaf."""

    def __init__(self, defects: Defects) -> None:
        self.parts: list[Part] = []
        self._defects = defects
        self._entities = 0

    def add(self, header: headers.Header, body: bytes, default: str = "text/plain", level: int = 0) -> str:
        """Take in one entity with all below it; return its media type."""
        self._entities += 1
        media_type, given = parameters.media_type(headers.first(header, "content-type"), default)
        pieces = self._pieces(media_type, given, body, level)
        if pieces is None:
            readable_as = "text/plain" if media_type.startswith("multipart/") else media_type
            self.parts.append(self._leaf(readable_as, given, header, body))
            return media_type
        child_default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
        for piece in pieces:
            if self._entities >= MOST_ENTITIES:
                self._defects.note(f"more than {MOST_ENTITIES} parts, the rest not read")
                break
            self.add(*headers.split(piece, self._defects), child_default, level + 1)
        return media_type

    def _pieces(
        self, media_type: str, given: parameters.Parameters, body: bytes, level: int
    ) -> list[bytes] | None:
        if not media_type.startswith("multipart/"):
            return None
        if level >= MOST_LEVELS:
            self._defects.note(f"more than {MOST_LEVELS} levels of parts, the rest not split")
            return None
        boundary = given.get("boundary", "").rstrip().encode()
        pieces = list(islice(self._split(body, b"--" + boundary), MOST_ENTITIES)) if boundary else []
        if not pieces:
            self._defects.note("a multipart without its boundary, read as text")
        return pieces or None

    def _split(self, body: bytes, delimiter: bytes) -> Iterator[bytes]:
        start = -1  # of the piece that is open
        for at, end, last in delimiters(body, delimiter):
            if start >= 0:
                yield _without_line_end(body[start:at])
            if last:
                return
            start = end
        if start >= 0:
            self._defects.note("a multipart without its end")
            yield body[start:]

    def _leaf(
        self, media_type: str, given: parameters.Parameters, header: headers.Header, body: bytes
    ) -> Part:
        encoding = headers.token(headers.first(header, "content-transfer-encoding"))
        content = transfer.decode(body, encoding, self._defects)
        characters, name = None, given.get("charset", "")
        if media_type.startswith("text/"):
            characters, name = charset.decode(content, name, self._defects)
            if given.get("format", "").lower() == "flowed" and media_type == "text/plain":
                characters = rendition.unflowed(characters, given.get("delsp", "").lower() == "yes")
        disposition = headers.first(header, "content-disposition")
        return Part(
            media_type=media_type,
            content=content,
            text=characters,
            charset=name,
            filename=_filename(disposition, given),
            attachment=headers.token(disposition) not in ("", "inline"),
            parameters=tuple(given.items()),
        )


def _filename(disposition: bytes, given: parameters.Parameters) -> str:
    if not disposition and not given:
        return ""
    return parameters.filename(parameters.parse(charset.plain(disposition[: parameters.MOST])), given)


def delimiters(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where each delimiter line starts, where the next line starts, whether it is the last."""
    at = body.find(delimiter)
    while at >= 0:
        after = at + len(delimiter)
        if at == 0 or body[at - 1] == 0x0A:
            line_end = body.find(b"\n", after)
            end = len(body) if line_end < 0 else line_end + 1
            rest = body[after:end].rstrip(b" \t\r\n")
            if rest in (b"", b"--"):
                yield at, end, bool(rest)
        at = body.find(delimiter, after)


def _without_line_end(piece: bytes) -> bytes:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    return piece[:-2] if piece.endswith(b"\r\n") else piece.removesuffix(b"\n")
