"""The yardstick of G7: the same step written with a SQLModel session per event.

It reads and writes the same rows through the ORM, with the same law and custom between, and
counts the try in a commit of its own before, as the station does.
"""

from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from mailproc.flow.advance import steps
from mailproc.flow.context import Context
from mailproc.ill import apdu_json, policy, transaction_state
from mailproc.ill.transaction_state import Occurrence, Step
from mailproc.store.prepared_statements import made
from mailproc.store.rows import Event, Transaction
from mailproc.store.tables import EventRow, HistoryRow, RequestRow, TransactionRow


class Sessions:
    """For letters that move a transaction and want nothing said: a lender's "on the waiting list"."""

    def __init__(self, engine: Engine, context: Context) -> None:
        self._engine = engine
        self._premises = context

    def step(self, event_id: int) -> None:
        with Session(self._engine) as session:
            claimed = session.exec(select(EventRow).where(EventRow.id == event_id)).one()
            claimed.attempts += 1
            claimed.unfinished += 1
            session.commit()
        with Session(self._engine) as session:
            self._take(session, event_id)
            session.commit()

    def _take(self, session: Session, event_id: int) -> None:
        event = session.exec(select(EventRow).where(EventRow.id == event_id)).one()
        transaction = session.get(TransactionRow, event.transaction_id)
        if transaction is None or event.apdu is None:
            raise SystemExit("the events of this measurement have their transactions")
        apdu = apdu_json.from_json(event.apdu)
        known = {"repeat": True} if self._said_before(session, event, transaction) else {}
        (row,) = made(Transaction, [_values(transaction)])
        found = steps.state_of(row)
        (heard,) = made(Event, [_values(event)])
        occurrence = Occurrence(steps.event_name(heard, apdu), apdu, known)
        taken = transaction_state.step(found, occurrence)
        if policy.effects(taken, occurrence, self._premises.settings):
            raise SystemExit("the events of this measurement want nothing said")
        request = session.get(RequestRow, transaction.request_id)
        if request is not None and request.closed_at is not None:
            request.closed_at, request.outcome = None, ""
        self._save(session, event, transaction, taken, occurrence.event)

    def _said_before(self, session: Session, event: EventRow, transaction: TransactionRow) -> bool:
        before = select(EventRow).where(
            EventRow.transaction_id == transaction.id,
            EventRow.repeat_key == event.repeat_key,
            EventRow.state == "done",
            col(EventRow.id) >= transaction.moved_event_id,
            EventRow.id != event.id,
        )
        return session.exec(before).first() is not None

    def _save(
        self, session: Session, event: EventRow, transaction: TransactionRow, taken: Step, name: str
    ) -> None:
        kept: dict[str, Any] = transaction_state.to_json(taken.after)
        transaction.state, transaction.state_before = taken.after.state.name, kept.get("state_before") or ""
        transaction.promise, transaction.due_on = taken.after.promise, taken.after.due_on
        transaction.moved_event_id, transaction.updated_at = event.id or 0, event.at
        transaction.version += 1
        event.state, event.unfinished, event.request_id = "done", 0, transaction.request_id
        row = HistoryRow(
            transaction_id=transaction.id or 0, event_id=event.id or 0, at=event.at, event=name,
            from_state=taken.before.state.name, to_state=taken.after.state.name, note=taken.note,
        )  # fmt: skip
        session.add(row)


def _values(row: SQLModel) -> list[Any]:
    """In the order of the columns, which is that of the typed row's fields."""
    return [getattr(row, name) for name in type(row).model_fields]
