"""Limit how many letters to people follow from letters that came in, so that nobody can fill a mailbox.

Each hour staff get at most ``policy.notices_an_hour`` letters about what one proven partner sends (including
what happens to the letters that we write because of it), and as many about bounces, and about what readers
write. A reader gets at most
``READERS_A_DAY`` a day about one request. A notice above the limit makes no letter: it stands in the lists,
and the next letter says how many there were. (``shelf_alarm`` limits letters about unknown senders.)
"""

from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.reading.letter_reading import BOUNCE, OF_MACHINE, OF_READER, OF_STAFF
from mailproc.sentence import Sentence, sentence
from mailproc.store import alarms, events, letters
from mailproc.store.alarms import HOUR, Turn
from mailproc.store.rows import Intent

OF_A_SENDER, OF_A_REQUEST = "told-of-sender", "told-reader"
"""Kinds of alarm that count letters to staff about one sender, and to a reader about one request."""
OF_LINKS = "told-of-links"
"""The same for letters that say where a document waits: it is gone if nobody hears of it in time."""
LINKS_AN_HOUR = 100
READERS_A_DAY = 10
STAFF = "(staff)"
"""Stands for our own staff who answer our letters."""
READERS = "(readers)"
"""Stands for all readers who write to us."""
SEVERAL = "(several)"
"""Stands for partners that share one address, if the letter does not tell which of them it is from."""


def turn(connection: Connection, intent: Intent, context: Context) -> Turn | None:
    """Return whether the notice may become a letter now.

    None if no limit applies: no letter caused it, or it was counted when the letter was shelved.
    """
    event = events.load(connection, intent.event_id)
    brought = events.due_to(event) if event is not None else None
    if brought is None:
        return None
    now, to = context.clock(), intent.notice.to
    if to == "patron":
        about, day = str(intent.request_id), timedelta(days=1)
        return alarms.turn(connection, OF_A_REQUEST, about, now, most=READERS_A_DAY, within=day)
    speaker = _speaker(connection, brought)
    if to != "staff" or not speaker:
        return None
    if event is not None and (event.facts or {}).get("link"):
        return alarms.turn(connection, OF_LINKS, speaker, now, most=LINKS_AN_HOUR, within=HOUR)
    most = context.config.policy.notices_an_hour
    return alarms.turn(connection, OF_A_SENDER, speaker, now, most=most, within=HOUR)


def why_not(held_back: Turn) -> Sentence:
    """Return why the notice makes no letter."""
    if held_back.kind == OF_A_REQUEST:
        return sentence("reader-had-letters", most=READERS_A_DAY)
    if held_back.key == BOUNCE:
        return sentence("staff-had-bounces", most=held_back.most)
    return sentence("staff-had-letters", most=held_back.most, partner=held_back.key)


def _speaker(connection: Connection, inbox_id: int) -> str:
    """Return whose letter it is: all bounces count as one sender, and all readers; '' for a stranger."""
    row = letters.sender_of(connection, inbox_id)
    if row is None:
        return ""
    sender = row.taken_from.removeprefix(OF_MACHINE)
    if sender.startswith(BOUNCE):
        return BOUNCE
    if sender.startswith(OF_READER):
        return READERS  # together: anybody can write any reader's address
    if sender.startswith(OF_STAFF):
        return STAFF
    return str(sender or (row.partner or SEVERAL if row.proof else ""))
