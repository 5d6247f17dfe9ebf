"""Keep a row for the money that an event names, in its own commit."""

from decimal import Decimal

from mailproc.flow.advance.work import Work
from mailproc.ill.apdu import Money
from mailproc.ill.apdu_json import value_from_json
from mailproc.ill.charges import Charge, ChargeKind, ChargeStatus, named_in
from mailproc.ill.machine import CellKind
from mailproc.ill.transaction_state import CHARGE_NOTED, Occurrence, Step
from mailproc.store import charges
from mailproc.store.charges import NewCharge
from mailproc.store.text import storable


def keep(work: Work, taken: Step, occurrence: Occurrence) -> None:
    """Write the charge of a message, said or heard, or of staff; once, and not for what is refused."""
    if occurrence.event == "UNDONE":
        charges.take_back(work.connection, occurrence.facts["undone"])
        return
    charge = _charge(taken, occurrence)
    if charge is None:
        return
    row = work.transaction
    if occurrence.event != CHARGE_NOTED and _known(work, charge):
        return
    charges.add(
        work.connection,
        NewCharge(
            request_id=row.request_id,
            transaction_id=row.id,
            event_id=work.event.id,
            role=row.role.name,
            partner=row.partner,
            kind=charge.kind,
            status=charge.status,
            amount=str(charge.money.amount),
            currency=storable(charge.money.currency or ""),
            at=work.event.at,
        ),
    )


def _known(work: Work, charge: Charge) -> bool:
    """Return whether it is charged already: what was said by telephone comes in a letter too."""
    row, named = work.transaction, (charge.kind, charge.status, storable(charge.money.currency or ""))
    return any(
        one.transaction_id == row.id
        and (one.kind, one.status, one.currency) == named
        and Decimal(one.amount) == charge.money.amount
        for one in charges.of_request(work.connection, row.request_id)
    )


def _charge(taken: Step, occurrence: Occurrence) -> Charge | None:
    facts = occurrence.facts
    if occurrence.event == CHARGE_NOTED:
        said = facts["charge"]
        money: Money = value_from_json(Money, said["money"], "charge")
        return Charge(ChargeKind(said["kind"]), ChargeStatus(said["status"]), money)
    if taken.outcome.kind in (CellKind.ERROR, CellKind.REFUSED):
        return None
    if any(facts.get(name) for name in ("repeat", "delivered_again", "again", "old_responder")):
        return None
    return named_in(occurrence.apdu)
