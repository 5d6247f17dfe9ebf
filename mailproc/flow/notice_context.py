"""What a letter to people may say, and to whom it goes: looked up when it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from mailproc.flow import unconfirmed
from mailproc.flow.notify_staff import DIGEST
from mailproc.flow.our_letters import named
from mailproc.flow.premises import Premises
from mailproc.flow.ways import ways
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, Message
from mailproc.ill.heard import told
from mailproc.ill.terms import Role, Service, State
from mailproc.notices.catalogue import (
    CitedRequest,
    Claimed,
    Library,
    NoticeContext,
    Partner,
    PartnerNotice,
    PartnerReturned,
    Patron,
    PatronArrived,
    PatronCancelled,
    PatronDueSoon,
    PatronOverdue,
    PatronRecalled,
    PatronRenewed,
    PatronUnfilled,
    Refusal,
    Request,
    StaffAttention,
    StaffDigest,
    WaitingLetters,
    Way,
)
from mailproc.notices.citation import cited
from mailproc.notices.language import Language
from mailproc.notices.said import said
from mailproc.notices.telling import telling
from mailproc.store import events, outgoing, patrons, requests, transactions
from mailproc.templating.contract import sample_of

Intent = RowMapping | Mapping[str, Any]
"""A row of the intents, or what one would be."""


@dataclass(frozen=True)
class Addressed:
    """``address`` is '' where there is nobody to write to; ``why`` then says so. ``language`` is the tag that
    the recipient asks for: templates are looked for by it."""

    address: str
    language: str
    context: NoticeContext
    why: str = ""


@dataclass(frozen=True)
class Writer:
    """What every notice is made from: the rows it is about (None where it is about a letter
    alone), and the language of who reads it: its ``tag`` as asked for, and its words."""

    connection: Connection
    premises: Premises
    intent: Intent
    request: RowMapping | None
    transaction: RowMapping | None
    reader: RowMapping | None
    tag: str
    language: Language

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.intent["body"].get("facts") or {}
        return facts

    @property
    def due(self) -> str:
        return self.day(self.transaction["due_on"] if self.transaction else None)

    def day(self, day: date | None) -> str:
        return self.language.day_word(day, self.premises.today()) if day else ""

    def library(self) -> Library:
        return Library(name=self.premises.config.library.name, email=self.premises.config.library.email)

    def partner(self, symbol: str) -> Partner:
        known = self.premises.partners.get(symbol)
        return Partner(name=(known and known.name) or symbol)

    def wanted(self) -> Request:
        row = self.request
        if row is None:
            return Request(number="", title="", author="", service="")
        return Request(
            number=row["number"],
            title=self.language.title_word(row["title"]),
            author=row["author"],
            service=self.language.service_word(row["service"]),
        )


def addressed(connection: Connection, intent: Intent, premises: Premises) -> Addressed:
    """Recipient and context of a notice intent."""
    to = intent["body"]["to"]
    writer = _writer(connection, intent, premises, to)
    if to == "patron":
        return _to_patron(writer)
    if to == "partner":
        return _to_partner(writer)
    library = premises.config.library
    told = _digest(writer) if intent["body"]["notice"] == DIGEST else _attention(writer)
    return Addressed(library.staff or library.email, writer.tag, told)


def context_of(
    connection: Connection, premises: Premises, path: str, transaction: RowMapping
) -> NoticeContext | None:
    """What the notice at ``path`` would say of this transaction now; None for machines' templates."""
    name = path.partition("/")[2].removesuffix(".txt")
    to = name.partition("/")[0]
    if to not in ("patron", "staff", "partner"):
        return None
    message = apdu_json.to_json(Message(note="An example of what we would say."))
    body = {"notice": name, "to": to, "facts": {"reasons": transaction["attention"] or []}, "apdu": message}
    intent = {
        "request_id": transaction["request_id"],
        "transaction_id": transaction["id"],
        "partner": transaction["partner"],
        "body": body,
    }
    return addressed(connection, intent, premises).context


def _writer(connection: Connection, intent: Intent, premises: Premises, to: str) -> Writer:
    request = transaction = reader = None
    if intent["request_id"] is not None:
        request = requests.load(connection, intent["request_id"])
    if intent["transaction_id"] is not None:
        transaction = transactions.load(connection, intent["transaction_id"])
    tag = premises.config.library.language
    if to == "partner":
        partner = premises.partners.get(intent["partner"])
        tag = partner.language if partner else "en"
    if to == "patron" and request is not None:
        reader = patrons.load(connection, request["patron_id"])
        tag = (reader and reader["language"]) or tag
    language = premises.languages.of(tag)
    return Writer(connection, premises, intent, request, transaction, reader, tag, language)


