"""Build what a letter to people may say, and to whom it goes; looked up when the letter is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.flow.matching import new_transactions, readers_copy, unconfirmed
from mailproc.flow.notify_staff import DIGEST
from mailproc.flow.our_letters import named
from mailproc.flow.prepare import (
    desk_address,
    document_choice,
    heard_suggestions,
    partner_letter,
    reader_notice,
    suggestions,
)
from mailproc.flow.prepare.notice_writer import NoticeWriter, Occasion, writer_of
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, Message, Money, Returned
from mailproc.ill.attention import Reason
from mailproc.ill.effects import FORWARDED
from mailproc.ill.events import READER_WROTE
from mailproc.ill.terms import Ref, Role, State
from mailproc.log import mask
from mailproc.mail.attachments import Attachment
from mailproc.notices.catalogue import (
    CitedRequest,
    Claimed,
    NoticeContext,
    StaffAttention,
    StaffDigest,
    WaitingLetters,
)
from mailproc.notices.citation import cited
from mailproc.notices.incoming_details import said
from mailproc.notices.language import Language
from mailproc.notices.patron import PatronArrived
from mailproc.sentence import Part, sentence
from mailproc.store import events, outgoing, patrons, requests
from mailproc.store.intent_bodies import NoticeToPartner, NoticeToPeople, NoticeToReader, NoticeToStaff
from mailproc.store.rows import Event, Transaction
from mailproc.templating.contract import sample_of


@dataclass(frozen=True)
class Addressed:
    """Recipient and content of a notice.

    ``address`` is '' if there is nobody to write to by mail; ``why`` then says so. ``on_paper``: staff print
    the letter. ``language`` is the tag that the recipient asks for; templates are chosen by it.
    """

    address: str
    language: str
    content: NoticeContext
    why: Part = ""
    on_paper: bool = False


def addressed(connection: Connection, occasion: Occasion, context: Context) -> Addressed:
    """Return recipient and content of a notice."""
    body = occasion.body
    writer = writer_of(connection, occasion, context, body.to)
    if isinstance(body, NoticeToReader):
        return _to_patron(writer)
    if isinstance(body, NoticeToPartner):
        return _to_partner(writer, body)
    library = context.config.library
    told = _digest(writer) if body.name == DIGEST else _attention(writer)
    return Addressed(library.staff or library.email, writer.tag, told)


def addressed_by(
    connection: Connection, context: Context, path: str, transaction: Transaction
) -> Addressed | None:
    """Return whom the notice at ``path`` would go to, and what it would say of this transaction now; None for
    machines' templates."""
    name = path.partition("/")[2].removesuffix(".txt")
    to = name.partition("/")[0]
    message = apdu_json.to_json(_example(name, connection, transaction))
    samples: dict[str, NoticeToPeople] = {
        NoticeToReader.to: NoticeToReader(name),
        NoticeToStaff.to: NoticeToStaff(name, {"reasons": transaction.attention or []}),
        NoticeToPartner.to: NoticeToPartner(name, message),
    }
    body = samples.get(to)
    if body is None:
        return None
    occasion = Occasion(body, transaction.partner, transaction.request_id, transaction.id)
    return addressed(connection, occasion, context)


def _example(name: str, connection: Connection, transaction: Transaction) -> Apdu:
    """Return what the text ``name`` would say of this transaction."""
    note = "An example of what we would say."
    ref = Ref(number=(transaction.options or {}).get("number", ""))
    match name:
        case "partner/order":
            request = requests.load(connection, transaction.request_id)
            wanted = new_transactions.wanted_of(request, patrons.load(connection, request.patron_id))
            return replace(wanted, ref=ref)
        case "partner/returned":
            return Returned(ref=ref, note=note)
    return Message(ref=ref, note=note)


def _to_patron(writer: NoticeWriter) -> Addressed:
    content, name = reader_notice.context_of(writer), writer.occasion.body.name
    if not writer.standing.allows(name):
        return Addressed("", writer.tag, content, sentence("reader-no-longer-so"))
    says_more = isinstance(content, PatronArrived) and (content.partial or content.note)
    if name == "patron/arrived" and not says_more and reader_notice.has_the_copy(writer):
        return Addressed("", writer.tag, content, sentence("reader-has-copy"))
    address = writer.reader.email if writer.reader else ""
    why = "" if address else sentence("reader-no-email")
    return Addressed(address, writer.tag, content, why, on_paper=writer.reader is not None and not address)


