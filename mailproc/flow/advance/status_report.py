"""Write the History-Report of a transaction (ISO 10161-1) from what we know, for a partner who asks."""

from mailproc.flow.case import Case
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, IllAnswer, Shipped
from mailproc.ill.terms import ApduType
from mailproc.store import events, requests, taken_back
from mailproc.store.rows import Event

NO_SERVICE = (ApduType.STATUS_QUERY, ApduType.STATUS_OR_ERROR_REPORT)
"""Messages about the status are not themselves part of the report."""
UNNUMBERED = (ApduType.OVERDUE, ApduType.RENEW)
"""The standard's list of most recent services has no number for these."""

LATEST = 50
"""Events looked at: a partner may have sent thousands of messages, and ask after each."""


def history(case: Case) -> dict[str, str]:
    """Return the report's components by name in snake_case; absent ones are left out.

    Dates are local days in ISO 8601.
    """
    connection, transaction = case.connection, case.transaction
    ends = events.ends_of_transaction(connection, transaction.id, LATEST)
    gone = taken_back.undone(ends)
    done = [one for one in ends if one.id not in gone]
    moved = events.load(connection, transaction.moved_event_id)
    item = requests.load(connection, transaction.request_id).item or {}
    spoken = [(row, apdu) for row in done if (apdu := _service(row)) is not None]
    services = [one for one in spoken if one[1].type not in UNNUMBERED]
    last = services[-1] if services else None
    found: dict[str, str | None] = {
        "date_requested": _day(case, done[0]) if done else None,
        "author": item.get("author"),
        "title": item.get("title"),
        "author_of_article": item.get("article_author"),
        "title_of_article": item.get("article_title"),
        "date_of_last_transition": _day(case, moved) if moved else None,
        **(_last(case, *last) if last else {}),
    }
    if last and spoken[-1] is not last:
        then = _then(case, *spoken[-1])
        found["most_recent_service_note"] = "; ".join(filter(None, (last[1].note, then)))
    said = [apdu for _, apdu in services]
    shipped = [one.shipped_service for one in said if isinstance(one, Shipped) and one.shipped_service]
    answers = [one.results for one in said if isinstance(one, IllAnswer)]
    found["shipped_service_type"] = shipped[-1].name if shipped else None
    found["transaction_results"] = answers[-1].name if answers else None
    return {name: value for name, value in found.items() if value is not None}


def _service(event: Event) -> Apdu | None:
    if not event.apdu:
        return None
    apdu = apdu_json.from_json(event.apdu)
    return None if apdu.type in NO_SERVICE else apdu


def _last(case: Case, event: Event, apdu: Apdu) -> dict[str, str | None]:
    return {
        "most_recent_service": apdu.type.name,
        "date_of_most_recent_service": _day(case, event),
        "initiator_of_most_recent_service": _by(case, event),
        "most_recent_service_note": apdu.note,
    }


def _then(case: Case, event: Event, apdu: Apdu) -> str:
    """Describe the last service, if it has no number."""
    return f"then {apdu.type.name} of {_by(case, event)} on {_day(case, event)}"


def _by(case: Case, event: Event) -> str:
    theirs = event.cause == "letter" or event.heard_by
    return case.transaction.symbol if theirs else case.context.config.library.symbol


def _day(case: Case, event: Event) -> str:
    return case.day(event.at).isoformat()
