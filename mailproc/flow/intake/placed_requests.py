"""Begin a request of ours that a partner brings: readers order in its portal, and it finds a lender."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill import apdu_json
from mailproc.ill.submitted import SubmittedRequest
from mailproc.ill.terms import Ref
from mailproc.store import find, patrons, requests
from mailproc.store.events import NewEvent
from mailproc.store.patrons import NamedReader

if TYPE_CHECKING:  # it calls this
    from mailproc.flow.intake.placement import Placement


def begin(
    connection: Connection,
    reading: LetterReading,
    said: SubmittedRequest,
    placement: "Placement",
    context: Context,
) -> None:
    """Write the request, with the partner as the only one to ask; place the event that begins its attempt.

    A reader whom we know stays as we know one.
    """
    partner = reading.partner.symbol if reading.partner else ""
    reader = said.reader
    if reader.id and patrons.load(connection, reader.id) is None:
        patrons.keep(connection, NamedReader(reader.id, reader.name, reader.email, reader.status))
    row = replace(requests.as_submitted(said, context.clock()), patron_id=said.reader.id or None)
    request_id, _number = requests.create(connection, row)
    find.keep(connection, request_id)
    requests.add_candidates(connection, request_id, [partner])
    event = NewEvent(
        cause="letter",
        type="request",
        at=reading.received_at,
        inbox_id=reading.inbox_id,
        position=placement.count,
        partner=partner,
        request_id=request_id,
        ref=apdu_json.value_to_json(Ref(order_line=said.number)),
    )
    placement.events.append(event)
    placement.read += 1
    placement.count += 1