def _to_partner(writer: NoticeWriter, body: NoticeToPartner) -> Addressed:
    transaction = writer.transaction
    partner = writer.context.partners.get(writer.occasion.partner)
    address = transaction.address if transaction else (partner.address if partner else "")
    said = apdu_json.from_json(body.apdu)
    if body.name == delivery_mode.DOCUMENT:
        wanted = writer.request.delivery if writer.request else None
        files = partner_letter.documents_of(writer, said, body.documents)
        return Addressed(delivery_mode.documents_to(wanted, address), writer.tag, files)
    content = partner_letter.content_of(writer, said)
    return Addressed(address, writer.tag, content)


def _attention(writer: NoticeWriter) -> StaffAttention:
    facts, partner = writer.facts, writer.occasion.partner
    return StaffAttention(
        library=writer.library(),
        reasons=tuple(writer.language.attention_word(one) for one in facts.get("reasons", ())),
        request=_cited(writer),
        partner=writer.partner(partner) if partner else None,
        letter=_letter(writer),
        sender=facts.get("sender", "") or _address_of_reader(writer),
        subject=facts.get("subject", ""),
        about=facts.get("about", ""),
        note=writer.language.words_stored(facts.get("note", "")) or _due_here(writer),
        ours=named(writer.connection, facts.get("ours", ()), writer.context, writer.language),
        said=_said(writer),
        words=_words(writer),
        files=_files(writer),
        reader_wrote=_is_of_reader(writer),
        ways=suggestions.in_a_letter(writer),
        page=desk_address.of_notice(writer, _letter(writer)),
        more=facts.get("more"),
        since=_since(writer),
        claimed=_claimed(writer),
        waiting=_waiting(writer),
        untold=_untold(writer),
    )


def _letter(writer: NoticeWriter) -> str:
    return writer.facts.get("letter", "") or _letter_of_people(writer)


def _due_here(writer: NoticeWriter) -> str:
    """Return until when what is here may be used, and by when it must be back."""
    row = writer.transaction
    if Reason.DUE_SOON not in writer.facts.get("reasons", ()) or row is None or row.due_on is None:
        return ""
    until = writer.standing.due_on
    if until is None or until == row.due_on:
        return writer.language.word(sentence("due-here", day=row.due_on))
    return writer.language.word(sentence("due-here-reader", day=row.due_on, until=until))


MOST_WORDS, MOST_LINES = 4_000, 60
"""Characters and lines of a letter of people that staff get; the letter itself has all of them."""
MOST_FILES = 10
"""So many files are named; the others are counted."""


def _words(writer: NoticeWriter) -> tuple[str, ...]:
    """Return what people wrote, in lines."""
    event = _written(writer)
    text = heard_suggestions.said(event) if event else writer.facts.get("words", "")
    return tuple(text[:MOST_WORDS].split("\n")[:MOST_LINES]) if text else ()


def _files(writer: NoticeWriter) -> tuple[str, ...]:
    """Return the files that came with the letter that the notice is about."""
    event_id = writer.occasion.event_id
    event = events.load(writer.connection, event_id) if event_id is not None else None
    if event is None or writer.transaction is None or not (event.facts or {}).get("documents"):
        return ()
    came, language = document_choice.of_letter(writer.connection, event, writer.context), writer.language
    sent = {one.digest for one in readers_copy.sent_ever(writer.connection, writer.transaction)}
    named = [_file(one, language, sent_on=one.digest in sent) for one in came[:MOST_FILES]]
    more = sentence("documents-more", count=len(came) - MOST_FILES)
    return (*named, *([language.word(more)] if len(came) > MOST_FILES else []))


def _file(file: Attachment, language: Language, *, sent_on: bool) -> str:
    named = f"{mask(file.name)} ({language.counted('octets', file.size)})"
    return language.word(sentence("file-sent-on", file=named)) if sent_on else named


def _letter_of_people(writer: NoticeWriter) -> str:
    event = _written(writer)
    return f"I{event.inbox_id}" if event and event.inbox_id is not None else ""


def _address_of_reader(writer: NoticeWriter) -> str:
    """Return the address of the reader who wrote."""
    request = writer.request
    if request is None or not _is_of_reader(writer):
        return ""
    reader = patrons.load(writer.connection, request.patron_id)
    return reader.email if reader is not None else ""


def _is_of_reader(writer: NoticeWriter) -> bool:
    event = _written(writer)
    reasons = writer.facts.get("reasons", ())
    return (event is not None and event.type == READER_WROTE) or Reason.READER_IN_WORDS in reasons


def _written(writer: NoticeWriter) -> Event | None:
    """Return the event of the letter that the notice is about, if people wrote it."""
    event_id = writer.occasion.event_id
    event = events.load(writer.connection, event_id) if event_id is not None else None
    return event if event is not None and heard_suggestions.is_written(event) else None


