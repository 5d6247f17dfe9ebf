"""Letters to readers that have waited, looked at once more before they leave: on paper, or for the relay."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.prepare import notice_letter, staff_letter
from mailproc.mail.parse import parse
from mailproc.sentence import Sentence, sentence, stored
from mailproc.store import outgoing
from mailproc.store.engine import Store
from mailproc.store.outgoing import TO_PRINT, NewLetterOut
from mailproc.store.rows import Intent, OutgoingLetter

NO_LONGER_SO: Sentence = sentence("paper-no-longer-so")
WAITED = timedelta(hours=1)
"""An e-mail that left so late is looked at once more."""


@dataclass(frozen=True)
class Checked:
    """A letter that waits to be printed. ``fresh``: as it reads now; None if it is no longer true."""

    row: OutgoingLetter
    intent: Intent
    fresh: NewLetterOut | None


def check(store: Store, context: Context) -> tuple[int, ...]:
    """Withdraw letters that are no longer true, and write the others with today's dates.

    Return the ids of those withdrawn; `show` names them with the reason.
    """
    with store.read() as connection:
        waiting = outgoing.in_state(connection, TO_PRINT)
        found = [one for row in waiting for one in _checked(connection, row, context)]
    changed = [one for one in found if one.fresh is None or _reads_otherwise(one.row, one.fresh)]
    if changed:
        store.write(lambda connection: _settle(connection, changed))
    return tuple(one.row.id for one in changed if one.fresh is None)


def _checked(connection: Connection, row: OutgoingLetter, context: Context) -> list[Checked]:
    """Return what the letter is now; [] if it cannot be written now, so that it stays as it is."""
    (intent,) = outgoing.intents_of(connection, row.id)
    who = staff_letter.letter_of(connection, [intent], context)
    if not who.on_paper and not who.address:
        return [Checked(row, intent, None)]
    said = notice_letter.rendered(connection, intent, replace(who, on_paper=True), context)
    return [Checked(row, intent, notice_letter.on_paper(intent, said, context))] if said else []


def _reads_otherwise(row: OutgoingLetter, fresh: NewLetterOut) -> bool:
    return (row.subject, parse(row.raw).text) != (fresh.subject, parse(fresh.raw).text)


def withdraw_if_outdated(connection: Connection, row: OutgoingLetter, context: Context) -> bool:
    """Withdraw an e-mail to a reader that has waited for the relay, and is no longer true; return whether.

    What has just been written is true: it was looked at then.
    """
    if row.partner or context.clock() - row.prepared_at < WAITED:
        return False
    intents = outgoing.intents_of(connection, row.id)
    if len(intents) != 1 or not intents[0].notice.name.startswith("patron/"):
        return False
    who = staff_letter.letter_of(connection, intents, context)
    if who.on_paper or who.address:
        return False
    _withdraw(connection, row.id, intents[0].id)
    return True


def _settle(connection: Connection, changed: Sequence[Checked]) -> None:
    for one in changed:
        _settle_one(connection, one)


def _settle_one(connection: Connection, one: Checked) -> None:
    now = outgoing.load(connection, one.row.id)
    if now is None or now.state != TO_PRINT:
        return  # printed, or withdrawn by an undo, meanwhile
    if one.fresh is not None:
        outgoing.change(connection, now.id, subject=one.fresh.subject, raw=one.fresh.raw)
        return
    _withdraw(connection, now.id, one.intent.id)


def _withdraw(connection: Connection, outgoing_id: int, intent_id: int) -> None:
    why = stored(NO_LONGER_SO)
    outgoing.change(connection, outgoing_id, state="withdrawn", last_error=why)
    outgoing.place(connection, intent_id, "withdrawn", None, why)
