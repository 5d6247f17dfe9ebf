"""Station ②: a letter becomes events. One commit: the inbox row is done and all its events are stored.

The events of a letter of thousands of messages are staged before that commit (``portions``).

A letter is not a message: an order file or status report holds many, and from here on each is processed or
shelved alone. What cannot be placed is shelved with its reason; nothing is dropped, and nothing is answered
from here.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from time import monotonic

from sqlalchemy import Connection

from mailproc.errors import TryLater
from mailproc.flow.context import Context
from mailproc.flow.intake import (
    batch,
    deferral,
    echoes,
    form_requests,
    forwarded_senders,
    intake_words,
    known_letters,
    letters_of_people,
    portions,
    shared_addresses,
    shelf_alarm,
)
from mailproc.flow.intake.placement import Placement
from mailproc.flow.intake.placing import place_all
from mailproc.flow.reading import bounced_letters, sender_proof
from mailproc.flow.reading.letter_reading import LetterReading, came, proven_sender
from mailproc.flow.replies import error_reports, order_receipts
from mailproc.ill.attention import Reason
from mailproc.log import following, mask
from mailproc.sentence import Part, changed, sentence, stored
from mailproc.store import events, letters, outgoing, queue
from mailproc.store.crash_note import Underway
from mailproc.store.db_errors import try_later
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.savepoint import savepoint
from mailproc.store.tables import InboxRow

_log = logging.getLogger(__name__)

BATCH = 50
SHARED = 0.2
"""Seconds after which a commit takes no further letter, as in ``advance/station.py``."""


def run(store: Store, context: Context, limit: int = BATCH) -> int:
    """Read the waiting letters, at most ``limit``; return how many there were."""
    rows = batch.claim(store, limit, context.clock())
    if not rows:
        return 0
    readings = list(batch.read_all(rows, context, store))
    store.underway.at()
    left = [row.id for row in rows[len(readings) :]]
    settled = 0

    def settle_some(connection: Connection) -> int:
        queue.put_back(connection, InboxRow, left)
        return _settle_all(connection, readings[settled:], context, store.underway)

    while settled < len(readings):
        if portions.is_long(readings[settled]):
            _settle_long(store, readings[settled], context)
            settled += 1
        else:
            settled += store.write(settle_some)
            left = []
    if left:
        store.write(lambda connection: queue.put_back(connection, InboxRow, left))
    return len(readings)


def _settle_all(
    connection: Connection, readings: Sequence[LetterReading], context: Context, underway: Underway
) -> int:
    """Settle as many letters as share a commit, at least one; return how many."""
    until, count = monotonic() + SHARED, 0
    for reading in takewhile(lambda one: not portions.is_long(one), readings):
        underway.at(reading.inbox_id)
        with following(f"I{reading.inbox_id}", f"I{reading.inbox_id}"):
            try:
                with savepoint(connection):
                    _settle_one(connection, reading, context)
            except Exception as error:  # a bug must affect its own letter only
                if try_later(error) is not None:
                    raise  # the store failed, not this letter
                _not_placed(connection, reading, error)
        count += 1
        if monotonic() > until:
            break
    underway.at()
    return count


def _not_placed(connection: Connection, reading: LetterReading, error: Exception) -> None:
    """Shelve a letter over which the program failed."""
    _log.error("I%s could not be placed", reading.inbox_id, exc_info=error)
    if letters.waits(connection, reading.inbox_id):
        why = stored(sentence("program-fault-placing", error=type(error).__name__))
        letters.settle(connection, reading.inbox_id, "shelved", last_error=why)


def _settle_long(store: Store, reading: LetterReading, context: Context) -> None:
    """Settle a letter of thousands of messages: decided like any other, and written in portions."""
    with following(f"I{reading.inbox_id}", f"I{reading.inbox_id}"):
        try:
            store.underway.at(reading.inbox_id)
            with store.read() as connection:
                reading = _by_its_sender(connection, reading, context)
                taken = _is_taken(connection, reading, context)
            placement = portions.stage(store, reading, context) if taken else None
            store.write(lambda connection: _settle_one(connection, reading, context, placement))
        except TryLater:
            raise  # the store failed, not this letter
        except Exception as error:  # a bug must affect its own letter only
            store.write(partial(_not_placed, reading=reading, error=error))
        portions.recover(store)  # releases what was staged, or deletes it if the letter has no effect
    store.underway.at()


def _is_taken(connection: Connection, reading: LetterReading, context: Context) -> bool:
    """Return whether ``settle`` will place the letter's messages."""
    known = reading.later or reading.refused or known_letters.earlier_copy(connection, reading)
    back = known or known_letters.own_letter(connection, reading, context)
    return not (back or echoes.why_second_hand(connection, reading, context))