def _waiting(writer: NoticeWriter) -> WaitingLetters | None:
    told = writer.facts.get("waiting")
    if not told:
        return None
    names = tuple(writer.partner(symbol).name for symbol in told["partners"])
    return WaitingLetters(count=told["count"], names=names, since=_time(writer, told["since"]))


def _claimed(writer: NoticeWriter) -> tuple[Claimed, ...]:
    return tuple(
        Claimed(name=writer.partner(one["partner"]).name, count=one["count"], numbers=tuple(one["numbers"]))
        for one in writer.facts.get("claimed", ())
    )


def _since(writer: NoticeWriter) -> str:
    told = writer.facts.get("since")
    return _time(writer, told) if told else ""


def _time(writer: NoticeWriter, told: str) -> str:
    wall = writer.context.local(datetime.fromisoformat(told))
    return writer.language.time_word(wall, writer.context.today())


def _cited(writer: NoticeWriter) -> CitedRequest | None:
    row = writer.request
    if row is None:
        return None
    parts = cited(row.item or {}, writer.language, (row.title, row.author))
    return CitedRequest(**vars(writer.wanted()), cited=tuple(f"{label}: {value}" for label, value in parts))


QUESTIONS = {
    (Role.REQUESTER, State.CONDITIONAL): "ILL_ANSWER",
    (Role.RESPONDER, State.RENEW_PENDING): "RENEW",
    (Role.RESPONDER, State.CANCEL_PENDING): "CANCEL",
}
"""The partner's message that waits for our answer, by our role and state."""


def _said(writer: NoticeWriter) -> tuple[str, ...]:
    """Return what the partner said; for a reminder, what it asked."""
    row, reasons = writer.transaction, writer.facts.get("reasons", ())
    if row is None:
        return ()
    asked = unconfirmed.questions(writer.connection, row, reasons, writer.language)
    heard = _heard(writer)
    if heard is None or not heard.apdu:
        return asked
    apdu, role = apdu_json.from_json(heard.apdu), row.role
    context = writer.context
    means = context.registry.means
    if heard_suggestions.is_written(heard):
        return asked
    told = said(apdu, role, reasons, context.today(), writer.language, means=means)
    return (*asked, *told, *_limit(writer, reasons))


PRICED = frozenset(
    {
        Reason.CONDITION, Reason.CONDITION_AFTER_SHIPPED, Reason.ASK_COST, Reason.ASK_ESTIMATE,
        Reason.COST_OVER_LIMIT,
    }
)  # fmt: skip
"""Reasons that may be about a price."""


def _limit(writer: NoticeWriter, reasons: Sequence[str]) -> tuple[str, ...]:
    """Return what we pay at most, beside a price of theirs."""
    request = writer.request
    if request is None or request.role != Role.REQUESTER or PRICED.isdisjoint(reasons):
        return ()
    if not request.max_cost:
        return ()
    most: Money = apdu_json.value_from_json(Money, request.max_cost, "max_cost")
    return (writer.language.texts.incoming["limit"].format(value=writer.language.amount(most)),)


def _heard(writer: NoticeWriter) -> Event | None:
    row, event_id = writer.transaction, writer.occasion.event_id
    event = events.load(writer.connection, event_id) if event_id is not None else None
    if event is not None and (event.cause == "letter" or event.heard_by):
        return event
    asked = QUESTIONS.get((row.role, row.state)) if row is not None else None
    return events.last_of(writer.connection, row.id, (asked,)) if row is not None and asked else None


def _untold(writer: NoticeWriter) -> tuple[str, ...]:
    """Return the request's number if its reader should be informed too and has no e-mail address."""
    event_id, request = writer.occasion.event_id, writer.request
    if event_id is None or request is None:
        return ()
    reader = patrons.load(writer.connection, request.patron_id)
    said = outgoing.of_event(writer.connection, event_id)
    meant = any(
        isinstance(one.body, NoticeToReader)
        and one.request_id == request.id
        and one.state != "withdrawn"
        and one.body.name != FORWARDED  # what cannot go by mail is not printed either
        for one in said
    )
    return (request.number,) if meant and reader is not None and not reader.email else ()


def _digest(writer: NoticeWriter) -> StaffDigest:
    """Return what was counted when the digest was ordered; a preview shows the sample."""
    counted = writer.facts.get("digest")
    if counted is None:
        return sample_of(StaffDigest)
    made: StaffDigest = apdu_json.value_from_json(StaffDigest, counted, "digest")
    return made
