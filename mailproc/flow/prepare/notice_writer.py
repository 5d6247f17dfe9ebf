"""Load what every letter to people is made from: the rows that it is about, and the recipient's language."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.matching import reader_standing
from mailproc.flow.matching.reader_standing import ReaderStanding
from mailproc.notices.language import Language
from mailproc.notices.shared_contexts import OurLibrary, PartnerLibrary, Request
from mailproc.store import patrons, reader_access, requests, transactions
from mailproc.store.intent_bodies import NoticeToPeople, NoticeToReader, NoticeToStaff, StaffFacts
from mailproc.store.rows import Intent, StoredPatron, StoredRequest, Transaction


@dataclass(frozen=True)
class Occasion:
    """What a letter to people is about: an intent, or a preview (then without an event)."""

    body: NoticeToPeople
    partner: str
    request_id: int | None = None
    transaction_id: int | None = None
    event_id: int | None = None


def occasion_of(intent: Intent) -> Occasion:
    return Occasion(intent.notice, intent.partner, intent.request_id, intent.transaction_id, intent.event_id)


@dataclass(frozen=True)
class NoticeWriter:
    """What every notice is made from: its rows and the language of its recipient.

    The rows are None if the notice is about a letter alone; ``reader`` also where a partner is not told the
    name. ``tag`` is the language asked for, ``language`` its words.
    """

    connection: Connection
    context: Context
    occasion: Occasion
    request: StoredRequest | None
    transaction: Transaction | None
    reader: StoredPatron | None
    tag: str
    language: Language

    @property
    def facts(self) -> StaffFacts:
        """What a letter to staff is about; nothing of any other."""
        return self.occasion.body.facts if isinstance(self.occasion.body, NoticeToStaff) else {}

    @cached_property
    def standing(self) -> ReaderStanding:
        """What is true now for the reader: every date of a letter to a reader comes from here."""
        if self.transaction is None:
            return reader_standing.NOWHERE
        return reader_standing.of(self.connection, self.transaction, self.context)

    def day(self, day: date | None) -> str:
        return self.language.day_word(day, self.context.today()) if day else ""

    def library(self) -> OurLibrary:
        return OurLibrary(name=self.context.config.library.name, email=self.context.config.library.email)

    def partner(self, symbol: str) -> PartnerLibrary:
        known = self.context.partners.get(symbol)
        return PartnerLibrary(name=(known and known.name) or symbol)

    def wanted(self) -> Request:
        row = self.request
        if row is None:
            return Request(number="", title="", author="", service="")
        return Request(
            number=row.number,
            title=self.language.title_word(row.title),
            author=row.author,
            service=self.language.service_word(row.service),
        )


def _patron_of(connection: Connection, occasion: Occasion, request: StoredRequest | None) -> str | None:
    """Return the id of the reader whom the letter is for: whose request it is, or who asked for a link."""
    if request is not None:
        return request.patron_id
    body = occasion.body
    asked = body.link if isinstance(body, NoticeToReader) else None
    link = reader_access.link(connection, asked) if asked is not None else None
    return link.patron_id if link is not None else None


def writer_of(connection: Connection, occasion: Occasion, context: Context, to: str) -> NoticeWriter:
    request = transaction = reader = None
    if occasion.request_id is not None:
        request = requests.load(connection, occasion.request_id)
    if occasion.transaction_id is not None:
        transaction = transactions.load(connection, occasion.transaction_id)
    tag = context.config.library.language
    if to == "partner":
        partner = context.partners.get(occasion.partner)
        tag = partner.language if partner else "en"
        if partner is not None and partner.letter.name_reader and request is not None:
            reader = patrons.load(connection, request.patron_id)
    if to == "patron":
        reader = patrons.load(connection, _patron_of(connection, occasion, request))
        tag = (reader and reader.language) or tag
    language = context.languages.of(tag)
    return NoticeWriter(connection, context, occasion, request, transaction, reader, tag, language)