def _settle_one(
    connection: Connection, reading: LetterReading, context: Context, staged: Placement | None = None
) -> None:
    """Settle the letter if it still waits: a claim is no lock, and staff may have read it meanwhile.

    ``staged``: its messages are placed already.
    """
    if not letters.waits(connection, reading.inbox_id):
        _log.info("I%s was settled by staff meanwhile", reading.inbox_id)
    elif staged is not None:
        _settle_messages(connection, reading, context, staged)
    else:
        settle(connection, reading, context)


def settle(connection: Connection, reading: LetterReading, context: Context) -> None:
    """Record what the letter means: its events, or the shelf."""
    reading = _by_its_sender(connection, reading, context)
    if reading.later:
        deferral.defer(connection, reading, context)
    elif copy_of := known_letters.earlier_copy(connection, reading):
        _done(connection, reading, sentence("same-letter", letter=f"I{copy_of}"))
    elif reading.bounce is not None:
        _settle_bounce(connection, reading, context)
    elif _is_home(connection, reading, context):
        return
    elif own := known_letters.own_letter(connection, reading, context):
        _done(connection, reading, sentence("own-letter-back", letter=f"O{own}"))
    elif reading.refused:
        _shelve(connection, reading, reading.refused, context)
    elif again := echoes.number_used_again(connection, reading, context):
        _shelve(connection, replace(reading, alarm=Reason.UNREADABLE), again, context)
    elif why := echoes.why_second_hand(connection, reading, context):
        _shelve(connection, replace(reading, alarm=Reason.SHELVED), why, context)
    elif reading.form is not None:
        _settle_form(connection, reading, context)
    else:
        _settle_messages(connection, reading, context, place_all(connection, reading, context))


def _settle_form(connection: Connection, reading: LetterReading, context: Context) -> None:
    done = form_requests.submitted(connection, reading, context)
    if done.refused:
        _shelve(connection, replace(reading, alarm=Reason.SHELVED), done.refused, context)
    else:
        _done(connection, reading, form_requests.said(done), taken_from=proven_sender(reading))


def _is_home(connection: Connection, reading: LetterReading, context: Context) -> bool:
    """Settle a letter of people whom we know, if no protocol has read it; return whether that is done."""
    if reading.writing is None or not reading.refused:
        return False
    found = letters_of_people.settled(connection, reading, context)
    if found is None or not (found.done or reading.is_in_words):
        return False
    reading = replace(reading, partner=found.partner or reading.partner)
    if found.done:
        _done(connection, reading, found.done, taken_from=found.taken_from)
    else:
        _shelve(connection, replace(reading, alarm=found.alarm), found.why, context)
    return True


def _by_its_sender(connection: Connection, reading: LetterReading, context: Context) -> LetterReading:
    """Return the reading with its sender, where only the store can tell who that is."""
    reading = shared_addresses.settled(connection, reading, context)
    return forwarded_senders.as_forwarded(connection, reading, context) or reading


