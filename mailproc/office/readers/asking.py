"""What readers ask for at their pages: an item, an end, more time. All of it waits for staff.

No state of a request moves by it: a wish is a request to review, all else a note that needs attention.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.context import Context
from mailproc.ill.apdu import Delivery, Item
from mailproc.ill.apdu_json import value_from_json
from mailproc.ill.events import READER_WROTE
from mailproc.ill.submitted import READERS_DOOR, READERS_PAGES, Source, SubmittedRequest, WrittenReader
from mailproc.ill.terms import Role
from mailproc.invisible import UNSEEN
from mailproc.notices.language import Language
from mailproc.office.readers import own_requests
from mailproc.office.readers.own_requests import CANCEL, RENEW
from mailproc.office.readers.reader_sessions import ReaderPerson
from mailproc.office.requests import review_steps, submitted
from mailproc.sentence import Sentence, sentence
from mailproc.store import alarms, patrons, submissions, transactions
from mailproc.store.alarms import Turn
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import StoredPatron

FIELDS: Mapping[str, Mapping[str, str]] = {
    "LOAN": {
        "title": "loan_title",
        "author": "loan_author",
        "publication_date": "loan_publication_date",
        "publisher": "loan_publisher",
        "edition": "loan_edition",
        "isbn": "loan_isbn",
    },
    "COPY": {
        "title": "copy_title",
        "volume_issue": "copy_volume_issue",
        "publication_date": "copy_publication_date",
        "pagination": "copy_pagination",
        "article_title": "copy_article_title",
        "article_author": "copy_article_author",
        "issn": "copy_issn",
    },
}
"""What a reader says of a book, and of an article: fields of ``Item``, with the words of their labels. The
title is needed."""
LONGEST, LONGEST_NOTE = 300, 500
ASKED = "asked-at-my"
"""The kind of alarm that counts what a reader asks about one request."""
A_DAY, DAY = 3, timedelta(days=1)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def wish(store: Store, context: Context, person: ReaderPerson, said: Mapping[str, str]) -> Sentence:
    """Submit what the form says, as this reader's; return word of it. Raise LocalFault."""
    with store.read() as connection:
        reader = patrons.load(connection, person.id)
    if reader is None:
        raise LocalFault(sentence("patron-no-more"))
    wanted = _wanted(said, reader, context)
    source = Source(name=READERS_PAGES)
    done = store.write(lambda connection: submitted.submit(connection, context, wanted, source))
    if done.refused:
        raise LocalFault(sentence("my-too-many"))
    return sentence("my-again" if done.again else "my-wished", number=done.number)


def _wanted(said: Mapping[str, str], reader: StoredPatron, context: Context) -> SubmittedRequest:
    service = said.get("service", "")
    if service not in FIELDS:
        raise LocalFault(sentence("my-service"))
    found = {name: _text(said, name, LONGEST) for name in FIELDS[service]}
    if not found["title"]:
        raise LocalFault(sentence("my-title"))
    copy, remark = service == "COPY", _text(said, "note", LONGEST_NOTE)
    return SubmittedRequest(
        role=Role.REQUESTER,
        service=service,
        item=_item(found),
        reader=WrittenReader(id=reader.id, name=reader.name, email=reader.email, status=reader.status),
        delivery=Delivery(electronic=reader.email) if copy and reader.email else None,
        need_before=_day(said.get("need_before", ""), context),
        remark=remark,
        words="\n".join(_written(service, {**found, "note": remark}, context)),
    )


def _written(service: str, found: Mapping[str, str], context: Context) -> Iterator[str]:
    """Yield what was typed, as staff read it; it is erased with the reader."""
    words = context.language.texts.labels["desk_readers"]
    for name, label in {**FIELDS[service], "note": "note"}.items():
        if found[name]:
            yield f"{words[label]}: {found[name]}"


def _item(found: Mapping[str, str]) -> Item:
    item: Item = value_from_json(Item, {name: value for name, value in found.items() if value}, "item")
    return item


def _text(said: Mapping[str, str], name: str, most: int) -> str:
    text = " ".join(UNSEEN.sub(" ", said.get(name, "")[: 4 * most]).split())
    if len(text) > most:
        raise LocalFault(sentence("my-too-long", most=most))
    return text


def _day(text: str, context: Context) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else None
    except ValueError:
        day = None
    if day is None or day < context.today():
        raise LocalFault(sentence("my-day"))
    return day


def ask(
    store: Store, context: Context, person: ReaderPerson, number: str, what: str, language: Language
) -> Sentence:
    """Tell staff that the reader wants it ended, or more time; return word of it. Raise LocalFault."""
    if what not in (CANCEL, RENEW):
        raise LocalFault(sentence("my-not-now"))

    now = context.clock()
    with store.read() as connection:  # a look takes no turn among the writes
        row = own_requests.row_of(connection, person.id, number)
        if what not in own_requests.one(connection, person.id, number, context, language).asks:
            raise LocalFault(sentence("my-not-now"))
        free = _turn(connection, row.id, what, now).free

    def job(connection: Connection) -> None:
        turn = _turn(connection, row.id, what, now)
        if turn.free:
            alarms.take(connection, turn, now)
            _tell_staff(connection, context, row.id, what)

    if free:
        store.write(job)
    return sentence("my-renew-asked" if what == RENEW else "my-cancel-asked", number=number)


def _turn(connection: Connection, request_id: int, what: str, now: datetime) -> Turn:
    return alarms.turn(connection, ASKED, f"{request_id} {what}", now, most=A_DAY, within=DAY)


def _tell_staff(connection: Connection, context: Context, request_id: int, what: str) -> None:
    said = sentence("my-renew-words") if what == RENEW else sentence("my-cancel-words")
    attempts = transactions.of_request(connection, request_id)
    if not attempts:
        submission = submissions.load(connection, request_id)
        if submission is not None:
            review_steps.record(
                connection, context, submission, "note", READERS_PAGES, (said,), door=READERS_DOOR
            )
        return
    event = NewEvent(
        cause="policy",
        type=READER_WROTE,
        at=context.clock(),
        facts={"text": context.language.word(said), "matched_by": READERS_DOOR},
        door=READERS_DOOR,
        partner=attempts[-1].partner,
        transaction_id=attempts[-1].id,
        request_id=request_id,
    )
    steps.begin(connection, event, context)
