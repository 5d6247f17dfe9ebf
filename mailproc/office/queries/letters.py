"""Answer questions of staff about letters: lists, and one letter with its effect. Reads only."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu_json import ApduJson, ItemJson
from mailproc.ill.event_names import event_heard, spoken
from mailproc.ill.terms import Role
from mailproc.notices.incoming_details import said
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries.counted import Counted, counted
from mailproc.office.queries.letter_filter import EVERY, LetterFilter
from mailproc.sentence import Note, Part, sentence
from mailproc.sentence import note as note_of
from mailproc.store import events, hook_calls, letters, letters_to_reader, outgoing
from mailproc.store.events import EVENT
from mailproc.store.hook_calls import CALL, HookCall
from mailproc.store.intent_bodies import apdu_in, name_of
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import OUTGOING
from mailproc.store.prepared_statements import made
from mailproc.store.requests import REQUEST
from mailproc.store.rows import Event, Intent
from mailproc.store.tables import SHELVED

STUCK = frozenset({"held", "in_doubt", "bounced", "shelved"})
"""States of a letter of ours, or of a call, that nothing but a person moves. What is to be printed is not
among them: its request says so."""
_REQUEST = re.compile(r"[BL][0-9]+")
_WAITING = ("prepared", "sending", "in_doubt", "held", "bounced", "shelved", outgoing.TO_PRINT)
_UNWORDED = (
    select(outgoing.INTENT, EVENT.c.at, REQUEST.c.number)
    .join(EVENT, EVENT.c.id == outgoing.INTENT.c.event_id)
    .outerjoin(REQUEST, REQUEST.c.id == outgoing.INTENT.c.request_id)
    .where(outgoing.INTENT.c.state.in_(outgoing.UNWORDED))
)
_CALLS = select(CALL).where(CALL.c.state.in_(hook_calls.WAITING))
_ID = re.compile(r"([IOE])([0-9]{1,18})", re.IGNORECASE)  # what fits the store's numbers


@dataclass(frozen=True)
class LetterLine:
    """A letter in a list: I12 came in, O12 is ours, E40 is one message of a letter, H12 a call of a hook.

    ``event``: what a message says, as its row in the state tables, or UNREADABLE; '' for a letter.
    ``next_at``: when what waits is tried next; None where it is tried at once, or not by itself.
    """

    id: str
    at: datetime
    state: str
    other: Part  # who it is from, or to
    subject: str
    note: Note
    event: str = ""
    next_at: datetime | None = None

    @property
    def name(self) -> str:
        """Its id; for what is in no letter yet, its request, which commands accept (or nothing)."""
        if not self.id.startswith("intent"):
            return self.id
        number = self.subject.partition(" ")[0]
        return number if _REQUEST.fullmatch(number) else ""

    def about(self, language: Language) -> str:
        """Return its subject; for a message its number, and what it says in words."""
        if not self.event:
            return self.subject
        word = language.told_word if self.id.startswith("intent") else language.event_word
        return f"{self.subject}: {word(self.event)}".removeprefix(": ")


@dataclass(frozen=True)
class MessageRead:
    """One message of a letter: what it says, and what became of it. ``event``, ``spoken``: its row in the
    state tables; ``item``: what a request asks for; ``says``: lines in words of a language."""

    id: str
    type: str
    event: str
    spoken: str
    item: ItemJson
    says: tuple[str, ...]
    state: str
    number: str
    why: Note


@dataclass(frozen=True)
class _UnwordedIntent(Intent):
    """An intent that is in no letter yet: since when, and the number of its request."""

    at: datetime
    number: str | None


def recent(connection: Connection, limit: int = 50, wanted: LetterFilter = EVERY) -> list[LetterLine]:
    """List letters in and out, the newest first."""
    received = select(INBOX).order_by(INBOX.c.id.desc()).limit(limit)
    ours = select(OUTGOING).order_by(OUTGOING.c.id.desc()).limit(limit)
    came = connection.execute(wanted.of(received, INBOX)).mappings()
    went = connection.execute(wanted.of(ours, OUTGOING)).mappings()
    lines = [came_line(row) for row in came] + [went_line(row) for row in went]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def count_recent(connection: Connection, wanted: LetterFilter = EVERY) -> Counted:
    """How many ``recent`` would give without a limit."""
    came = wanted.of(select(INBOX.c.id), INBOX)
    went = wanted.of(select(OUTGOING.c.id), OUTGOING)
    return counted(connection, came) + counted(connection, went)


def shelved(
    connection: Connection, limit: int | None = None, wanted: LetterFilter = EVERY, *, to_do: bool = False
) -> list[LetterLine]:
    """Return what could not be placed, at most ``limit``: whole letters (I…) and single messages (E…).

    ``to_do``: without those whose sender was told, because now the sender must act. Letters of proven
    partners come first: where a list is cut, strangers' letters must not hide them.
    """
    proven, messages, strange = _shelves(wanted, to_do=to_do)
    lines: list[LetterLine] = []
    for shelf, line in ((proven, came_line), (messages, _message), (strange, came_line)):
        left = None if limit is None else limit - len(lines)
        lines += [line(row) for row in connection.execute(shelf.limit(left)).mappings()]
    return lines


def shelved_since(connection: Connection, inbox_until: int, limit: int) -> tuple[list[LetterLine], int]:
    """Return what came after letter ``inbox_until`` and could not be placed, and how much there is.

    As ``shelved``, but the newest first: where the list is cut, what came first is known best.
    """
    proven, messages, strange = _shelves(EVERY, to_do=False)
    lines: list[LetterLine] = []
    count = 0
    for shelf, line, letter, key in (
        (proven, came_line, INBOX.c.id, INBOX.c.id),
        (messages, _message, EVENT.c.inbox_id, EVENT.c.id),
        (strange, came_line, INBOX.c.id, INBOX.c.id),
    ):
        since = shelf.where(letter > inbox_until).order_by(None)
        found = select(func.count()).select_from(since.subquery())
        count += connection.execute(found).scalar_one()
        newest = since.order_by(key.desc()).limit(limit - len(lines))
        lines += [line(row) for row in connection.execute(newest).mappings()]
    return lines, count


def count_shelved(connection: Connection, wanted: LetterFilter = EVERY, *, to_do: bool = False) -> int:
    """Return how many ``shelved`` would return without a limit, without loading them."""
    shelves = (one.order_by(None).subquery() for one in _shelves(wanted, to_do=to_do))
    counts = (select(func.count()).select_from(one) for one in shelves)
    return sum(connection.execute(count).scalar_one() for count in counts)


def _shelves(wanted: LetterFilter, *, to_do: bool) -> tuple[Select[Any], Select[Any], Select[Any]]:
    whole = wanted.of(select(INBOX).where(text(SHELVED)).order_by(INBOX.c.id), INBOX)
    single = wanted.of(select(EVENT).where(text(SHELVED)).order_by(EVENT.c.id), EVENT)
    if to_do:
        single = single.where(EVENT.c.facts[events.TOLD].as_string().is_(None))
    proven = INBOX.c.proof > ""  # "<>" finds no index
    return whole.where(proven), single, whole.where(INBOX.c.proof == "")


def waiting(connection: Connection, wanted: LetterFilter = EVERY) -> list[LetterLine]:
    """Return received letters that wait for DNS to prove their senders, and are read again automatically."""
    rows = letters.waiting(connection)
    return [came_line(row) for row in rows if wanted.fits(row["partner"], row["state"], row["received_at"])]


def not_on_the_shelf(connection: Connection, letter_id: str, code: str = "not-on-shelf") -> LocalFault:
    """Return why nothing can be done: the sentence ``code``, it does not exist, or it waits for DNS."""
    kind, number = parsed(letter_id)
    row = letters.record(connection, number) if kind == "I" else None
    if (kind == "I" and row is None) or (kind == "E" and events.load(connection, number) is None):
        return LocalFault(sentence("no-letter", name=f"{kind}{number}"), ("mailproc shelved",))
    if row is None or row.state != "todo" or not row.last_error:
        return LocalFault(sentence(code, letter=letter_id), ("mailproc shelved",))
    return LocalFault(
        sentence("waits-for-dns", letter=letter_id, why=note_of(row.last_error).parts),
        ("mailproc check --connect",),
    )


def outbox(connection: Connection, wanted: LetterFilter = EVERY) -> list[LetterLine]:
    """Return our letters that have not left, with the reason, then held orders (no letter yet), then calls of
    hooks that were not taken, the oldest first."""
    left = wanted.of(select(OUTGOING).where(OUTGOING.c.state.in_(_WAITING)), OUTGOING)
    letters = connection.execute(left).mappings()
    calls = made(HookCall, connection.execute(wanted.of(_CALLS, CALL)))
    intents = made(_UnwordedIntent, connection.execute(wanted.of(_UNWORDED, outgoing.INTENT)))
    return [
        *map(went_line, sorted(letters, key=itemgetter("id"))),
        *map(_intent, sorted(intents, key=attrgetter("id"))),
        *map(_call, sorted(calls, key=attrgetter("id"))),
    ]


def parsed(letter_id: str) -> tuple[str, int]:
    """Return ("I", 12) for "I12". Raise LocalFault if it is no such id."""
    found = _ID.fullmatch(letter_id.strip())
    if found is None:
        raise LocalFault(sentence("letter-name", name=letter_id))
    return found[1].upper(), int(found[2])


def row_of(connection: Connection, letter_id: str) -> dict[str, Any]:
    """Return the row of I12 or O12, with ``kind``."""
    kind, number = parsed(letter_id)
    if kind == "E":
        event = events.load(connection, number)
        if event is None or event.inbox_id is None:
            raise LocalFault(sentence("no-letter-behind", name=letter_id))
        kind, number = "I", event.inbox_id
    row = letters.load(connection, number) if kind == "I" else outgoing.load(connection, number)
    if row is None:
        raise LocalFault(sentence("no-letter", name=letter_id))
    return {**asdict(row), "kind": kind}


def events_of(
    connection: Connection,
    inbox_id: int,
    language: Language = ENGLISH,
    means: Callable[[str], str] = lambda _code: "",
    most: int | None = None,
) -> list[MessageRead]:
    """Return what each message of a letter says, and what became of it (without letters to staff about it).

    ``means``: the meaning of a reply code. ``most``: so many of them, the first ones.
    """
    said = (EVENT.c.inbox_id == inbox_id, EVENT.c.type != "SHELVED")
    statement = select(EVENT).where(*said).order_by(EVENT.c.position).limit(most)
    return [
        MessageRead(
            id=f"E{event.id}",
            type=event.type,
            event=_event(event.apdu) or event.type,
            spoken=spoken(_event(event.apdu), event.apdu) or event.type,
            item=(event.apdu or {}).get("item") or {},
            says=_says(event.apdu, event.at.date(), language, means),
            state=event.state,
            number=(event.ref or {}).get("number", ""),
            why=note_of(event.last_error),
        )
        for event in made(Event, connection.execute(statement))
    ]


def who_wrote(row: Any) -> Part:
    """Return who a letter is from: the partner, the envelope's sender, else as From says, a claim."""
    named = row["partner"] or row["mail_from"]
    if named or not row["said_from"]:
        return named or sentence("no-sender")
    return row["said_from"] if row["proof"] else sentence("from-unproven", sender=row["said_from"])


