"""What is said of a letter and belongs to no transaction: a customer's receipt of an order file, one a
file and never one to a receipt; a report on a message that is about nothing of ours (``error_reports``).

It is written down in the commit of what it is about; the letter is made and stored here.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, RowMapping

from mailproc.flow.context import Context
from mailproc.flow.pausing import paused
from mailproc.flow.prepare import outgoing_letter
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.flow.replies import error_reports
from mailproc.ill.terms import Role
from mailproc.mail.addresses import ascii_lower
from mailproc.protocols import registry
from mailproc.protocols.codec import Fault
from mailproc.store import alarms, auto_replies, events, outgoing, partner_turns
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.tables import IntentRow

_log = logging.getLogger(__name__)

KIND = error_reports.KIND
NOT_ANSWERED = ("bulk", "junk", "list")
"""Values of Precedence; what answers by itself is recognised by no protocol."""


def intend(connection: Connection, reading: LetterReading, context: Context) -> None:
    """In the commit of an order file's events: its receipt is to be sent.

    Not where the partner does not want one, the same file was acknowledged within a day, or its
    address had its answers for this hour. A file says ``Auto-Submitted: auto-generated`` itself, for
    programs write it: that alone stops nothing.
    """
    said, partner = reading.decoded.credentials, reading.partner
    if (
        said is None
        or partner is None
        or not registry.protocol(reading.codec).acknowledges(partner)
        or Role.REQUESTER not in partner.roles
    ):
        return
    ours = (context.config.library.email, *context.config.listen.recipients)
    if reading.letter.precedence in NOT_ANSWERED or ascii_lower(partner.address) in map(ascii_lower, ours):
        return
    body = context.registry.by_name(reading.codec).receipt(replace(said, password=""), reading.decoded)
    if body is None or not _is_new(connection, partner.symbol, reading, context):
        return
    most = context.config.policy.answers_an_hour
    if not auto_replies.may_answer(connection, partner.address, partner.symbol, context.clock(), most):
        _log.info(
            "I%s: no receipt, %s had %s answers within the hour", reading.inbox_id, partner.address, most
        )
        return
    event = NewEvent(
        cause="letter",
        type="FILE_TAKEN",
        at=reading.received_at,
        inbox_id=reading.inbox_id,
        partner=partner.symbol,
        state="done",
    )
    outgoing.add_intent(
        connection,
        event_id=events.add(connection, event),
        seq=0,
        kind=KIND,
        body={"notice": f"{reading.codec}/receipt", "to": "partner", "receipt": body, "codec": reading.codec},
        partner=partner.symbol,
    )


def _is_new(connection: Connection, symbol: str, reading: LetterReading, context: Context) -> bool:
    """A file that is sent again within a day, under whatever Message-ID, has its receipt already."""
    return alarms.raise_once(connection, "FILE_TAKEN", f"{symbol}/{reading.file_key}", context.clock())


def run(store: Store, context: Context, limit: int = 50) -> int:
    """Write the receipts that wait; how many were taken up."""
    now = context.clock()

    def claim(connection: Connection) -> Sequence[RowMapping]:
        due = partner_turns.claim_intents(connection, KIND, paused(connection, context), now, limit)
        store.underway.claimed(IntentRow, [row["id"] for row in due])
        return due

    rows = store.write(claim)

    def write_one(row: RowMapping) -> None:
        with store.read() as connection:
            refused = list(_refused(connection, row))
        letter = _letter(row, refused, context)
        store.underway.at()
        store.write(partial(_settle, row=row, letter=letter))

    outgoing_letter.each(store, rows, context, write_one, lambda row: f"the receipt for {row['partner']}")
    return len(rows)


def _refused(connection: Connection, row: RowMapping) -> Iterator[Fault]:
    """The orders of the file that were read and lie on the shelf all the same, now that each has had its
    step. Why they do is for our staff: it may name another library, or a fault of ours."""
    event = events.load(connection, row["event_id"])
    if "receipt" not in row["body"] or event is None:
        return
    for order in events.shelved_of_letter(connection, event["inbox_id"]):
        unknown = order["type"] != "ILL_REQUEST"
        why = "no order of this number is known here" if unknown else "not taken, please ask us"
        yield Fault(None, why, (order["ref"] or {}).get("number", ""))


def _letter(row: RowMapping, refused: Sequence[Fault], context: Context) -> NewLetterOut:
    """One that is in doubt is sent again by itself, as a letter to people is: a receipt or a report that
    comes twice costs nobody anything."""
    partner = context.partners.known(row["partner"])
    if "apdu" in row["body"]:
        body = error_reports.body(row["body"], partner, context)
    else:
        codec = context.registry.by_name(row["body"].get("codec", partner.codec))  # older rows name none
        body = codec.receipt_letter(row["body"]["receipt"], refused, context.templates)
    return outgoing_letter.letter(
        body, partner.address, f"r{row['id']}", context, partner.symbol, partner.transport
    )


def _settle(connection: Connection, row: RowMapping, letter: NewLetterOut) -> None:
    outgoing.place(connection, row["id"], "prepared", outgoing.add_letter(connection, letter))
