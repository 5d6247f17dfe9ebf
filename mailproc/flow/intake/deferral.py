"""Defer letters whose sender cannot be proven yet because DNS gives no answer; they are not shelved."""

import logging
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.notify_staff import notify_staff
from mailproc.flow.reading.letter_reading import LetterReading, came
from mailproc.ill.attention import Reason
from mailproc.ill.facts import Facts
from mailproc.log import mask
from mailproc.sentence import Sentence, sentence, shortened, stored
from mailproc.store import alarms, letters, queue
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import StaffFacts
from mailproc.store.tables import InboxRow

_log = logging.getLogger(__name__)

LONGEST = timedelta(minutes=30)
"""The longest time between two tries; asking is cheap, and the sender waits."""
LASTING = timedelta(hours=1)
"""The time after which staff are informed of a waiting letter."""


EVERY = timedelta(days=7)
"""How often staff are informed again while it lasts."""
ALARM = Reason.NO_DNS
MOST_PARTNERS = 20
"""Partners named in one letter."""


def defer(connection: Connection, reading: LetterReading, context: Context) -> None:
    """Keep the letter ``todo`` and read it again after a pause; lists show its claimed sender and why."""
    now, why = context.clock(), sentence("sender-not-provable", why=shortened(reading.later))
    _log.info("I%s deferred: %s", reading.inbox_id, why, extra=came(reading))
    symbol = reading.partner.symbol if reading.partner else ""
    letters.claimed_by(
        connection,
        reading.inbox_id,
        partner=symbol,
        subject=mask(reading.letter.subject)[:250],
        said_from=mask(reading.letter.sender)[:250],
    )
    queue.later(connection, InboxRow, reading.inbox_id, stored(why), now, longest=LONGEST)
    if now - reading.received_at >= LASTING:
        _tell_staff(connection, why, context)


def clear_alarm(connection: Connection, context: Context) -> None:
    """Clear the alarm once no letter waits, so that staff are informed of the next one at once."""
    if not letters.is_any_waiting(connection):
        alarms.clear(connection, ALARM, "", context.clock())


def _tell_staff(connection: Connection, why: Sentence, context: Context) -> None:
    """Inform staff once, and then weekly, however many letters wait."""
    now = context.clock()
    if not alarms.raise_once(connection, ALARM, "", now, every=EVERY):
        return
    waiting = letters.waiting(connection)
    facts: StaffFacts = {
        "reasons": [ALARM],
        "note": stored(why),
        "waiting": {
            "count": len(waiting),
            "partners": list(dict.fromkeys(row["partner"] for row in waiting if row["partner"]))[
                :MOST_PARTNERS
            ],
            "since": min(row["received_at"] for row in waiting).isoformat(),
        },
    }
    told: Facts = {"text": str(why), "why": stored(why)}
    event = NewEvent(cause="timer", type="NO_DNS", at=now, state="done", facts=told)
    notify_staff(connection, event, facts)
