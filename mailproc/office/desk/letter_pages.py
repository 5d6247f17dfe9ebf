"""The pages of letters: what came and went, and one letter with what it means. Nothing of it is ever loaded,
rendered or run: it is text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.mail.parse import parse, readable
from mailproc.notices.citation import cited
from mailproc.notices.language import Language
from mailproc.office.mailroom import saved_files
from mailproc.office.queries import letters
from mailproc.office.queries.letter_filter import LetterFilter
from mailproc.office.queries.letters import LetterLine, MessageRead
from mailproc.office.wording.plain_text import cut, shown

MOST = 100
LONGEST = 100_000
"""Characters of a letter that are shown; the rest is a look at its file."""
LONGEST_LINE = 2_000
COLUMNS = ("letter", "when", "who", "subject", "state", "why")


@dataclass(frozen=True)
class LetterRow:
    """A row of the list; ``cells`` in the order of ``COLUMNS``. ``name``: '' for what is in no letter yet."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class LetterListPage:
    """``left_out``: a sentence where not all are shown."""

    columns: tuple[str, ...]
    rows: tuple[LetterRow, ...]
    partners: tuple[str, ...]
    partner: str
    partner_label: str
    left_out: str
    empty: str


@dataclass(frozen=True)
class MessageWords:
    """One message of a letter. ``number``: the request that it is about, as the letter says it."""

    id: str
    what: str
    number: str
    became: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class LetterPage:
    """``head``: labels with values. ``text``: for people; ``raw``: its octets as text, passwords masked.
    ``cut_off``: a sentence where not all of it is shown."""

    name: str
    state: str
    head: tuple[tuple[str, str], ...]
    messages: tuple[MessageWords, ...]
    text: str
    raw: str
    files: tuple[str, ...]
    cut_off: str


def list_page(connection: Connection, partner: str, context: Context) -> LetterListPage:
    """Return the newest letters, of a partner or of all; a partner that is not known is none."""
    partners = tuple(sorted(one.symbol for one in context.config.partner))
    partner = partner if partner in partners else ""
    lines = letters.recent(connection, MOST, LetterFilter(partner))
    words = context.language.texts.labels["letters"]
    return LetterListPage(
        columns=tuple(words[name] for name in COLUMNS),
        rows=tuple(LetterRow(line.name, _cells(line, context)) for line in lines),
        partners=partners,
        partner=partner,
        partner_label=context.language.texts.labels["requests"]["partner"],
        left_out=context.language.label("desk", "newest", count=MOST) if len(lines) == MOST else "",
        empty=words["none_match" if partner else "none"],
    )


def letter_page(connection: Connection, name: str, context: Context) -> LetterPage:
    """Return one letter. Raise LocalFault if there is none."""
    row = letters.row_of(connection, name)
    language, means = context.language, context.registry.means
    became = letters.events_of(connection, row["id"], language, means) if row["kind"] == "I" else []
    masked = context.registry.mask(bytes(row["raw"]))
    text, raw = readable(parse(masked)), masked[: 2 * LONGEST].decode("utf-8", "replace")
    whole = len(text) <= LONGEST and len(masked) <= LONGEST
    return LetterPage(
        name=f"{row['kind']}{row['id']}",
        state=language.letter_word(f"{row['kind']}{row['id']}", row["state"]),
        head=tuple((label, value) for label, value in _head(row, masked, context) if value),
        messages=tuple(_message(one, language) for one in became),
        text=_harmless(text),
        raw=_harmless(raw),
        files=tuple(f"{one.name} ({len(one.content)})" for one in saved_files.files_in(row, context)),
        cut_off="" if whole else language.label("desk", "cut_off", count=language.number(LONGEST)),
    )


def _harmless(text: str) -> str:
    """Return its beginning, without what steers a screen, each line of a length that a browser bears."""
    lines = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    pieces = (line[at : at + LONGEST_LINE] for line in lines for at in range(0, len(line) or 1, LONGEST_LINE))
    return shown("\n".join(pieces)).rstrip("\n")


def _cells(line: LetterLine, context: Context) -> tuple[str, ...]:
    language = context.language
    return (
        line.id,
        context.shown(line.at),
        language.word(line.other),
        cut(line.about(language), 100),
        language.letter_word(line.id, line.state),
        cut(language.words_of(line.note), 200),
    )


def _head(row: Mapping[str, Any], masked: bytes, context: Context) -> list[tuple[str, str]]:
    letter, language = parse(masked), context.language
    words, desk = language.texts.labels["letter"], language.texts.labels["desk"]
    at = row["received_at"] if row["kind"] == "I" else row["prepared_at"]
    told = (language.words_stored(row[name]) for name in ("last_error", "note") if row.get(name))
    return [
        (words["from"], letter.sender or row.get("mail_from") or ""),
        (words["to"], ", ".join(letter.to)),
        (words["subject"], letter.subject),
        (language.texts.labels["letters"]["when"], context.shown(at)),
        (words["proof"], row.get("proof") or ""),
        (words["proof_failed"], language.words_stored(row["proof_note"]) if row.get("proof_note") else ""),
        (desk["why"], "; ".join(told)),
        (desk["reply"], row.get("reply") or ""),
        (desk["file"], row.get("file") or ""),
    ]


def _message(one: MessageRead, language: Language) -> MessageWords:
    why = f" ({language.words_of(one.why)})" if one.why else ""
    item = [f"{label}: {value}" for label, value in cited(one.item, language)]
    return MessageWords(
        id=one.id,
        what=language.event_word(one.spoken),
        number=one.number,
        became=f"{language.delivery_word(one.state)}{why}",
        says=(*item, *one.says),
    )
