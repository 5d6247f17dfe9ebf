"""Fill the names that a letter to a reader may use, when it is written."""

from collections.abc import Callable, Mapping

from mailproc.flow.prepare.notice_writer import NoticeWriter
from mailproc.ill.terms import Service, State
from mailproc.notices.patron import ToPatron
from mailproc.notices.shared_contexts import Patron, Refusal
from mailproc.store import events, requests
from mailproc.store.intent_bodies import NoticeToReader
from mailproc.templating.contract import fields_of


def context_of(writer: NoticeWriter) -> ToPatron:
    """Return the names of the notice with their values. Raise LocalFault if there is no such letter."""
    path = f"en/{writer.occasion.body.name}.txt"
    contract = writer.context.templates.contract(path)
    context: ToPatron = contract.context(
        **{name: FILLS[name](writer) for name in fields_of(contract.context)}
    )
    return context


def _body(writer: NoticeWriter) -> NoticeToReader:
    body = writer.occasion.body
    return body if isinstance(body, NoticeToReader) else NoticeToReader(body.name)


def _patron(writer: NoticeWriter) -> Patron:
    return Patron(name=writer.reader.name if writer.reader else "")


def _due(writer: NoticeWriter) -> str:
    """Return the due date; '' in a recall, because the item is wanted before that day or at once."""
    return "" if writer.occasion.body.name == "patron/recalled" else writer.due


def _late(writer: NoticeWriter) -> bool:
    held = writer.transaction.due_on if writer.transaction else None
    return held is not None and held < writer.context.today()


def _needed_by(writer: NoticeWriter) -> str:
    """Return the day until which the reader needed it, if that has passed; '' otherwise."""
    day = writer.request.need_before_on if writer.request else None
    return writer.day(day) if day is not None and day < writer.context.today() else ""


def _renewable(writer: NoticeWriter) -> bool:
    known = writer.transaction.renewable if writer.transaction else None
    return known is not False and not _refused(writer)


def _sent_to(writer: NoticeWriter) -> str:
    """Return the address of a copy that is delivered by e-mail only, so not collected; '' otherwise."""
    row = writer.request
    where = (row.delivery or {}) if row is not None and row.service == Service.COPY.name else {}
    return "" if where.get("postal") else str(where.get("electronic") or "")


def _refused(writer: NoticeWriter) -> bool:
    """Return whether our last renewal was refused."""
    row = writer.transaction
    told = events.last_of(writer.connection, row.id, ("RENEW_ANSWER",)) if row is not None else None
    return told is not None and (told.apdu or {}).get("answer") is False


WANTED_BACK = (State.OVERDUE, State.RENEW_OVERDUE, State.RECALL)


def _wanted_back(writer: NoticeWriter) -> bool:
    """Return whether the lender already wants the item back when it arrives."""
    row = writer.transaction
    return row is not None and row.state in WANTED_BACK


def _refusals(writer: NoticeWriter) -> tuple[Refusal, ...]:
    if writer.request is None:
        return ()
    return tuple(
        Refusal(
            partner=writer.partner(one.partner).name,
            reason=writer.language.reason_word(one.why_not),
        )
        for one in requests.rota(writer.connection, writer.request.id)
        if one.why_not
    )


FILLS: Mapping[str, Callable[[NoticeWriter], object]] = {
    "library": NoticeWriter.library,
    "patron": _patron,
    "request": NoticeWriter.wanted,
    "note": lambda writer: _body(writer).note,
    "level": lambda writer: _body(writer).level or 1,
    "due": _due,
    "late": _late,
    "needed_by": _needed_by,
    "renewable": _renewable,
    "wanted_back": _wanted_back,
    "sent_to": _sent_to,
    "reasons": _refusals,
}
"""A function for each name that a letter to a reader may use (``notices/patron.py``)."""
