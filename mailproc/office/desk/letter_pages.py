"""The page of one letter, with what it means. Nothing of it is ever loaded, rendered or run: it is text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailproc.flow.context import Context
from mailproc.mail import encoded_links, received
from mailproc.mail.channel import DOORS, INJECT, LISTENER
from mailproc.mail.letter import Letter
from mailproc.mail.parse import readable
from mailproc.notices.citation import cited
from mailproc.notices.language import Language
from mailproc.office.mailroom import saved_files
from mailproc.office.queries.letters import MessageRead
from mailproc.office.wording.plain_text import cut, shown

MOST = 200
"""Messages of a letter, and lines of its header, that are shown."""
MOST_REQUESTS = 50
LONGEST = 100_000
"""Characters of a letter that are shown; the rest is a look at its file."""
LONGEST_LINE = 2_000
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z/_.-]{0,60}+")


@dataclass(frozen=True)
class MessageWords:
    """One message of a letter. ``number``: the request that it is about, as the letter says it; ``line``:
    the line that names it, '' where none does."""

    id: str
    what: str
    number: str
    became: str
    says: tuple[str, ...]
    line: str


@dataclass(frozen=True)
class FileInLetter:
    """A file in a letter. ``place``: its number, for its address; ``about``: type and size."""

    place: int
    name: str
    about: str


@dataclass(frozen=True)
class LetterPage:
    """``name``: as it was asked for, perhaps of one message (E4); ``letter``: of the whole letter. ``head``,
    ``came``: labels with values, of the letter and of how it came. ``text``: for people; ``raw``: its octets
    as text, ``fields`` its header, passwords masked. ``requests``: in whose history it stands, the first
    ``MOST_REQUESTS``. ``cut_off``: a sentence where not all is shown."""

    name: str
    letter: str
    state: str
    head: tuple[tuple[str, str], ...]
    came: tuple[tuple[str, str], ...]
    messages: tuple[MessageWords, ...]
    text: str
    raw: str
    fields: str
    files: tuple[FileInLetter, ...]
    requests: tuple[str, ...]
    cut_off: str
    attached: str = ""
    taken_off: tuple[str, ...] = ()


def letter_page(
    row: Mapping[str, Any],
    name: str,
    read: Sequence[MessageRead],
    context: Context,
    requests: Sequence[str] = (),
) -> LetterPage:
    """Return the page of a letter. ``row``: as of ``letters.row_of``; ``name``: as asked for; ``read``: its
    messages; ``requests``: whose they are."""
    language = context.language
    masked = context.registry.mask(bytes(row["raw"]))
    letter = received.letter(masked, row.get("door") or "")
    text, raw = readable(letter), encoded_links.masked(masked[: 2 * LONGEST].decode("utf-8", "replace"))
    whole = len(text) <= LONGEST and len(masked) <= LONGEST and len(read) < MOST
    shown_text, known = _harmless(text), f"{row['kind']}{row['id']}"
    lines = _lines_by_word(shown_text)
    return LetterPage(
        name=name.strip().upper(),
        letter=known,
        state=language.letter_word(known, row["state"]),
        head=tuple((label, value) for label, value in _head(row, letter, context) if value),
        came=tuple((label, value) for label, value in _came(row, context) if value),
        messages=tuple(_message(one, lines, language) for one in read),
        text=shown_text,
        raw=_harmless(raw),
        fields=_fields(raw),
        files=tuple(_files(row, context)),
        requests=tuple(requests[:MOST_REQUESTS]),
        cut_off="" if whole else language.label("desk", "cut_off", count=language.number(LONGEST)),
    )


def _fields(raw: str) -> str:
    """Return the lines of the header."""
    lines = _harmless(raw).split("\n")
    end = lines.index("") if "" in lines else len(lines)
    return "\n".join(lines[: min(end, MOST)])


def _files(row: Mapping[str, Any], context: Context) -> Iterator[FileInLetter]:
    language = context.language
    for place, one in enumerate(saved_files.files_in(row, context)[:MOST], 1):
        size = language.counted("octets", one.size)
        claimed = language.label("attachments", "claimed", type=cut(one.claimed, 80)) if one.differs else ""
        yield FileInLetter(place, one.name, "; ".join(filter(None, (one.type.media_type, size, claimed))))


def _lines_by_word(text: str) -> dict[str, str]:
    """Return the first line of the text that has a word, by word. Linear in the text."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for word in _WORD.findall(line):
            found.setdefault(word.upper(), f"{number}: {line.strip()}")
    return found


def _harmless(text: str) -> str:
    """Return its beginning, without what steers a screen, each line of a length that a browser bears."""
    lines = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    pieces = (line[at : at + LONGEST_LINE] for line in lines for at in range(0, len(line) or 1, LONGEST_LINE))
    return shown("\n".join(pieces)).rstrip("\n")


NO_PROOF_ASKED = "none"
"""The proof of a library of which config.toml asks for none."""


def _came(row: Mapping[str, Any], context: Context) -> list[tuple[str, str]]:
    """Return how it came, and why its sender counts as proven; of ours, how it left."""
    language = context.language
    words, letter = language.texts.labels["desk_unplaced"], language.texts.labels["letter"]
    proof = row.get("proof") or (words["no_proof"] if row["kind"] == "I" else "")
    if proof == NO_PROOF_ASKED:
        proof = words["proof_none"]
    return [
        (letter["proof"], proof),
        (letter["proof_failed"], language.words_stored(row["proof_note"]) if row.get("proof_note") else ""),
        (words["door"], _door(row.get("door") or "", language)),
        (words["envelope"], " → ".join(filter(None, (row["mail_from"], row["rcpt_to"])))),
        (words["client"], " ".join(filter(None, (row.get("peer"), row.get("login"))))),
        ("Message-ID", row["message_id"]),
        (words["transport"], row.get("transport") or ""),
    ]


def _door(door: str, language: Language) -> str:
    """Return by which door it came: the name of a mailbox, or what the others are called."""
    if not door or door in (LISTENER, INJECT):
        return language.texts.labels["doors"].get(door, "")
    return door.upper() if door in DOORS else language.label("doors", "mailbox", name=door)


def _head(row: Mapping[str, Any], letter: Letter, context: Context) -> list[tuple[str, str]]:
    language = context.language
    words, desk = language.texts.labels["letter"], language.texts.labels["desk"]
    at = row["received_at"] if row["kind"] == "I" else row["prepared_at"]
    told = (language.words_stored(row[name]) for name in ("last_error", "note") if row.get(name))
    return [
        (words["from"], letter.sender or row.get("mail_from") or ""),
        (words["to"], ", ".join(letter.to)),
        (words["subject"], letter.subject),
        (language.texts.labels["letters"]["when"], context.shown(at)),
        (desk["why"], "; ".join(told)),
        (desk["reply"], row.get("reply") or ""),
        (desk["file"], row.get("file") or ""),
    ]


def _message(one: MessageRead, lines: Mapping[str, str], language: Language) -> MessageWords:
    why = f" ({language.words_of(one.why)})" if one.why else ""
    item = [f"{label}: {value}" for label, value in cited(one.item, language)]
    return MessageWords(
        id=one.id,
        what=language.event_word(one.spoken),
        number=one.number,
        became=f"{language.delivery_word(one.state)}{why}",
        says=(*item, *one.says),
        line=cut(lines.get(one.number.upper(), ""), 160) if one.number else "",
    )