def _done(connection: Connection, reading: LetterReading, *note: Part, taken_from: str = "") -> None:
    """Finish the letter. ``taken_from``: its proven sender, if the letter had an effect."""
    said = [changed(part, mask) for part in note]  # it may quote an address, which a stranger wrote
    _log.info("I%s done: %s", reading.inbox_id, "; ".join(filter(None, map(str, said))), extra=came(reading))
    found = _found(reading)
    letters.settle(connection, reading.inbox_id, "done", note=stored(*said), taken_from=taken_from, **found)


def _shelve(connection: Connection, reading: LetterReading, why: Part, context: Context) -> None:
    why = changed(why, mask)  # as above
    _log.info("I%s shelved: %s", reading.inbox_id, why, extra=came(reading))
    found = _found(reading) | {"note": mask(shelf_alarm.numbers_in(reading))}
    letters.settle(connection, reading.inbox_id, "shelved", last_error=stored(why), **found)
    if reading.alarm:
        shelf_alarm.tell_staff(connection, reading, reading.alarm, stored(why), context)


def _found(reading: LetterReading) -> dict[str, str]:
    return {
        "message_id": reading.letter.message_id[:250],
        "content_digest": reading.content_digest,
        "said_from": mask(reading.letter.sender)[:250],
        "subject": mask(reading.letter.subject)[:250],
        "codec": reading.codec,
        "partner": reading.partner.symbol if reading.partner else "",
        "proof": reading.proof,
        "proof_note": stored(*sender_proof.reasons_of(reading.proofs)),
    }


_BOUNCES = {"failed": "bounce-failed", "delayed": "bounce-delayed", "delivered": "bounce-delivered"}


def _settle_bounce(connection: Connection, reading: LetterReading, context: Context) -> None:
    bounce = reading.bounce
    if bounce is None:
        return
    found = bounced_letters.letters_of(connection, bounce, reading.marks)
    if not found:
        why = bounced_letters.why_shelved(
            connection, bounce, reading.marks, reading.received_at, reading.inbox_id
        )
        _shelve(connection, reading, why, context)
        return
    if bounce.kind == "failed":
        report = NewEvent(cause="letter", type="BOUNCED", at=reading.received_at, inbox_id=reading.inbox_id)
        bounced_letters.record(connection, found, mask(bounce.text), report)
    what = sentence(_BOUNCES[bounce.kind], letters=", ".join(f"O{one}" for one in found))
    _done(connection, reading, what, bounce.text[:500], taken_from=proven_sender(reading))


def _settle_messages(
    connection: Connection, reading: LetterReading, context: Context, placement: Placement
) -> None:
    if not placement.count and (placement.old or reading.decoded.credentials is not None):
        _done(connection, reading, sentence("hub-known" if placement.old else "file-without-orders"))
        return
    if not placement.count and _is_home(connection, replace(reading, refused=reading.otherwise), context):
        return
    if not placement.count:
        _shelve(connection, reading, reading.otherwise or intake_words.nothing_ours(placement), context)
        return
    events.add_all(connection, placement.events)
    error_reports.unreadable(connection, reading, placement.answers, context)
    for outgoing_id, told in placement.held.items():
        outgoing.change(connection, outgoing_id, state="held", last_error=told)
    order_receipts.intend(connection, reading, context)
    for link, reason in ((False, Reason.UNREADABLE), (True, Reason.DOCUMENT_LINK)):
        if faults := [fault for fault in placement.faults if fault.link is link]:
            shelf_alarm.tell_staff(connection, reading, reason, intake_words.first_and_count(faults), context)
    if placement.rejected:
        told = mask(intake_words.first_and_count(placement.rejected))
        shelf_alarm.tell_staff(connection, reading, Reason.UNKNOWN_FILE_REJECTED, told, context)
    elif placement.unknown:
        shelf_alarm.tell_staff(
            connection,
            reading,
            Reason.UNKNOWN_REFERENCE,
            intake_words.first_and_count(placement.unknown),
            context,
        )
    _done(connection, reading, *intake_words.summary(placement), taken_from=proven_sender(reading))
