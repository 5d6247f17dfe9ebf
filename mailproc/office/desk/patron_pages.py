"""The pages of readers: who is found, and one reader with requests and letters. Nowhere all are listed."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.notices.language import Language
from mailproc.office.desk.request_list import ListedLine
from mailproc.office.mailroom import done_by
from mailproc.office.mailroom.redelivery import NEVER_AGAIN
from mailproc.office.patrons import patron_details
from mailproc.office.queries import reader_requests
from mailproc.office.queries.reader_requests import LetterToReader, RequestOfReader
from mailproc.office.wording import patron_words, request_words
from mailproc.office.wording.plain_text import cut

MOST_FOUND = 20
MOST_REQUESTS = 50
MOST_LETTERS = 20
SHORTEST = 2
"""Characters of what is looked for: one would list everybody."""
LISTED = ("id", "name", "category", "expires", "blocks")
COLUMNS = ("number", "title", "service", "partner", "status", "due")


@dataclass(frozen=True)
class FoundReader:
    """``cells`` in the order of ``LISTED``."""

    id: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PatronSearchPage:
    """``said``: why nobody is shown, or that not all are."""

    columns: tuple[str, ...]
    rows: tuple[FoundReader, ...]
    said: str


@dataclass(frozen=True)
class ReaderLetter:
    """A letter that the reader got, or is to get. ``again``: it may be sent again. ``seen``: the mark of how
    it stands."""

    name: str
    at: str
    about: str
    number: str
    state: str
    again: bool
    seen: str


@dataclass(frozen=True)
class PatronPage:
    """``name``: for the heading. ``trouble``: what keeps the reader from asking. ``left_out``: a sentence
    where not all requests are shown."""

    id: str
    name: str
    particulars: tuple[tuple[str, str], ...]
    trouble: str
    columns: tuple[str, ...]
    open: tuple[ListedLine, ...]
    past: tuple[ListedLine, ...]
    letters: tuple[ReaderLetter, ...]
    left_out: str


def search(connection: Connection, typed: str, context: Context) -> PatronSearchPage:
    """Return the readers whose number, name or address holds each word."""
    words, language = context.language.texts.labels["patrons"], context.language
    columns = tuple(words[name] for name in LISTED)
    if len("".join(typed.split())) < SHORTEST:
        return PatronSearchPage(columns, (), language.texts.labels["desk_patrons"]["more"])
    found = patron_details.found(connection, typed, MOST_FOUND)
    rows = [
        FoundReader(one.id, tuple(patron_words.cell(one, name, context) for name in LISTED)) for one in found
    ]
    said = "" if found else words["empty"]
    if len(found) == MOST_FOUND:
        said = language.label("desk_patrons", "narrower", count=MOST_FOUND)
    return PatronSearchPage(columns, tuple(rows), said)


def page(connection: Connection, patron_id: str, context: Context) -> PatronPage:
    """Return one reader. Raise LocalFault if the store knows the reader no more."""
    reader = patron_details.with_id(connection, patron_id)
    asked = reader_requests.listed(connection, reader.id, MOST_REQUESTS)
    letters = reader_requests.letters(connection, asked)[:MOST_LETTERS]
    language = context.language
    words = language.texts.labels["requests"]
    blocks = patron_words.cell(reader, "blocks", context)
    return PatronPage(
        id=reader.id,
        name=cut(reader.name or reader.id, 80),
        particulars=tuple(patron_words.particulars(reader, context)),
        trouble=f"{language.texts.labels['patrons']['blocks']}: {blocks}" if blocks else "",
        columns=tuple(words[name] for name in COLUMNS),
        open=tuple(_line(one, context) for one in asked if one.closed_at is None),
        past=tuple(_line(one, context) for one in asked if one.closed_at is not None),
        letters=tuple(_letter(connection, one, context) for one in letters),
        left_out=language.label("desk", "newest", count=MOST_REQUESTS) if len(asked) == MOST_REQUESTS else "",
    )


def _line(one: RequestOfReader, context: Context) -> ListedLine:
    line, language, today = one.line, context.language, context.today()
    due = language.day_word(line.due, today) if line.due and one.closed_at is None else ""
    stands = request_words.stands(line, context)
    cells = (line.number, cut(line.title, 80), language.service_word(line.service), line.partner, stands, due)
    return ListedLine(line.number, cells)


def _letter(connection: Connection, one: LetterToReader, context: Context) -> ReaderLetter:
    language = context.language
    return ReaderLetter(
        name=one.id,
        at=context.shown(one.at),
        about=letter_about(one.notice, language),
        number=one.number,
        state=language.letter_word(one.id, one.state),
        again=one.state not in NEVER_AGAIN,
        seen=done_by.mark(connection, one.id),
    )


def letter_about(notice: str, language: Language) -> str:
    """Return what a letter to a reader says: "it is here"."""
    return language.texts.labels["untold"].get(notice.removeprefix("patron/"), notice)
