"""The page of what could not be placed, and why: partners' letters first."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.queries import letters
from mailproc.office.queries.letters import LetterLine
from mailproc.office.wording.plain_text import cut

MOST = 100


@dataclass(frozen=True)
class UnplacedRow:
    """A letter (I12) or one message of it (E4). ``why``: the reason in words."""

    name: str
    about: str
    who: str
    since: str
    why: str


@dataclass(frozen=True)
class UnplacedListPage:
    """``waiting``: letters that wait for DNS and are read again by themselves. ``count``: of all that lie
    there; ``left_out``: a sentence where not all are shown."""

    rows: tuple[UnplacedRow, ...]
    waiting: tuple[UnplacedRow, ...]
    count: int
    left_out: str


def page(connection: Connection, context: Context) -> UnplacedListPage:
    """Return the page as it is now."""
    lines, count = letters.shelved(connection, MOST), letters.count_shelved(connection)
    waiting = letters.waiting(connection)[:MOST]
    return UnplacedListPage(
        rows=tuple(_row(one, context) for one in lines),
        waiting=tuple(_row(one, context) for one in waiting),
        count=count,
        left_out=context.language.label("desk", "part", shown=MOST, count=count) if count > MOST else "",
    )


def _row(line: LetterLine, context: Context) -> UnplacedRow:
    language = context.language
    return UnplacedRow(
        name=line.name,
        about=cut(line.about(language), 100),
        who=cut(language.word(line.other), 80),
        since=context.shown(line.at),
        why=cut(language.words_of(line.note), 300),
    )
