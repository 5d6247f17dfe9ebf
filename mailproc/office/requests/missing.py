"""What a request that was submitted lacks, in plain words; and what of it staff should look at."""

from collections.abc import Iterator

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.apdu_json import DeliveryJson
from mailproc.ill.terms import Role
from mailproc.office.requests import entry_checks, rota_rules
from mailproc.office.requests.rota_rules import ProposedRota
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store import look_ups
from mailproc.store.rows import StoredPatron, StoredRequest
from mailproc.store.submissions import Submission


def lacks(request: StoredRequest, submission: Submission, *, by_rule: bool) -> tuple[Sentence, ...]:
    """Return what is missing of it; staff can add it, or ask. ``by_rule``: a rule says whom to ask."""
    return tuple(_lacks(request, submission, by_rule))


def rota_by_rule(
    connection: Connection, context: Context, request: StoredRequest, submission: Submission,
    reader: StoredPatron | None,
) -> ProposedRota:  # fmt: skip
    """Return whom a rule would ask, where the form names nobody. ``reader``: as in ``doubts``."""
    if request.role is not Role.REQUESTER or submission.lenders or not context.config.rota:
        return ProposedRota()
    category = reader.status if reader is not None else (submission.reader or {}).get("status", "")
    looked = look_ups.of_request(connection, request.id)
    return rota_rules.proposed(connection, context, rota_rules.occasion_of(request, category, looked))


def _lacks(request: StoredRequest, submission: Submission, by_rule: bool) -> Iterator[Sentence]:
    item = request.item or {}
    if not (item.get("title") or "").strip():
        yield sentence("lacks-title")
    if request.service == "COPY" and not (item.get("article_title") or item.get("pagination")):
        yield sentence("lacks-article")
    if request.role is Role.REQUESTER:
        if not submission.patron_id:
            yield sentence("lacks-reader")
        if not submission.lenders and not by_rule:
            yield sentence("lacks-lenders")
    elif not submission.number:
        yield sentence("lacks-number")
    elif request.delivery is None:
        yield sentence("lacks-delivery")


def doubts(
    request: StoredRequest, submission: Submission, reader: StoredPatron | None
) -> tuple[Sentence, ...]:
    """Return what staff should look at: guesses, values that could not be read, another reader's address.

    ``reader``: who has the number that was written.
    """
    return tuple(_doubts(request, submission, reader))


def not_understood(submission: Submission) -> tuple[Sentence, ...]:
    """Return the lines of the form whose values could not be read: no field of the request has them."""
    return tuple(sentence("doubt-line", line=line) for line in submission.doubtful or ())


def other_address(submission: Submission, reader: StoredPatron) -> tuple[Sentence, ...]:
    """Return word of an e-mail address in the form that is not the reader's; none is no proof of anything."""
    said = (submission.reader or {}).get("email", "")
    if said.casefold() == reader.email.casefold():
        return ()
    shown = said or sentence("none-given")
    return (sentence("doubt-reader-email", patron=reader.id, said=shown, known=reader.email or "–"),)


def _doubts(
    request: StoredRequest, submission: Submission, reader: StoredPatron | None
) -> Iterator[Sentence]:
    if submission.guessed:
        yield sentence("doubt-service", service=Word("services", request.service.name))
    yield from not_understood(submission)
    yield from entry_checks.wrong_numbers(request.item or {})
    if request.role is not Role.REQUESTER or not submission.patron_id:
        return
    if reader is None:
        yield sentence("doubt-reader-unknown", patron=submission.patron_id)
    else:
        yield from other_address(submission, reader)
    for where in _elsewhere(request.delivery, reader):
        yield sentence("doubt-delivery", where=where)


def _elsewhere(delivery: DeliveryJson | None, reader: StoredPatron | None) -> Iterator[str]:
    """Give the addresses that are not the reader's own: a stranger could have items sent there."""
    said = delivery or {}
    electronic, postal = said.get("electronic") or "", said.get("postal") or {}
    if electronic and (reader is None or electronic.casefold() != reader.email.casefold()):
        yield electronic
    known = " ".join([*(reader.address or ()), reader.name] if reader is not None else ()).casefold()
    parts = [str(part) for part in postal.values() if part]
    if not all(part.casefold() in known for part in parts):
        yield ", ".join(parts)
