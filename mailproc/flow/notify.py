"""Station ④ for people: notices to readers, staff and partners' people become letters.

A broken site text never stops one: its last good text goes out, else the shipped one.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping

from mailproc.flow import attention, ceiling, site_texts, writing
from mailproc.flow.notice_context import Addressed
from mailproc.flow.pausing import paused
from mailproc.flow.premises import Premises
from mailproc.log import mask_shown
from mailproc.mail.letter import Body, Part
from mailproc.notices import last_good
from mailproc.notices.catalogue import StaffAttention
from mailproc.notices.last_good import Rendered, render_safely
from mailproc.store import alarms, outgoing, turns
from mailproc.store.alarms import Turn
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.tables import IntentRow

_log = logging.getLogger(__name__)


def run(store: Store, premises: Premises, limit: int = 50) -> int:
    """Write the letters to people that wait; how many intents were taken up."""
    now = premises.clock()

    def claim(connection: Connection) -> list[RowMapping]:
        due = turns.claim_intents(connection, "notice", paused(connection, premises), now, limit)
        store.underway.claimed(IntentRow, [row["id"] for row in due])
        return due

    rows = store.write(claim)
    writing.each(
        store,
        rows,
        premises,
        lambda row: _write_one(store, row, premises),
        lambda row: f"a notice ({row['body']['notice']})",
    )
    return len(rows)


def _write_one(store: Store, row: RowMapping, premises: Premises) -> None:
    with store.read() as connection:
        if not outgoing.still_wanted(connection, [row["id"]]):
            return  # it was said in one letter with an earlier one
        intents = attention.together(connection, row)
        turn = ceiling.turn(connection, row, premises)
        who = attention.letter_of(connection, intents, premises)
        rendered = _rendered(connection, row, _counting(who, turn, premises), premises)
    store.underway.at()
    if turn is not None and not turn.free:
        _log.info("no letter for intent %s: %s", row["id"], ceiling.why_not(turn))
        store.write(lambda done: _hold_back(done, intents, turn, premises))
    elif rendered is None:
        _log.info("no letter for intent %s: %s", row["id"], who.why)
        store.write(lambda done: outgoing.place(done, row["id"], "withdrawn", None, who.why))
    else:
        letter = _letter(row, rendered, who.address, premises)
        store.write(lambda done: _settle(done, intents, letter, rendered, turn, premises))


def _counting(who: Addressed, turn: Turn | None, premises: Premises) -> Addressed:
    """The letter says how many there were before it of which people were not told."""
    if turn is None or not turn.untold or not isinstance(who.context, StaffAttention):
        return who
    language = premises.languages.of(who.language)
    since = language.time_word(premises.local(turn.since), premises.today())
    return replace(who, context=replace(who.context, more=turn.untold, since=since))


def _rendered(connection: Connection, row: RowMapping, who: Addressed, premises: Premises) -> Rendered | None:
    """None where there is nobody to write to."""
    if not who.address:
        return None
    return render_safely(
        premises.templates,
        row["body"]["notice"],
        who.language,
        who.context,
        lambda path: last_good.good(connection, path),
    )


def _letter(row: RowMapping, rendered: Rendered, address: str, premises: Premises) -> NewLetterOut:
    for problem in rendered.problems:
        _log.warning("template %s; its %s text went out", problem, rendered.used)
    notice = rendered.notice
    text = mask_shown(notice.text)  # whatever a stranger wrote in a name, an address, a subject
    body = Body(mask_shown(notice.subject), (Part("text/plain", b"", text=text),))
    partner = row["partner"] if row["body"]["to"] == "partner" else ""
    return writing.letter(body, address, f"n{row['id']}", premises, partner)


def _hold_back(connection: Connection, intents: Sequence[RowMapping], turn: Turn, premises: Premises) -> None:
    """It makes no letter; why is kept with it, and the next letter counts it."""
    for intent in intents:
        outgoing.place(connection, intent["id"], "withdrawn", None, ceiling.why_not(turn))
    alarms.count(connection, turn.kind, turn.key, premises.clock())


def _settle(
    connection: Connection,
    intents: Sequence[RowMapping],
    letter: NewLetterOut,
    rendered: Rendered,
    turn: Turn | None,
    premises: Premises,
) -> None:
    outgoing_id = outgoing.add_letter(connection, letter)
    for intent in intents:
        outgoing.place(connection, intent["id"], "prepared", outgoing_id)
    if turn is not None:
        alarms.take(connection, turn, premises.clock())
    if rendered.problems:
        site_texts.tell_staff(connection, rendered.path, rendered.problems, premises, rendered.used)
    if rendered.to_remember is not None:
        path, text = rendered.to_remember
        last_good.remember(connection, path, text, premises.clock())
