"""The MIME tree (RFC 2045, 2046): its leaves as Parts, with limits against hostile letters.

Own code, because the standard library's parser descends into attached letters (whose exact bytes we keep),
tries every open boundary on every line, and has no limit.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mailproc.mail import charset, headers, parameters, transfer_encoding
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Part

MOST_ENTITIES = 500
MOST_LEVELS = 10

Span = tuple[int, int]
"""A range of the letter: its first octet, and the one after its last."""


class Entity(NamedTuple):
    """An entity's own fields and what it is."""

    header: headers.Header
    media_type: str


class Tree:
    """Collects the leaves in the order of the letter. What is not split is one leaf."""

    def __init__(self, defects: Defects) -> None:
        self.parts: list[Part] = []
        self._defects = defects
        self._entities = 0

    def add(
        self, raw: bytes, span: Span | None = None, default: str = "text/plain", level: int = 0
    ) -> Entity:
        """Add the entity in that range with all below it; return its fields and its media type."""
        self._entities += 1
        begin, stop = span or (0, len(raw))
        header, begin = headers.read(raw, begin, stop, self._defects)
        media_type, given = parameters.media_type(headers.first(header, "content-type"), default)
        pieces = self._pieces(media_type, given, raw, (begin, stop), level)
        if pieces is None:
            readable_as = "text/plain" if media_type.startswith("multipart/") else media_type
            self.parts.append(self._leaf(readable_as, given, header, raw[begin:stop]))
            return Entity(header, media_type)
        child_default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
        for piece in pieces:
            if self._entities >= MOST_ENTITIES:
                self._defects.note(f"more than {MOST_ENTITIES} parts, the rest not read")
                break
            self.add(raw, piece, child_default, level + 1)
        return Entity(header, media_type)

    def _pieces(
        self, media_type: str, given: parameters.Parameters, raw: bytes, body: Span, level: int
    ) -> list[Span] | None:
        if not media_type.startswith("multipart/"):
            return None
        if level >= MOST_LEVELS:
            self._defects.note(f"more than {MOST_LEVELS} levels of parts, the rest not split")
            return None
        boundary = given.get("boundary", "").rstrip().encode()
        pieces = list(islice(self._split(raw, body, b"--" + boundary), MOST_ENTITIES)) if boundary else []
        if not pieces:
            self._defects.note("a multipart without its boundary, read as text")
        return pieces or None

    def _split(self, raw: bytes, body: Span, delimiter: bytes) -> Iterator[Span]:
        start = -1  # of the piece that is open
        for at, end, last in delimiters(raw, delimiter, *body):
            if start >= 0:
                yield start, _before_line_end(raw, start, at)
            if last:
                return
            start = end
        if start >= 0:
            self._defects.note("a multipart without its end")
            yield start, body[1]

    def _leaf(
        self, media_type: str, given: parameters.Parameters, header: headers.Header, body: bytes
    ) -> Part:
        encoding = headers.token(headers.first(header, "content-transfer-encoding"))
        content = transfer_encoding.decode(body, encoding, self._defects)
        characters, name = None, given.get("charset", "")
        if media_type.startswith("text/"):
            characters, name = charset.decode(content, name, self._defects)
        disposition = headers.first(header, "content-disposition")
        return Part(
            media_type=media_type,
            content=content,
            text=characters,
            charset=name,
            filename=_filename(disposition, given),
            attachment=headers.token(disposition) not in ("", "inline"),
            parameters=tuple(given.items()),
            content_id=next(iter(headers.ids(header.get("content-id", [])[:1])), ""),
        )


def _filename(disposition: bytes, given: parameters.Parameters) -> str:
    if not disposition and not given:
        return ""
    return parameters.filename(parameters.parse(charset.plain(disposition[: parameters.MOST])), given)


def delimiters(
    raw: bytes, delimiter: bytes, begin: int = 0, stop: int | None = None
) -> Iterator[tuple[int, int, bool]]:
    """Yield where each delimiter line of the body starts, where the next line starts, and if it is the last.

    Found by an expression, because a letter may begin a million lines like a delimiter and end none.
    """
    stop = len(raw) if stop is None else stop
    line = re.escape(delimiter) + rb"(--)?+[ \t\r]*+(?=\n|\Z)"
    if first := re.compile(line).match(raw, begin, stop):
        yield begin, min(first.end() + 1, stop), first[1] is not None
    for found in re.compile(b"\n" + line).finditer(raw, begin, stop):
        yield found.start() + 1, min(found.end() + 1, stop), found[1] is not None


def _before_line_end(raw: bytes, begin: int, stop: int) -> int:
    """Return the end of the part: the line end before a delimiter belongs to it (RFC 2046, 5.1.1)."""
    for line_end in (b"\r\n", b"\n"):
        if raw.endswith(line_end, begin, stop):
            return stop - len(line_end)
    return stop
