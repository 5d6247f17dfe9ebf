"""Fill the names that a letter to a reader may use, when it is written."""

from collections.abc import Callable, Mapping
from datetime import date

from mailproc.flow import delivery_mode, sign_in_letter
from mailproc.flow.matching import item_received, readers_copy
from mailproc.flow.prepare.notice_writer import NoticeWriter
from mailproc.ill import loan_terms
from mailproc.ill.facts import Promise
from mailproc.ill.message_content import PARTIAL, WRONG, flaw
from mailproc.notices.language import Language
from mailproc.notices.patron import ToReader
from mailproc.notices.shared_contexts import EnclosedDocument, Patron, Refusal
from mailproc.store import rotas
from mailproc.store.intent_bodies import NoticeToReader
from mailproc.store.rows import Event, RotaEntry
from mailproc.templating.contract import fields_of


def context_of(writer: NoticeWriter) -> ToReader:
    """Return the names of the notice with their values. Raise LocalFault if there is no such letter."""
    path = f"en/{writer.occasion.body.name}.txt"
    contract = writer.context.templates.contract(path)
    context: ToReader = contract.context(
        **{name: FILLS[name](writer) for name in fields_of(contract.context)}
    )
    return context


def _body(writer: NoticeWriter) -> NoticeToReader:
    body = writer.occasion.body
    return body if isinstance(body, NoticeToReader) else NoticeToReader(body.name)


def _patron(writer: NoticeWriter) -> Patron:
    return Patron(name=writer.reader.name if writer.reader else "")


def _pickup(writer: NoticeWriter) -> str:
    return writer.reader.pickup if writer.reader else ""


def _due(writer: NoticeWriter) -> str:
    """Return the reader's due date; in a recall the day that the lender names, '' for at once."""
    recalled = writer.occasion.body.name == "patron/recalled"
    return writer.day(writer.standing.recalled_by if recalled else writer.standing.due_on)


def _needed_by(writer: NoticeWriter) -> str:
    """Return the day until which the reader needed it, if that has passed; '' otherwise."""
    day = writer.request.need_before_on if writer.request else None
    return writer.day(day) if day is not None and day < writer.context.today() else ""


def conditions(writer: NoticeWriter) -> tuple[str, ...]:
    """Return the conditions that concern the reader, as sentences."""
    row, words = writer.transaction, writer.language.texts.reader_conditions
    if row is None:
        return ()
    named = ((row.options or {}).get("loan_terms") or {}).get("condition", "")
    lasting = loan_terms.NOT_RENEWABLE if row.due_on and delivery_mode.not_renewed(row) else ""
    return tuple(words[one] for one in (named, lasting) if one in words)


def _in_library(writer: NoticeWriter) -> bool:
    row = writer.transaction
    return row is not None and loan_terms.in_library_only((row.options or {}).get("loan_terms"))


def _last_demand(writer: NoticeWriter) -> bool:
    row = writer.transaction
    return row is not None and loan_terms.is_last_demand((row.options or {}).get("loan_terms"))


def _sent_to(writer: NoticeWriter) -> str:
    return readers_copy.sent_to(writer.request, writer.context) if writer.request is not None else ""


def _with_us(writer: NoticeWriter) -> bool:
    """Return whether the file lies with us, and the reader waits for it by e-mail."""
    row = writer.transaction
    return row is not None and bool(_sent_to(writer)) and readers_copy.is_with_us(writer.connection, row)


def _promise(writer: NoticeWriter) -> Promise:
    return (writer.transaction.promise if writer.transaction else None) or {}


def _expected(writer: NoticeWriter) -> str:
    day = _promise(writer).get("date")
    return writer.day(date.fromisoformat(day)) if day else ""


def _partial(writer: NoticeWriter) -> bool:
    row = writer.transaction
    return row is not None and (row.options or {}).get("flaw") == PARTIAL


