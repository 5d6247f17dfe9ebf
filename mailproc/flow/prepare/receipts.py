"""Letters about a letter, which belong to no transaction: a customer's receipt of an order file
(``order_receipts``), a report on a message that is about nothing of ours (``error_reports``).

Each is an intent in the commit of what it is about; the letter is made and stored here.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.pausing import paused
from mailproc.flow.prepare import outgoing_letter
from mailproc.flow.replies import error_reports
from mailproc.protocols.codec import Fault
from mailproc.store import events, outgoing, partner_turns
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.rows import Intent
from mailproc.store.tables import IntentRow

KIND = error_reports.KIND


def run(store: Store, context: Context, limit: int = 50) -> int:
    """Write the receipts that wait; how many were taken up."""
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
    """The orders of the file that were read and lie on the shelf all the same, now that each has had its
    step. Why they do is for our staff: it may name another library, or a fault of ours."""
    event = events.load(connection, row.event_id)
    if "receipt" not in row.body or event is None or event.inbox_id is None:
        return
    for order in events.shelved_of_letter(connection, event.inbox_id):
        unknown = order.type != "ILL_REQUEST"
        why = "no order of this number is known here" if unknown else "not taken, please ask us"
        yield Fault(None, why, (order.ref or {}).get("number", ""))


def _letter(row: Intent, refused: Sequence[Fault], context: Context) -> NewLetterOut:
    """One that is in doubt is sent again by itself, as a letter to people is: a receipt or a report that
    comes twice costs nobody anything."""
    partner = context.partners.known(row.partner)
    if "apdu" in row.body:
        body = error_reports.body(row.body, partner, context)
    else:
        codec = context.registry.by_name(row.body.get("codec", partner.codec))  # older rows name none
        body = codec.receipt_letter(row.body["receipt"], refused, context.templates)
    return outgoing_letter.letter(
        body, partner.address, f"r{row.id}", context, partner.symbol, partner.transport
    )


def _settle(connection: Connection, row: Intent, letter: NewLetterOut) -> None:
    outgoing.place(connection, row.id, "prepared", outgoing.add_letter(connection, letter))
