"""Split the text of a bounce into the system's report and the copy of our letter below it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailproc.mail import headers
from mailproc.mail.bounce import phrases, status
from mailproc.mail.bounce.status import DeliveryStatus

MOST_OF_TEXT = 65_536  # characters that are read
MOST_LINES = 1_500
MOST_OF_LINE = 400
MOST_OWN_LINES = 300
MOST_OF_WORDS = 6_000  # characters among which a phrase is looked for
MOST_OF_HEADER = 60  # lines of the copy
OPENING = 4  # lines of words with which a system's own text begins
MOST_OF_REASON = 6  # lines below an address

_BETWEEN = re.compile(r"[\s<>()\[\]\",;:|]")
_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_LEADING = " \t<>\"'*([{-.•·:="
_AROUND = "'*`.-{}!?"
_RULES = " \t-=_*>|#~.:"


@dataclass(frozen=True)
class Text:
    """``own`` lines are the system's, without what it quotes; ``copy`` begins with the returned letter.

    ``words`` is the beginning of ``own`` in one line, ignoring case; ``opening`` its first lines.
    """

    own: tuple[str, ...]
    copy: tuple[str, ...]
    words: str
    opening: str

    @property
    def has_trace(self) -> bool:
        """Whether the copy begins with a complete header (people's programs quote a few fields only)."""
        return any(
            line.strip(_RULES).casefold().startswith(phrases.TRACES) for line in self.copy[:MOST_OF_HEADER]
        )


@dataclass(frozen=True)
class Said:
    """An address in a line, and what is said about it there and below."""

    address: str
    reason: str


def read(text: str) -> Text:
    """Split a text; at most ``MOST_LINES`` lines, each cut to ``MOST_OF_LINE`` characters."""
    lines = [line.rstrip()[:MOST_OF_LINE] for line in text[:MOST_OF_TEXT].split("\n")[:MOST_LINES]]
    end = next((number for number, line in enumerate(lines) if _starts_copy(line)), len(lines))
    own = tuple(lines[: min(end, MOST_OWN_LINES)])
    unquoted = [line for line in own if line.strip() and not line.startswith(">")]
    return Text(own, tuple(lines[end:]), _folded(unquoted), _folded(unquoted[:OPENING]))


def _starts_copy(line: str) -> bool:
    bare = line.strip(_RULES).casefold()
    return bare in phrases.COPY_TITLES or (
        bare.startswith(phrases.COPY_STARTS) and len(bare) < phrases.MOST_OF_COPY_START
    )


def _folded(lines: Iterable[str]) -> str:
    return headers.one_line(" ".join(lines)[:MOST_OF_WORDS]).casefold()


def status_in(own: Sequence[str]) -> DeliveryStatus | None:
    """Return the fields of a delivery status that stand in the text."""
    names = ("final-recipient:", "original-recipient:", "action:")
    start = next((number for number, line in enumerate(own) if line.casefold().startswith(names)), None)
    return None if start is None else status.read("\n".join(own[start:]).encode())


def said(own: Sequence[str], besides: Iterable[str]) -> list[Said]:
    """Return the recipients that the system's text names; ``besides`` are other addresses (ours, its own).

    An address that begins its line goes before one in a sentence about delivery, and that before the "To:" of
    our letter.
    """
    known = frozenset(besides)
    for find in (_leading, _in_sentence, _as_field):
        found = [
            Said(address, _reason(own, number, address))
            for number, line in enumerate(own)
            for address in find(line)
            if address not in known
        ]
        if found:
            return found
    return []


def _leading(line: str) -> list[str]:
    bare = line.lstrip(_LEADING)
    if bare.casefold().startswith(("expanded from", "alias")):
        return _addresses(bare)[:1]
    found = _addresses(bare)[:1]
    return found if found and bare.casefold().startswith(found[0]) else []


def _in_sentence(line: str) -> list[str]:
    folded = line.casefold()
    if not any(word in folded for word in phrases.OF_A_RECIPIENT):
        return []
    return [] if any(word in folded for word in phrases.OF_SOMEBODY_ELSE) else _addresses(line)


def _as_field(line: str) -> list[str]:
    return _addresses(line) if line.strip().casefold().startswith(phrases.TO) else []


def _addresses(line: str) -> list[str]:
    words = (word.strip(_AROUND) for word in _BETWEEN.split(line) if "@" in word)
    return [word.lower().removeprefix("smtp=") for word in words if _ADDRESS.fullmatch(word)]


def _reason(own: Sequence[str], number: int, address: str) -> str:
    """Return the rest of the line, and the lines below it until another address begins one."""
    rest = own[number].casefold().find(address) + len(address)
    return headers.one_line(" ".join([own[number][rest:].lstrip(" \t>\"':,;)]"), *_below(own, number)]))


def _below(own: Sequence[str], number: int) -> Iterator[str]:
    for line in own[number + 1 : number + 1 + MOST_OF_REASON]:
        if not line.strip() or _leading(line):
            return
        yield line
