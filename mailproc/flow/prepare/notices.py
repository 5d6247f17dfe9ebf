"""Station ④ for people: notices to readers, staff and partners' staff become letters.

A broken site text never stops a letter: the last good text is used, else the shipped one.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.pausing import paused
from mailproc.flow.prepare import (
    day_told,
    document_letter,
    notice_letter,
    notice_limits,
    outgoing_letter,
    site_texts,
    staff_letter,
)
from mailproc.flow.prepare.notice_context import Addressed
from mailproc.ill.effects import FORWARDED
from mailproc.notices.catalogue import StaffAttention
from mailproc.notices.last_good import Rendered
from mailproc.notices.render import Notice
from mailproc.sentence import stored
from mailproc.store import alarms, outgoing, partner_turns, restore_hold, traces
from mailproc.store.alarms import Turn
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.rows import Intent
from mailproc.store.tables import IntentRow

_log = logging.getLogger(__name__)


def run(store: Store, context: Context, limit: int = 50) -> int:
    """Write the waiting letters to people; return how many intents were taken up."""
    now = context.clock()

    def claim(connection: Connection) -> list[Intent]:
        due = partner_turns.claim_intents(connection, "notice", paused(connection, context), now, limit)
        store.underway.claimed(IntentRow, [row.id for row in due])
        return due

    rows = store.write(claim)
    outgoing_letter.each(
        store,
        rows,
        context,
        lambda row: _write(store, row, context),
        lambda row: f"a notice ({row.notice.name})",
    )
    return len(rows)


def _write(store: Store, row: Intent, context: Context) -> None:
    write = document_letter.write_one if row.notice.name == FORWARDED else _write_one
    write(store, row, context)


def _write_one(store: Store, row: Intent, context: Context) -> None:
    with store.read() as connection:
        if not outgoing.still_wanted(connection, [row.id]):
            return  # an earlier letter included it
        intents = staff_letter.together(connection, row)
        turn = notice_limits.turn(connection, row, context)
        who = staff_letter.letter_of(connection, intents, context)
        if day_told.is_known(connection, row, who):
            who = replace(who, address="", on_paper=False, why=day_told.KNOWN)
        enclosed = notice_letter.enclosed_in(connection, row)
        rendered = notice_letter.rendered(connection, row, _counting(who, turn, context), context)
    store.underway.at()
    if turn is not None and not turn.free:
        _log.info("no letter for intent %s: %s", row.id, notice_limits.why_not(turn))
        store.write(lambda done: _hold_back(done, intents, turn, context))
    elif rendered is None:
        _log.info("no letter for intent %s: %s", row.id, who.why)
        store.write(lambda done: outgoing.place(done, row.id, "withdrawn", None, stored(who.why)))
    else:
        letter = (
            notice_letter.on_paper(row, rendered, context)
            if who.on_paper
            else notice_letter.letter(row, rendered, who.address, context, enclosed)
        )
        letter = replace(letter, trace=traces.joined(intent.trace for intent in intents))
        store.write(lambda done: _settle(done, intents, letter, rendered, turn, context))


def _counting(who: Addressed, turn: Turn | None, context: Context) -> Addressed:
    """Add to the letter how many notices before it made no letter."""
    if turn is None or not turn.untold or not isinstance(who.content, StaffAttention):
        return who
    language = context.languages.of(who.language)
    since = language.time_word(context.local(turn.since), context.today())
    return replace(who, content=replace(who.content, more=turn.untold, since=since))


def _hold_back(connection: Connection, intents: Sequence[Intent], turn: Turn, context: Context) -> None:
    """Withdraw the notices with the reason; the next letter counts them."""
    if not outgoing.still_wanted(connection, [one.id for one in intents]):
        return
    for intent in intents:
        outgoing.place(connection, intent.id, "withdrawn", None, stored(notice_limits.why_not(turn)))
    alarms.count(connection, turn.kind, turn.key, context.clock())


def _settle(
    connection: Connection,
    intents: Sequence[Intent],
    letter: NewLetterOut,
    rendered: Rendered[Notice],
    turn: Turn | None,
    context: Context,
) -> None:
    if not outgoing.still_wanted(connection, [one.id for one in intents]):
        return  # staff undid one meanwhile; the others are written without it
    outgoing_id = restore_hold.add_letter(connection, letter, intents)
    for intent in intents:
        outgoing.place(connection, intent.id, "prepared", outgoing_id)
    if turn is not None:
        alarms.take(connection, turn, context.clock())
    site_texts.settle(connection, rendered, context)
