"""The letter to a reader with the documents that came for a request.

Reading, checking and storing them is done outside the write; the commit holds the letter, a row for each
document, and a line of the history. What does not go is told to staff by an event of the request, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.prepare import (
    document_choice,
    letter_events,
    notice_letter,
    notice_limits,
    site_texts,
)
from mailproc.flow.prepare.document_choice import CameDocument
from mailproc.flow.prepare.notice_context import Addressed, addressed
from mailproc.flow.prepare.notice_writer import occasion_of
from mailproc.mail.content_type import media_type_of
from mailproc.mail.enclosures import Enclosure
from mailproc.notices.last_good import Rendered
from mailproc.notices.patron import PatronDocument
from mailproc.notices.render import Notice
from mailproc.notices.shared_contexts import EnclosedDocument
from mailproc.sentence import Part, sentence, stored
from mailproc.store import alarms, documents, outgoing, restore_hold
from mailproc.store.alarms import Turn
from mailproc.store.documents import TO_READER, NewDocument
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.rows import Intent

NAMED = 5
"""So many documents are named in a line of the history; the others are counted."""


@dataclass(frozen=True)
class DocumentLetter:
    """What is known before the letter is composed. ``again``: digests that were recorded for it before."""

    came: tuple[CameDocument, ...]
    again: frozenset[str]
    turn: Turn | None
    rendered: Rendered[Notice] | None
    address: str

    @property
    def sent(self) -> list[CameDocument]:
        return [one for one in self.came if not one.why_not]

    @property
    def withheld(self) -> list[CameDocument]:
        return [one for one in self.came if one.why_not]


def write_one(store: Store, row: Intent, context: Context) -> None:
    """Write the letter of one intent, or record why there is none. Raise LocalFault if it cannot be written
    now, also if the folder of documents does not take them."""
    with store.read() as connection:
        if not outgoing.still_wanted(connection, [row.id]):
            return
        writing = _gathered(connection, row, context)
    store.underway.at()
    if writing.rendered is None:
        store.write(lambda done: _settle(done, row, writing, None, context))
        return
    try:
        with context.documents.writing(store.identity()):
            for one in writing.sent:
                context.documents.put(one.content)
            letter = _letter(row, writing.rendered, writing, context)
            store.write(lambda done: _settle(done, row, writing, letter, context))
    except LocalFault as fault:
        if not row.last_error:  # staff hear of it once, however often it is tried again
            told = (sentence("documents-wait", why=fault.said),)
            store.write(lambda done: letter_events.record(done, row, "DOCUMENT_WITHHELD", told, context))
        raise


def _gathered(connection: Connection, row: Intent, context: Context) -> DocumentLetter:
    came = document_choice.chosen(connection, row, context)
    turn = notice_limits.turn(connection, row, context)
    if turn is not None and not turn.free:
        came = tuple(_withheld(one, notice_limits.why_not(turn)) for one in came)
    sent = [one for one in came if not one.why_not]
    who = _who(addressed(connection, occasion_of(row), context), sent, context)
    rendered = notice_letter.rendered(connection, row, who, context) if sent else None
    return DocumentLetter(came, document_choice.recorded(connection, row), turn, rendered, who.address)


def _withheld(one: CameDocument, why: Part) -> CameDocument:
    return replace(one, why_not=one.why_not or why, content=b"")


def _who(who: Addressed, sent: Sequence[CameDocument], context: Context) -> Addressed:
    """Add to the letter the names of what comes with it."""
    if not isinstance(who.content, PatronDocument):
        return who
    language = context.languages.of(who.language)
    named = tuple(EnclosedDocument(name=one.name, size=language.counted("octets", one.size)) for one in sent)
    return replace(who, content=replace(who.content, documents=named))


def _letter(
    row: Intent, rendered: Rendered[Notice], writing: DocumentLetter, context: Context
) -> NewLetterOut:
    enclosed = [Enclosure(one.digest, one.name, media_type_of(one.type)) for one in writing.sent]
    return notice_letter.letter(row, rendered, writing.address, context, enclosed)


def _settle(
    connection: Connection,
    row: Intent,
    writing: DocumentLetter,
    letter: NewLetterOut | None,
    context: Context,
) -> None:
    if not outgoing.still_wanted(connection, [row.id]):
        return
    if letter is not None and (why := document_choice.why_not_now(connection, row, context.clock())):
        writing = replace(writing, came=tuple(_withheld(one, why) for one in writing.came))
        letter = None  # staff have recorded it as wrong, or undone its receipt, since it was gathered
    for one in writing.came:
        if one.digest not in writing.again:
            documents.add(connection, _row(row, one, context))
    fresh = [one for one in writing.came if one.digest not in writing.again]
    letter_events.record(connection, row, "DOCUMENT_WITHHELD", _why_withheld(fresh), context)
    if letter is None:
        outgoing.place(connection, row.id, "withdrawn", None)
        return
    outgoing_id = restore_hold.add_letter(connection, replace(letter, trace=row.trace), [row])
    outgoing.place(connection, row.id, "prepared", outgoing_id)
    letter_events.record(connection, row, "DOCUMENT_SENT", _what_went(writing.sent, outgoing_id), context)
    if writing.turn is not None:
        alarms.take(connection, writing.turn, context.clock())
    if writing.rendered is not None:
        site_texts.settle(connection, writing.rendered, context)


def _row(row: Intent, one: CameDocument, context: Context) -> NewDocument:
    return NewDocument(
        digest=one.digest,
        size=one.size,
        type=one.type,
        name=one.name,
        recipient=TO_READER,
        event_id=row.event_id,
        request_id=row.request_id or 0,
        transaction_id=row.said_in,
        stored_at=context.clock(),
        inbox_id=one.inbox_id,
        why_not=stored(one.why_not),
    )


def _why_withheld(came: Sequence[CameDocument]) -> tuple[Part, ...]:
    withheld = [one for one in came if one.why_not]
    alike: dict[tuple[int, str], list[CameDocument]] = {}
    for one in withheld[:NAMED]:
        alike.setdefault((one.inbox_id, stored(one.why_not)), []).append(one)
    more = len(withheld) - NAMED
    parts = map(_not_sent, alike.values())
    return (*parts, *([sentence("documents-more", count=more)] if more > 0 else []))


def _not_sent(alike: Sequence[CameDocument]) -> Part:
    """Say once why these files of one letter do not go."""
    first, names = alike[0], ", ".join(one.name for one in alike)
    code = "document-not-sent" if len(alike) == 1 else "documents-not-sent"
    return sentence(code, file=names, letter=f"I{first.inbox_id}", why=first.why_not)


def _what_went(sent: Sequence[CameDocument], outgoing_id: int) -> tuple[Part, ...]:
    names = ", ".join(one.name for one in sent[:NAMED])
    more = len(sent) - NAMED
    said = sentence("documents-sent", letter=f"O{outgoing_id}", files=names)
    return (said, sentence("documents-more", count=more)) if more > 0 else (said,)
