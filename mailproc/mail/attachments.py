"""The files in a letter: which of its parts they are, by what name each may be shown and kept."""

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from mailproc import slow_work
from mailproc.invisible import UNSEEN
from mailproc.mail import content_type
from mailproc.mail.content_type import FileType
from mailproc.mail.letter import Letter, Part

LONGEST_NAME = 120
"""Characters of a file's name; in UTF-8 they are at most 240 octets, and file systems take 255."""
_OCTETS = 240

_UNSAFE = re.compile(r'[/\\:*?"<>|~$`;&]')
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,11})\Z")
_SHOWN = re.compile(r"""cid:([^\s"'<>()]{1,250})""", re.IGNORECASE)
_TEXTS = ("text/plain", "text/html", "text/enriched", "text/calendar")


@dataclass(frozen=True)
class Attachment:
    """A file in a letter.

    ``name`` is safe for a file and a terminal: no folder, no control or invisible sign, bounded. ``type`` is
    what its content is, ``claimed`` the media type that the letter gives it. ``shown``: the letter's HTML
    shows it within the text (a logo in a signature).
    """

    name: str
    type: FileType
    claimed: str
    content: bytes
    shown: bool = False

    @property
    def size(self) -> int:
        """Its octets, decoded."""
        return len(self.content)

    @cached_property
    def digest(self) -> str:
        """Its SHA-256 (hex)."""
        return sha256(self.content).hexdigest()

    @property
    def differs(self) -> bool:
        """Whether the letter claims another type than the content has."""
        return self.claimed not in (self.type.media_type, content_type.UNKNOWN.media_type)


@slow_work.outside_writes
def attachments(letter: Letter) -> tuple[Attachment, ...]:
    """Return the files in the letter, in their order. The texts of its body are none; nothing is unpacked."""
    files = [part for part in letter.parts if is_file(part)]
    shown = _shown_ids(letter) if any(part.content_id for part in files) else frozenset()
    return tuple(
        _attachment(part, number, shown=part.content_id in shown) for number, part in enumerate(files, 1)
    )


def is_file(part: Part) -> bool:
    """Return whether a part of a letter is a file in it, and no text of its body."""
    return part.attachment or bool(part.filename) or part.media_type not in _TEXTS


def _attachment(part: Part, number: int, *, shown: bool) -> Attachment:
    of_type = content_type.of_content(part.content, part.media_type)
    return Attachment(
        safe_name(part.filename, number, of_type), of_type, part.media_type, part.content, shown
    )


def _shown_ids(letter: Letter) -> frozenset[str]:
    texts = (part.text or "" for part in letter.parts if part.media_type == "text/html")
    return frozenset(found[1] for text in texts for found in _SHOWN.finditer(text))


def safe_name(given: str, number: int, of_type: FileType) -> str:
    """Return a name for a file that came as ``given`` ('': none) as the letter's ``number``-th.

    Its ending is kept where it has one, also if the name is cut; else it gets that of its type.
    """
    plain = " ".join(UNSEEN.sub(" ", _UNSAFE.sub("_", given[-4 * LONGEST_NAME :])).split()).strip("._ -")
    stem, ending = _split(plain or f"document-{number}")
    ending = ending or (f".{of_type.ending}" if of_type.ending else "")
    return _cut(stem, ending)


def name_of_type(name: str, of_type: FileType) -> str:
    """Return a safe name with one ending, that of the type: "run.pdf" of "run.hta".

    A program opens a file by its ending, whatever is in it. Only for a type that has an ending.
    """
    stem = _split(name)[0].replace(".", "-").strip("- ")
    return _cut(stem or "document", f".{of_type.ending}")


def _split(name: str) -> tuple[str, str]:
    found = _ENDING.search(name)
    return (name[: found.start()], found[0]) if found else (name, "")


def _cut(stem: str, ending: str) -> str:
    octets = stem[: LONGEST_NAME - len(ending)].encode("utf-8", "replace")[: _OCTETS - len(ending)]
    return octets.decode(errors="ignore").rstrip(". ") + ending


def numbered(name: str, count: int) -> str:
    """Return "a-2.pdf" of "a.pdf"."""
    stem, ending = _split(name)
    return f"{stem}-{count}{ending}"
