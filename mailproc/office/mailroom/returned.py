"""Let staff name the letter of ours that bounced, if its report does not."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.context import Context
from mailproc.flow.reading import bounced_letters
from mailproc.office.mailroom.handled import Handled
from mailproc.sentence import Word, sentence, stored
from mailproc.store import events, letters, outgoing, undelivered
from mailproc.store.events import NewEvent
from mailproc.store.rows import InboxRecord, Transaction


def came_back(
    connection: Connection, report: InboxRecord, outgoing_id: int, why: str, context: Context
) -> Handled:
    """Record that letter O… bounced, as the shelved letter ``report`` says.

    Raise LocalFault if that letter has not left, or is already known to have bounced.
    """
    _check_out(connection, outgoing_id)
    born = NewEvent(
        cause="letter",
        type="BOUNCED",
        at=context.clock(),
        inbox_id=report.id,
        facts={events.BY_HAND: True},
    )
    recorded = bounced_letters.record(connection, [outgoing_id], why, born)
    found = {"message_id": report.message_id, "subject": report.subject}
    note = stored(sentence("attached-report", letter=f"O{outgoing_id}"))
    letters.settle(connection, report.id, "done", report.state, note=note, **found)
    outcomes = [steps.step(connection, event_id, context, attached=True) for event_id in recorded]
    told = tuple(word for outcome in outcomes for word in outcome.words)
    name, ours = f"I{report.id}", f"O{outgoing_id}"
    return Handled(name, "done", sentence("attached-came-back", letter=name, ours=ours), ours, told)


def no_message(connection: Connection, inbox_id: int, transaction: Transaction) -> LocalFault:
    """Return the refusal to attach a bounce to a request: staff must name the letter of ours it is about."""
    out = undelivered.perhaps(connection, transaction.id)
    return LocalFault(
        sentence("attach-report", letter=inbox_id, partner=transaction.partner),
        (*_attach(inbox_id, out), f"mailproc dismiss I{inbox_id}"),
    )


def _attach(inbox_id: int, outgoing_ids: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"mailproc attach I{inbox_id} O{one}" for one in outgoing_ids)


def _check_out(connection: Connection, outgoing_id: int) -> None:
    row = outgoing.record(connection, outgoing_id)
    if row is None:
        raise LocalFault(sentence("no-letter", name=f"O{outgoing_id}"))
    if row.state in ("bounced", "dismissed"):
        raise LocalFault(sentence("known-to-be-back", number=outgoing_id))
    if row.state not in outgoing.LEFT:
        raise LocalFault(sentence("has-not-left", number=outgoing_id, state=Word("delivery", row.state)))
