"""Documents in a letter of ours: it is kept with a place for each, which is filled when the letter leaves.

So a document is in one file only, and is gone when that is deleted. Nobody can write such a place into a
letter: it names the letter's Message-ID, which is drawn when all else of it is fixed.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailproc.mail.letter import Part


@dataclass(frozen=True)
class Enclosure:
    """A document that goes with a letter. ``digest`` is its SHA-256 (hex), ``name`` that of its file."""

    digest: str
    name: str
    media_type: str


def part_of(one: Enclosure, message_id: str) -> Part:
    """Return the part of the letter that holds the place of the document."""
    return Part(one.media_type, _place(one.digest, message_id), filename=one.name, attachment=True)


def filled(raw: bytes, digests: Sequence[str], message_id: str, read: Callable[[str], bytes]) -> bytes:
    """Return the letter with its documents; ``read`` returns one by its digest, and may raise.

    Raise LookupError if the letter has no place for one of them.
    """
    pieces, rest = [], raw
    for digest in digests:
        before, place, rest = rest.partition(_encoded(_place(digest, message_id)))
        if not place:
            raise LookupError(f"the letter has no place for the document {digest[:12]}")
        pieces += [before, _encoded(read(digest))]
    return b"".join((*pieces, rest)) if pieces else raw


def _place(digest: str, message_id: str) -> bytes:
    said = ("A document is put here when the letter leaves.", f"SHA-256: {digest}", f"Letter: <{message_id}>")
    return "".join(f"{line}\n" for line in said).encode()


def _encoded(content: bytes) -> bytes:
    """Return it as ``entity`` writes the content of a part."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
