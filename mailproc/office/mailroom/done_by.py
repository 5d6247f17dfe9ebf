"""Who did what with a letter: a row among the events that moves nothing, and refuses what is done twice or
on a page that is out of date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.ill.facts import Facts
from mailproc.office.acts import overtaken
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.queries.find import transaction_of
from mailproc.office.queries.letters import parsed
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store import attached_events, events, letters, outgoing
from mailproc.store.events import NewEvent
from mailproc.store.rows import Event, InboxRecord, OutgoingRecord

DONE = "letter-"
"""Begins the type of such an event: letter-attach, letter-release …"""


@dataclass(frozen=True)
class DoneBy:
    """``login``: of a person; ``at``: an aware instant; ``door``: cli or desk.

    ``once``: a mark that makes a double click one act; ``seen``: the mark of the letter (and of the request)
    as its page showed them, '' where nobody looked at a page.
    """

    login: str
    at: datetime
    door: str = "cli"
    once: str = ""
    seen: str = ""


def mark(connection: Connection, name: str, number: str = "") -> str:
    """Return a mark of how a letter or message stands, and the request ``number`` that it may be about."""
    stands = _stands(connection, *parsed(name))
    if not number:
        return stands
    if ours(number) is not None:
        return f"{stands}/{mark(connection, number)}"
    return f"{stands}/{overtaken.mark(connection, transaction_of(connection, number).id)}"


def _stands(connection: Connection, kind: str, row_id: int) -> str:
    """Return a mark of the row; of a letter that came also of where staff attached it last, for one that was
    taken off and attached elsewhere looks as it did."""
    row = _row(connection, kind, row_id)
    if row is None:
        return ""
    put = attached_events.of_letter(connection, row_id)[:1] if kind == "I" else ()
    return ".".join([row.state, str(crc32(row.last_error.encode())), *(str(one.id) for one in put)])


def ours(number: str) -> int | None:
    """Return 12 for O12, a letter of ours; None for the number of a request."""
    return parsed(number)[1] if number.strip().upper().startswith("O") else None


def begin(
    connection: Connection, by: DoneBy | None, what: str, names: Sequence[str], about: str = ""
) -> bool:
    """Record that somebody does ``what`` with the letters; return False where that is done already.

    Without ``by`` nothing is recorded: what follows is a rule's own. Raise Overtaken if a letter has moved
    on since it was looked at.
    """
    if by is None:
        return True
    if events.known_once(connection, by.once) is not None:
        return False
    for name in names if by.seen else ():
        if by.seen != mark(connection, name, about):
            raise Overtaken(_moved_on(connection, name, about))
    for place, name in enumerate(names):
        facts: Facts = {"letter": name.upper()}
        if about:
            facts["number"] = about.upper()
        event = NewEvent(
            cause="staff",
            type=DONE + what,
            at=by.at,
            actor=by.login,
            door=by.door,
            once=by.once if by.once and not place else None,
            facts=facts,
            state="done",
        )
        events.add(connection, event)
    return True


def done_before(connection: Connection, name: str) -> Sentence:
    """Return what is said to a second click."""
    return sentence("letter-done-before", letter=name, state=_state(connection, name))


def _moved_on(connection: Connection, name: str, about: str) -> Sentence:
    return sentence("letter-overtaken", letter=name, state=_state(connection, name), number=about or name)


def _state(connection: Connection, name: str) -> Word:
    row = _row(connection, *parsed(name))
    if row is None:
        raise LocalFault(sentence("no-letter", name=name))
    return Word("delivery", row.state)


def _row(connection: Connection, kind: str, row_id: int) -> InboxRecord | OutgoingRecord | Event | None:
    if kind == "E":
        return events.load(connection, row_id)
    return letters.record(connection, row_id) if kind == "I" else outgoing.record(connection, row_id)