def _to_patron(writer: Writer) -> Addressed:
    known: dict[str, Any] = {
        "library": writer.library(),
        "patron": Patron(name=writer.reader["name"] if writer.reader else ""),
        "request": writer.wanted(),
        "note": writer.facts.get("note", ""),
    }
    address = writer.reader["email"] if writer.reader else ""
    context = _patron_context(writer, known)
    why = "" if address else "the reader has no e-mail address"
    return Addressed(address, writer.tag, context, why)


def _patron_context(writer: Writer, known: dict[str, Any]) -> NoticeContext:
    renewable = writer.transaction["renewable"] if writer.transaction else None
    match writer.intent["body"]["notice"]:
        case "patron/arrived":
            return PatronArrived(
                **known, due=writer.due, wanted_back=_wanted_back(writer), sent_to=_sent_to(writer)
            )
        case "patron/due_soon":
            return PatronDueSoon(
                **known, due=writer.due, renewable=renewable is not False and not _refused(writer)
            )
        case "patron/overdue":
            return PatronOverdue(**known, due=writer.due, level=writer.facts.get("level", 1))
        case "patron/renewed":
            return PatronRenewed(**known, due=writer.due)
        case "patron/recalled":
            return _recalled(writer, known)
        case "patron/cancelled":
            return PatronCancelled(**known)
        case _:
            return PatronUnfilled(**known, reasons=_refusals(writer))


def _recalled(writer: Writer, known: dict[str, Any]) -> PatronRecalled:
    """No day: they want it back before the one we hold, or that one has passed."""
    held = writer.transaction["due_on"] if writer.transaction else None
    late = held is not None and held < writer.premises.today()
    return PatronRecalled(**known, due="", late=late, level=writer.facts.get("level", 1))


def _sent_to(writer: Writer) -> str:
    """The address of a copy that comes by e-mail alone: it lies at no desk."""
    row = writer.request
    where = (row["delivery"] or {}) if row is not None and row["service"] == Service.COPY.name else {}
    return "" if where.get("postal") else str(where.get("electronic") or "")


def _refused(writer: Writer) -> bool:
    """Was our last wish to keep it longer refused?"""
    row = writer.transaction
    told = events.last_of(writer.connection, row["id"], ("RENEW_ANSWER",)) if row is not None else None
    return told is not None and (told["apdu"] or {}).get("answer") is False


WANTED_BACK = (State.OVERDUE, State.RENEW_OVERDUE, State.RECALL)


def _wanted_back(writer: Writer) -> bool:
    """Does the lender want it back already, as it comes?"""
    row = writer.transaction
    return row is not None and State[row["state"]] in WANTED_BACK


def _to_partner(writer: Writer) -> Addressed:
    intent, premises, transaction = writer.intent, writer.premises, writer.transaction
    apdu = apdu_json.from_json(intent["body"]["apdu"])
    partner = premises.partners.get(intent["partner"])
    known: dict[str, Any] = {
        "library": writer.library(),
        "partner": writer.partner(intent["partner"]),
        **_numbered(writer, apdu),
        "note": apdu.note or "",
    }
    if intent["body"]["notice"] == "partner/returned":
        returned = getattr(apdu, "returned_on", None) or premises.today()
        via = getattr(apdu, "returned_via", None) or ""
        context: NoticeContext = PartnerReturned(
            **known,
            returned=writer.day(returned),
            via=via,
            insured=writer.language.amount(getattr(apdu, "insured_for", None)),
        )
    else:
        what = writer.language.told_word(told(apdu))
        else_said = telling(apdu, premises.today(), writer.language)
        context = PartnerNotice(**known, what=what, said=else_said)
    address = transaction["address"] if transaction else (partner.address if partner else "")
    return Addressed(address, writer.tag, context)


def _numbered(writer: Writer, apdu: Apdu) -> dict[str, Any]:
    """The request by the number under which the partner knows it: where we lend its own; where we borrow
    ours, as it was ordered."""
    transaction, wanted = writer.transaction, writer.wanted()
    known_as = apdu.ref.number if apdu.ref else str(transaction["tgq"]) if transaction is not None else ""
    if transaction is not None and transaction["role"] == Role.REQUESTER:
        return {"request": replace(wanted, number=known_as or wanted.number), "their_number": ""}
    return {"request": wanted, "their_number": known_as}