def _part_came_before(writer: NoticeWriter) -> Event | None:
    """Return the receipt of a part of it, if the rest has come since; None otherwise."""
    row = writer.transaction
    if row is None or _partial(writer):
        return None
    receipts = item_received.receipts(writer.connection, row.id)
    flawed = [one for one in receipts if flaw(one.facts or {})]
    return flawed[-1] if flawed and flaw(flawed[-1].facts or {}) == PARTIAL else None


def _rest(writer: NoticeWriter) -> bool:
    """Return whether the reader has the part of it that staff recorded before."""
    row, part = writer.transaction, _part_came_before(writer)
    if row is None or part is None:
        return False
    return any(one.event_id <= part.id for one in readers_copy.sent_ever(writer.connection, row))


def _refusals(writer: NoticeWriter) -> tuple[Refusal, ...]:
    if writer.request is None:
        return ()
    found = rotas.places(writer.connection, writer.request.id)
    return tuple(
        Refusal(partner=writer.partner(one.partner).name, reason=why)
        for one in found
        if (why := _reason(one, writer.language))
    )


def _reason(one: RotaEntry, language: Language) -> str:
    """Return why this library did not supply; '' if it was not asked, or has not said."""
    if one.why_not:
        return language.reason_word(one.why_not)
    return language.told_word("RECEIVED.wrong") if one.flaw == WRONG else ""


def has_the_copy(writer: NoticeWriter) -> bool:
    """Return whether the copy itself went to the reader, so that no letter need say that it is here."""
    return bool(_documents(writer))


def _has_copy(writer: NoticeWriter) -> bool:
    """Return whether the letter is about files that the reader has: all, or the part that came."""
    if writer.transaction is None:
        return False
    sent = readers_copy.sent_ever if _partial(writer) else readers_copy.sent_before
    return bool(sent(writer.connection, writer.transaction))


def _had_copy(writer: NoticeWriter) -> bool:
    """Return whether a file of it went to the reader, the right one or not."""
    row = writer.transaction
    return row is not None and bool(readers_copy.sent_ever(writer.connection, row))


def _documents(writer: NoticeWriter) -> tuple[EnclosedDocument, ...]:
    """Return what went to the reader before, for a preview; ``document_letter`` names what goes now."""
    if writer.transaction is None:
        return ()
    octets = writer.language.counted
    return tuple(
        EnclosedDocument(name=one.name, size=octets("octets", one.size))
        for one in readers_copy.sent_before(writer.connection, writer.transaction)
    )


FILLS: Mapping[str, Callable[[NoticeWriter], object]] = {
    "library": NoticeWriter.library,
    "patron": _patron,
    "request": NoticeWriter.wanted,
    "note": lambda writer: _body(writer).note,
    "written": lambda writer: tuple(_body(writer).note.splitlines()),
    "level": lambda writer: _body(writer).level or 1,
    "due": _due,
    "last_day": lambda writer: writer.standing.due_on == writer.context.today(),
    "late": lambda writer: writer.standing.late,
    "needed_by": _needed_by,
    "last": _last_demand,
    "renewable": lambda writer: writer.standing.renewable,
    "refused": lambda writer: writer.standing.renewal_refused,
    "renewal_asked": lambda writer: writer.standing.renewal_asked,
    "wanted_back": lambda writer: writer.standing.wanted_back,
    "time_up": lambda writer: writer.standing.time_up,
    "conditions": conditions,
    "in_library": _in_library,
    "sent_to": _sent_to,
    "has_copy": _has_copy,
    "with_us": _with_us,
    "had_copy": _had_copy,
    "partial": _partial,
    "completed": lambda writer: _part_came_before(writer) is not None,
    "pickup": _pickup,
    "rest": _rest,
    "position": lambda writer: _promise(writer).get("position"),
    "expected": _expected,
    "reasons": _refusals,
    "documents": _documents,
    "link": lambda writer: sign_in_letter.address(writer.context.config),
    "minutes": lambda writer: writer.context.config.web.readers.link_minutes,
}
"""A function for each name that a letter to a reader may use (``notices/patron.py``)."""
