"""The day that an act grants where staff name none, and the day that the partner has asked for."""

from datetime import date

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Renew, RenewAnswer, Shipped
from mailproc.ill.terms import ApduType
from mailproc.office.acts.act_messages import apdu_of
from mailproc.office.acts.staff_act import StaffAct
from mailproc.store import events
from mailproc.store.rows import Transaction

_GRANTING = ("ship", "renew-reply")
_GRANTED = "renew-reply"


def usual(action: str, answer: str, row: Transaction, context: Context) -> date | None:
    """Return the due date of a loan that is sent or kept longer without a day; None if there is none."""
    if action not in _GRANTING or answer == "no":
        return None
    try:
        said = apdu_of(StaffAct(action=action, number="", answer=bool(answer) or None), row, context)
    except LocalFault:
        return None
    due = said.due if isinstance(said, Shipped | RenewAnswer) else None
    return due.on if due is not None else None


def wished(connection: Connection, action: str, answer: str, row: Transaction) -> date | None:
    """Return until when the partner wishes to keep it; None for another act, and where it names no day."""
    if action != _GRANTED or answer != "yes":
        return None
    asked = events.last_of(connection, row.id, (ApduType.RENEW.name,))
    said = apdu_json.from_json(asked.apdu) if asked is not None and asked.apdu else None
    return said.desired_due_on if isinstance(said, Renew) else None
