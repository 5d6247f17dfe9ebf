"""Ask a library: the first of a rota, and the next one after an answer."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Cancel
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role, State
from mailproc.office.acts import overtaken
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.acts.once import outcome_before
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.requests import entry_checks
from mailproc.sentence import sentence
from mailproc.store import order_letters, requests, transactions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent


def next_partner(
    store: Store, context: Context, number: str, partners: Sequence[str] = (), by: str = "", *,
    door: str = "cli", once: str = "", seen: str = "", dry_run: bool = False,
) -> StepOutcome:  # fmt: skip
    """Go to the next partner of the rota (after adding ``partners`` at its end); ``dry_run`` keeps nothing.

    ``once``: a mark that makes a double click one act; ``seen``: as ``overtaken.mark`` had it. Raise
    LocalFault at the end of the rota, or while an attempt is still open.
    """
    added = [context.partners.lender(symbol).symbol for symbol in partners]

    def job(connection: Connection) -> StepOutcome:
        if (before := outcome_before(connection, once)) is not None:
            return before
        request = request_of(connection, number)
        if request.role != Role.REQUESTER:
            raise LocalFault(sentence("no-rota", number=request.number))
        entry_checks.refuse_unreviewed(connection, request)
        overtaken.check(connection, seen, request.number, transaction_of(connection, request.number).id)
        requests.add_candidates(connection, request.id, added)
        give_up_undelivered(connection, context, request.id, by, door=door)
        return ask(connection, context, request.id, by, door=door, once=once)

    return foreseen(store, job) if dry_run else store.write(job)


def give_up_undelivered(
    connection: Connection, context: Context, request_id: int, by: str, *, door: str = "cli"
) -> None:
    """Withdraw an attempt whose order bounced or failed, which nobody has; the rota goes on."""
    attempts = transactions.of_request(connection, request_id)
    if not attempts or attempts[-1].state is not State.PENDING or attempts[-1].closed_at is not None:
        return
    if not order_letters.is_with_nobody(connection, attempts[-1].id):
        return
    event = NewEvent(
        cause="staff",
        type="cancel",
        at=context.clock(),
        apdu=apdu_json.to_json(Cancel()),
        facts={"goes_on": True},
        transaction_id=attempts[-1].id,
        request_id=request_id,
        partner=attempts[-1].partner,
        actor=by,
        door=door,
    )
    steps.begin(connection, event, context)


def ask(
    connection: Connection, context: Context, request_id: int, by: str, facts: Facts | None = None, *,
    door: str = "cli", once: str = "",
) -> StepOutcome:  # fmt: skip
    """Ask whoever is next in the rota; what came of it is an attempt."""
    event = NewEvent(
        cause="staff",
        type="request",
        at=context.clock(),
        facts=facts or None,
        request_id=request_id,
        actor=by,
        door=door,
        once=once or None,
    )
    return steps.begin(connection, event, context)
