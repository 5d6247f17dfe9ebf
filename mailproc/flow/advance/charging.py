"""Keep a row for the money that an event names, in its own commit."""

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
