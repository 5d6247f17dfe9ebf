"""Requests as JSON, as the interface promises it: for `--json`, and for other systems."""

from typing import TYPE_CHECKING, Any

from mailproc.office.queries.listing import RequestLine
from mailproc.office.queries.recorded_history import HistoryLine
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.requests.entered import Entered
from mailproc.office.wording.json_values import plain
from mailproc.store.rows import StoredCharge

if TYPE_CHECKING:  # the steps load every codec, and who only looks waits for none
    from mailproc.flow.advance.steps import StepOutcome


def line_json(line: RequestLine) -> dict[str, Any]:
    value: dict[str, Any] = plain(line)
    return value


def shown_json(found: RequestDetails) -> dict[str, Any]:
    """`show --json` as the interface promises it."""
    line = found.line
    return {
        "number": line.number,
        "attempt": line.attempt,
        "transaction": found.transaction,
        "role": line.role,
        "service": line.service,
        "state": line.state,
        "status": plain(line.status),
        "delivery": line.delivery,
        "answered": line.answered,
        "partner": line.partner,
        "passed_on": found.passed_on,
        "questions": plain(list(found.questions)),
        "their_number": line.their_number,
        "ordered_as": line.ordered_as,
        "item": found.item,
        "patron": found.patron,
        "delivery_to": found.delivery_to,
        "asked": found.asked,
        "need_before": plain(found.need_before),
        "note": found.note,
        "declaration": found.entry.declaration,
        "copyright": _copyright_json(found),
        "asked_before": found.entry.asked_before,
        "also_wanted": found.entry.also_wanted,
        "due": {"on": line.due.isoformat(), "renewable": found.renewable} if line.due else None,
        "reader_due": plain(found.reader_due),
        "wanted_back_by": plain(found.wanted_back_by),
        "loan_terms": found.loan_terms,
        "charges": [charge_json(one) for one in found.charges],
        "barcode": found.barcode,
        "promise": line.promise,
        "actions": list(found.actions),
        "attention": list(line.attention),
        "needs": list(line.needs),
        "put_off": plain(line.put_off),
        "outcome": line.outcome,
        "created_at": plain(found.created_at),
        "closed_at": plain(found.closed_at),
        "next": {"kind": found.next.kind, "at": found.next.at.isoformat()} if found.next else None,
        "looked": plain(list(found.looked)),
        "if_nobody_acts": plain(list(found.ahead)),
        "rota": plain(list(found.rota)),
        "letters": plain(list(found.letters)),
        "untold": list(found.untold),
        "review": plain(found.review) if found.review else None,
        "history": [_change_json(change) for change in found.history],
    }


def _copyright_json(found: RequestDetails) -> dict[str, Any] | None:
    """The word of copyright; of a title in the USA also the copies within the guidelines in that year."""
    entry = found.entry
    if not entry.word:
        return None
    return {"word": entry.word, "copies": entry.copies or None, "year": entry.year if entry.copies else None}


def charge_json(one: StoredCharge) -> dict[str, str]:
    """Return a charge as `charges --json` and `show --json` have it."""
    return {
        "at": one.at.isoformat(),
        "partner": one.partner,
        "kind": one.kind,
        "status": one.status,
        "amount": one.amount,
        "currency": one.currency,
    }


def _change_json(change: HistoryLine) -> dict[str, Any]:
    return {
        "at": change.at.isoformat(),
        "attempt": change.attempt,
        "event": change.event,
        "from": change.from_state,
        "to": change.to_state,
        "note": change.why or change.note,
        "not_told": list(change.not_told),
        "cause": change.cause,
        "documents": change.documents,
        "barcode": change.barcode,
    }


def entered_json(line: RequestLine, entered: Entered) -> dict[str, Any]:
    """Return a request that was entered, as it stands, and what staff should know of it."""
    return {**plain(line), "warnings": entered.warnings}


def outcome_json(outcome: "StepOutcome", number: str, attempt: int, *, would: bool) -> dict[str, Any]:
    """Return what an act brought about."""
    return {
        "number": number,
        "attempt": attempt,
        "before": outcome.before,
        "state": outcome.after,
        "dry_run": would,
        "note": outcome.note,
        "follows": list(outcome.words),
    }