def came_line(row: Any) -> LetterLine:
    """Return the line of a row of the inbox."""
    note = note_of(row["last_error"] or row["note"])
    return LetterLine(f"I{row['id']}", row["received_at"], row["state"], who_wrote(row), row["subject"], note)


def went_line(row: Any) -> LetterLine:
    """Return the line of a letter of ours."""
    note = note_of(row["last_error"]) or Note(row["reply"] or row["file"] or "")
    to = row["rcpt_to"] or to_nobody_named(row["state"])
    next_at = row["not_before"] if row["state"] == "prepared" else None
    return LetterLine(
        f"O{row['id']}", row["prepared_at"], row["state"], to, row["subject"], note, next_at=next_at
    )


def to_nobody_named(state: str) -> Part:
    """Who a letter of ours without an address is for: only readers get such, on paper or long ago.

    ``state``: of the letter. Of an e-mail the address goes with the reader's name.
    """
    erased = state in letters_to_reader.OVER and state != outgoing.PRINTED
    return sentence("to-a-reader" if erased else "on-paper")


def _call(call: HookCall) -> LetterLine:
    next_at = call.not_before if call.state == "prepared" else None
    about = f"{call.payload['numbers']['transaction']} {call.event}"
    why = note_of(call.last_error)
    return LetterLine(call.name, call.written_at, call.state, call.hook, about, why, next_at=next_at)


def _message(row: Any) -> LetterLine:
    number = (row["ref"] or {}).get("number", "")
    event = _event(row["apdu"]) or row["type"]
    name, who, why = f"E{row['id']}", row["partner"], note_of(row["last_error"])
    return LetterLine(name, row["at"], row["state"], who, number, why, event)


def _event(apdu: ApduJson | None) -> str:
    return event_heard(apdu_json.from_json(apdu)) if apdu else ""


def _says(
    apdu: ApduJson | None, today: date, language: Language, means: Callable[[str], str]
) -> tuple[str, ...]:
    if not apdu:
        return ()
    heard = apdu_json.from_json(apdu)
    ours = Role.RESPONDER if heard.type.said_by is Role.REQUESTER else Role.REQUESTER
    return said(heard, ours, (), today, language, means=means)


def _intent(row: _UnwordedIntent) -> LetterLine:
    said = _event(apdu_in(row.body))
    what = f"{row.number or ''} {'' if said else name_of(row.body)}".strip()
    why = note_of(row.last_error)
    return LetterLine(f"intent {row.id}", row.at, row.state, row.partner, what, why, said, row.not_before)