def _attention(writer: Writer) -> StaffAttention:
    facts, partner = writer.facts, writer.intent["partner"]
    return StaffAttention(
        library=writer.library(),
        reasons=tuple(writer.language.attention_word(one) for one in facts.get("reasons", ())),
        request=_cited(writer),
        partner=writer.partner(partner) if partner else None,
        letter=facts.get("letter", ""),
        sender=facts.get("sender", ""),
        subject=facts.get("subject", ""),
        about=facts.get("about", ""),
        note=facts.get("note", ""),
        ours=named(writer.connection, facts.get("ours", ()), writer.premises, writer.language),
        said=_said(writer),
        ways=_ways(writer),
        more=facts.get("more"),
        since=_since(writer),
        claimed=_claimed(writer),
        waiting=_waiting(writer),
        untold=_untold(writer),
    )


def _waiting(writer: Writer) -> WaitingLetters | None:
    told = writer.facts.get("waiting")
    if not told:
        return None
    names = tuple(writer.partner(symbol).name for symbol in told["partners"])
    return WaitingLetters(count=told["count"], names=names, since=_time(writer, told["since"]))


def _claimed(writer: Writer) -> tuple[Claimed, ...]:
    return tuple(
        Claimed(name=writer.partner(one["partner"]).name, count=one["count"], numbers=tuple(one["numbers"]))
        for one in writer.facts.get("claimed", ())
    )


def _since(writer: Writer) -> str:
    told = writer.facts.get("since")
    return _time(writer, told) if told else ""


def _time(writer: Writer, told: str) -> str:
    wall = writer.premises.local(datetime.fromisoformat(told))
    return writer.language.time_word(wall, writer.premises.today())


def _cited(writer: Writer) -> CitedRequest | None:
    row = writer.request
    if row is None:
        return None
    parts = cited(row["item"] or {}, writer.language, (row["title"], row["author"]))
    return CitedRequest(**vars(writer.wanted()), cited=tuple(f"{label}: {value}" for label, value in parts))


QUESTIONS = {
    (Role.REQUESTER, State.CONDITIONAL): "ILL_ANSWER",
    (Role.RESPONDER, State.RENEW_PENDING): "RENEW",
    (Role.RESPONDER, State.CANCEL_PENDING): "CANCEL",
}
"""The message of theirs that waits for our answer."""


def _said(writer: Writer) -> tuple[str, ...]:
    """What they said; of a reminder, what they asked."""
    row, reasons = writer.transaction, writer.facts.get("reasons", ())
    if row is None:
        return ()
    asked = unconfirmed.questions(writer.connection, row, reasons, writer.language)
    heard = _heard(writer)
    if heard is None or not heard["apdu"]:
        return asked
    apdu, role = apdu_json.from_json(heard["apdu"]), Role[row["role"]]
    return (*asked, *said(apdu, role, reasons, writer.premises.today(), writer.language))


def _heard(writer: Writer) -> RowMapping | None:
    row, event_id = writer.transaction, writer.intent.get("event_id")
    event = events.load(writer.connection, event_id) if event_id is not None else None
    if event is not None and (event["cause"] == "letter" or event["heard_by"]):
        return event
    asked = QUESTIONS.get((Role[row["role"]], State[row["state"]])) if row is not None else None
    return events.last_of(writer.connection, row["id"], (asked,)) if row is not None and asked else None


def _ways(writer: Writer) -> tuple[Way, ...]:
    if writer.transaction is None:
        return ()
    return ways(writer.connection, writer.facts, writer.transaction, writer.premises, writer.language)


def _untold(writer: Writer) -> tuple[str, ...]:
    """The request, where its reader should hear of the same and cannot be written to."""
    event_id, request = writer.intent.get("event_id"), writer.request
    if event_id is None or request is None:
        return ()
    reader = patrons.load(writer.connection, request["patron_id"])
    said = outgoing.of_event(writer.connection, event_id)
    meant = any(one["body"].get("to") == "patron" and one["request_id"] == request["id"] for one in said)
    return (request["number"],) if meant and reader is not None and not reader["email"] else ()


def _digest(writer: Writer) -> StaffDigest:
    """What was counted when it was asked for; a preview, which counts nothing, shows the sample."""
    counted = writer.facts.get("digest")
    if counted is None:
        return sample_of(StaffDigest)
    made: StaffDigest = apdu_json.value_from_json(StaffDigest, counted, "digest")
    return made


def _refusals(writer: Writer) -> tuple[Refusal, ...]:
    if writer.request is None:
        return ()
    return tuple(
        Refusal(
            partner=writer.partner(one.partner).name,
            reason=writer.language.reason_word(one.why_not),
        )
        for one in requests.rota(writer.connection, writer.request["id"])
        if one.why_not
    )
