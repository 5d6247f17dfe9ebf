"""Inform staff of letters that could not be placed, or only read in part, and limit how often.

For all unknown senders together staff get one letter an hour. After that hour one letter reports the rest:
how many there were, and first which libraries some of them claim to be from, with the requests that they
name, so that no flood hides a library whose letter failed its proof. Letters about proven partners have their
own limit (``notice_limits``). Nothing is lost: everything is on the shelf, where the lists and the daily
digest show it.
"""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.notify_staff import notify_staff
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill.attention import Reason
from mailproc.log import mask
from mailproc.store import alarms, letters, unread_messages
from mailproc.store.alarms import HOUR, Turn
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import StaffFacts
from mailproc.store.text import storable

STRANGERS = "strangers"
"""The kind of alarm that counts letters of unproven senders."""
CLAIMED = "strangers-untold"
"""The kind that counts those not yet reported, by the partner they claim to be from ('' for none)."""
MOST_PARTNERS, MOST_NUMBERS = 20, 5
"""Partners named in one letter, and requests of each."""
WITH_WORDS = (Reason.IN_WORDS, Reason.READER_IN_WORDS, Reason.DOCUMENT_LINK, Reason.UNPROVEN)
"""Staff get the words of the letter too."""
OF_EACH_LETTER = (Reason.UNKNOWN_FILE_REJECTED, Reason.DOCUMENT_LINK)
"""Staff hear of each letter: with a wrong password nothing is ordered, and links run out."""
LONGEST_WORDS = 2_000
"""Characters of what people wrote that staff get with the letter on the shelf."""
ABOUT = "about "
"""Begins the note of a shelved letter that names requests."""


def tell_staff(
    connection: Connection, reading: LetterReading, reason: Reason, why: str, context: Context
) -> None:
    """Write to staff in the commit that shelves the letter, at most once a day for each sender and reason.

    About references that match nothing there is one letter a day in all.
    """
    if reason is Reason.UNREADABLE and "@" not in reading.letter.sender:  # the address of a line
        unread_messages.count(connection, reading.letter.sender, context.clock())
    facts: StaffFacts = {
        "reasons": [reason],
        "letter": f"I{reading.inbox_id}",
        "note": why,
        "sender": mask(storable(reading.letter.sender))[:250],
        "subject": mask(storable(reading.letter.subject))[:250],
        "about": "" if reading.proof else mask(numbers_in(reading).removeprefix(ABOUT)),
    }
    if reading.writing is not None and reason in WITH_WORDS:
        facts["words"] = reading.writing.own[:LONGEST_WORDS]
    more = _of_a_partner if reading.proof else _of_a_stranger
    untold = more(connection, reading, reason, context)
    if untold is not None:
        _intend(connection, reading, {**facts, **untold})


def tell_rest(connection: Connection, context: Context) -> int:
    """Once the hour is over, report what was not reported and is still shelved; return how many letters."""
    if not any(alarms.counts(connection, CLAIMED).values()):
        return 0
    now = context.clock()
    turn = alarms.turn(connection, STRANGERS, "", now, most=1, within=HOUR)
    if not turn.free:
        return 0
    told = _rest(connection, turn)
    if not told:
        return 0
    alarms.take(connection, turn, now)
    event = NewEvent(cause="timer", type="UNTOLD", at=now, state="done")
    notify_staff(connection, event, {"reasons": [Reason.STRANGERS], **told})
    return 1


def numbers_in(reading: LetterReading) -> str:
    """Return the note of a shelved letter: the requests that it names, as far as it could be read."""
    named = (apdu.ref.number if apdu.ref else "" for apdu in reading.decoded.apdus)
    numbers = list(dict.fromkeys(number[:30] for number in named if number))[:MOST_NUMBERS]
    return ABOUT + ", ".join(numbers) if numbers else ""


def _of_a_partner(
    connection: Connection, reading: LetterReading, reason: Reason, context: Context
) -> StaffFacts | None:
    return {} if _is_new(connection, reading, reason, context) else None


def _of_a_stranger(
    connection: Connection, reading: LetterReading, reason: Reason, context: Context
) -> StaffFacts | None:
    """Return what else unknown senders sent since the last letter about it; None if no letter goes now."""
    now = context.clock()
    turn = alarms.turn(connection, STRANGERS, "", now, most=1, within=HOUR)
    if turn.free and _is_new(connection, reading, reason, context):
        told = _rest(connection, turn, besides=reading)
        alarms.take(connection, turn, now)
        return told
    alarms.count(connection, STRANGERS, "", now)
    if reading.partner or not alarms.was_raised(connection, *_about(reading, reason), now):
        alarms.count(connection, CLAIMED, reading.partner.symbol if reading.partner else "", now)
    return None


def _rest(connection: Connection, turn: Turn, besides: LetterReading | None = None) -> StaffFacts:
    """Return what was not reported and is still on the shelf, and since when (ISO 8601); {} if nothing.

    All of it then counts as reported. ``besides``: what the letter itself is about.
    """
    on_shelf = (
        letters.unproven_on_shelf(connection, besides.inbox_id if besides else 0) if turn.untold else {}
    )
    claimed = {
        symbol: min(count, on_shelf.get(symbol, 0))
        for symbol, count in alarms.counts(connection, CLAIMED).items()
        if symbol
    }
    alarms.all_told(connection, CLAIMED)
    more = min(turn.untold, sum(on_shelf.values()))
    if not more:
        return {}
    by_count = sorted((count, symbol) for symbol, count in claimed.items() if count)  # the fewest first:
    return {  # a flood in one library's name pushes no other out
        "more": more,
        "since": turn.since.isoformat(),
        "claimed": [
            {"partner": symbol, "count": count, "numbers": _numbers(connection, symbol, count)}
            for count, symbol in by_count[:MOST_PARTNERS]
        ],
    }


def _numbers(connection: Connection, symbol: str, count: int) -> list[str]:
    notes = letters.unproven_notes(connection, symbol, ABOUT, min(count, MOST_NUMBERS))
    named = (number for note in reversed(notes) for number in note.removeprefix(ABOUT).split(", "))
    return list(dict.fromkeys(named))[:MOST_NUMBERS]


def _about(reading: LetterReading, reason: Reason) -> tuple[str, str]:
    """Return kind and key of the alarm; an unproven letter never silences the alarm of the real partner."""
    who = reading.partner.symbol if reading.partner else reading.letter.sender
    if reason in OF_EACH_LETTER:
        who = f"I{reading.inbox_id}"
    about = "" if reason is Reason.UNKNOWN_REFERENCE else storable(who)[:250]
    return (reason if reading.proof else f"{reason}, of a stranger"), about


def _is_new(connection: Connection, reading: LetterReading, reason: Reason, context: Context) -> bool:
    return alarms.raise_once(connection, *_about(reading, reason), context.clock())


def _intend(connection: Connection, reading: LetterReading, facts: StaffFacts) -> None:
    symbol = reading.partner.symbol if reading.partner else ""
    event = NewEvent(
        cause="letter",
        type="SHELVED",
        at=reading.received_at,
        inbox_id=reading.inbox_id,
        partner=symbol,
        state="done",
    )
    notify_staff(connection, event, facts)
