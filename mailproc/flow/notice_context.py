"""What a letter to people may say, and to whom it goes: looked up when it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping

from mailproc.flow.premises import Premises
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, Message
from mailproc.ill.machine import event_heard
from mailproc.notices import words
from mailproc.notices.catalogue import (
    Library,
    NoticeContext,
    Partner,
    PartnerNotice,
    PartnerReturned,
    Patron,
    PatronArrived,
    PatronUnfilled,
    Refusal,
    Request,
    StaffAttention,
)
from mailproc.store import patrons, requests, transactions

Intent = RowMapping | Mapping[str, Any]
"""A row of the intents, or what one would be."""


@dataclass(frozen=True)
class Addressed:
    """``address`` is '' where there is nobody to write to; ``why`` then says so."""

    address: str
    language: str
    context: NoticeContext
    why: str = ""


@dataclass(frozen=True)
class Subject:
    """The rows a notice is about; None where it is about a letter alone."""

    request: RowMapping | None
    transaction: RowMapping | None


def addressed(connection: Connection, intent: Intent, premises: Premises) -> Addressed:
    """Recipient and context of a notice intent."""
    subject = _subject(connection, intent)
    to = intent["body"]["to"]
    if to == "patron":
        return _to_patron(connection, intent, subject, premises)
    if to == "partner":
        return _to_partner(intent, subject, premises)
    library = premises.config.library
    return Addressed(library.staff or library.email, library.language, _attention(intent, subject, premises))


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


def _subject(connection: Connection, intent: Intent) -> Subject:
    request = transaction = None
    if intent["request_id"] is not None:
        request = requests.load(connection, intent["request_id"])
    if intent["transaction_id"] is not None:
        transaction = transactions.load(connection, intent["transaction_id"])
    return Subject(request, transaction)


def _to_patron(connection: Connection, intent: Intent, subject: Subject, premises: Premises) -> Addressed:
    request = subject.request
    row = patrons.load(connection, request["patron_id"] if request else None)
    language = (row and row["language"]) or premises.config.library.language
    patron = Patron(name=(row and row["name"]) or "reader")
    address = row["email"] if row else ""
    facts = intent["body"].get("facts") or {}
    if intent["body"]["notice"] == "patron/arrived":
        due = subject.transaction["due_on"] if subject.transaction else None
        context: NoticeContext = PatronArrived(
            library=_library(premises),
            patron=patron,
            request=_request(request),
            due=_day(due, premises),
            note=facts.get("note", ""),
        )
    else:
        context = PatronUnfilled(
            library=_library(premises),
            patron=patron,
            request=_request(request),
            reasons=_refusals(connection, request, premises),
            note=facts.get("note", ""),
        )
    return Addressed(address, language, context, "" if address else "the reader has no e-mail address")


def _to_partner(intent: Intent, subject: Subject, premises: Premises) -> Addressed:
    apdu = apdu_json.from_json(intent["body"]["apdu"])
    partner = premises.partners.get(intent["partner"])
    transaction = subject.transaction
    due = getattr(apdu, "desired_due_on", None) or (transaction["due_on"] if transaction else None)
    known: dict[str, Any] = {
        "library": _library(premises),
        "partner": _partner(intent["partner"], premises),
        "request": _request(subject.request),
        "their_number": _their_number(apdu, transaction),
        "note": apdu.note or "",
    }
    if intent["body"]["notice"] == "partner/returned":
        returned = getattr(apdu, "returned_on", None) or premises.today()
        via = getattr(apdu, "returned_via", None) or ""
        context: NoticeContext = PartnerReturned(**known, returned=_day(returned, premises), via=via)
    else:
        what = words.told_word(event_heard(apdu))
        context = PartnerNotice(**known, what=what, due=_day(due, premises))
    address = transaction["address"] if transaction else (partner.address if partner else "")
    return Addressed(address, "en", context)


def _their_number(apdu: Apdu, transaction: RowMapping | None) -> str:
    """The number by which the partner knows it: ours with its prefix where we borrow."""
    if apdu.ref is not None:
        return apdu.ref.number
    return str(transaction["tgq"]) if transaction is not None else ""


def _attention(intent: Intent, subject: Subject, premises: Premises) -> StaffAttention:
    facts: dict[str, Any] = intent["body"].get("facts") or {}
    return StaffAttention(
        library=_library(premises),
        reasons=tuple(words.attention_word(reason) for reason in facts.get("reasons", ())),
        request=_request(subject.request) if subject.request else None,
        partner=_partner(intent["partner"], premises) if intent["partner"] else None,
        letter=facts.get("letter", ""),
        note=facts.get("note", ""),
    )


def _library(premises: Premises) -> Library:
    return Library(name=premises.config.library.name, email=premises.config.library.email)


def _partner(symbol: str, premises: Premises) -> Partner:
    partner = premises.partners.get(symbol)
    return Partner(name=(partner and partner.name) or symbol)


def _request(row: RowMapping | None) -> Request:
    if row is None:
        return Request(number="", title="", author="", service="")
    return Request(
        number=row["number"],
        title=row["title"] or "(no title)",
        author=row["author"],
        service=row["service"].lower(),
    )


def _refusals(connection: Connection, request: RowMapping | None, premises: Premises) -> tuple[Refusal, ...]:
    if request is None:
        return ()
    return tuple(
        Refusal(
            partner=_partner(candidate.partner, premises).name, reason=words.reason_word(candidate.why_not)
        )
        for candidate in requests.rota(connection, request["id"])
        if candidate.why_not
    )


def _day(day: date | None, premises: Premises) -> str:
    return words.date_word(day, premises.today()) if day else ""
