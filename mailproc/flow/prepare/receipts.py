"""Write letters about a letter: receipts of order files, and reports on messages that match nothing.

They belong to no transaction (``order_receipts``, ``error_reports``). Each is an intent in the commit of the
letter it is about; here the answer is composed and stored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.pausing import paused
from mailproc.flow.prepare import outgoing_letter
from mailproc.flow.replies import error_reports
from mailproc.protocols.codec import Fault
from mailproc.store import events, outgoing, partner_turns, restore_hold
from mailproc.store.engine import Store
from mailproc.store.intent_bodies import SendReceipt, SendReport
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.rows import Intent
from mailproc.store.tables import IntentRow

KIND = SendReceipt.kind


def run(store: Store, context: Context, limit: int = 50) -> int:
    """Write the waiting receipts; return how many were taken up."""
    now = context.clock()

    def claim(connection: Connection) -> Sequence[Intent]:
        due = partner_turns.claim_intents(connection, KIND, paused(connection, context), now, limit)
        store.underway.claimed(IntentRow, [row.id for row in due])
        return due

    rows = store.write(claim)

    def write_one(row: Intent) -> None:
        with store.read() as connection:
            refused = list(_refused(connection, row))
        letter = _letter(row, refused, context)
        store.underway.at()
        store.write(partial(_settle, row=row, letter=letter))

    outgoing_letter.each(store, rows, context, write_one, lambda row: f"the receipt for {row.partner}")
    return len(rows)


def _refused(connection: Connection, row: Intent) -> Iterator[Fault]:
    """Yield the orders of the file that were read but then shelved, now that each has had its step.

    The customer is not told the reason, which may name another library or a fault of ours; staff are.
    """
    event = events.load(connection, row.event_id)
    if not isinstance(row.body, SendReceipt) or event is None or event.inbox_id is None:
        return
    for order in events.shelved_of_letter(connection, event.inbox_id):
        unknown = order.type != "ILL_REQUEST"
        why = "no order of this number is known here" if unknown else "not taken, please ask us"
        yield Fault(None, why, (order.ref or {}).get("number", ""))


def _letter(row: Intent, refused: Sequence[Fault], context: Context) -> NewLetterOut:
    """Compose the receipt or report.

    If its delivery is in doubt it is sent again automatically, as letters to people are: a second copy does
    no harm.
    """
    partner = context.partners.known(row.partner)
    if isinstance(row.body, SendReport):
        body = error_reports.body(row.body, partner, context)
    elif isinstance(row.body, SendReceipt):
        codec = context.registry.by_name(row.body.codec or partner.codec)  # older rows name none
        body = codec.receipt_letter(row.body.receipt, refused, context.templates)
    else:
        raise LookupError(f"intent {row.id} is neither receipt nor report")
    return outgoing_letter.letter(
        body, partner.address, f"r{row.id}", context, partner.symbol, partner.transport
    )


def _settle(connection: Connection, row: Intent, letter: NewLetterOut) -> None:
    outgoing_id = restore_hold.add_letter(connection, replace(letter, trace=row.trace), [row])
    outgoing.place(connection, row.id, "prepared", outgoing_id)
