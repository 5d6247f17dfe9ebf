"""Station ④ for people: notices to readers, staff and partners' people become letters.

A broken site text never stops one: its last good text goes out, else the shipped one.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from mailproc.flow import attention, writing
from mailproc.flow.pausing import paused
from mailproc.flow.premises import Premises
from mailproc.mail.letter import Body, Part
from mailproc.notices import last_good
from mailproc.notices.last_good import Rendered, render_safely
from mailproc.store import outgoing
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.tables import IntentRow

_log = logging.getLogger(__name__)


def run(store: Store, premises: Premises, limit: int = 50) -> int:
    """Write the letters to people that wait; how many intents were taken up."""
    now = premises.clock()

    def claim(connection: Connection) -> list[RowMapping]:
        due = outgoing.claim_intents(connection, "notice", paused(connection, premises), now, limit)
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
        who = attention.letter_of(connection, intents, premises)
        if who.address:
            rendered = render_safely(
                premises.templates,
                row["body"]["notice"],
                who.language,
                who.context,
                lambda path: last_good.good(connection, path),
            )
    store.underway.at()
    if not who.address:
        _log.info("no letter for intent %s: %s", row["id"], who.why)
        store.write(lambda done: outgoing.place(done, row["id"], "withdrawn", None, who.why))
        return
    for problem in rendered.problems:
        _log.warning("template %s; its %s text went out", problem, rendered.used)
    notice = rendered.notice
    body = Body(notice.subject, (Part("text/plain", b"", text=notice.text),))
    partner = row["partner"] if row["body"]["to"] == "partner" else ""
    letter = writing.letter(body, who.address, f"n{row['id']}", premises, partner)
    store.write(lambda done: _settle(done, [one["id"] for one in intents], letter, rendered, premises))


def _settle(
    connection: Connection,
    intent_ids: Sequence[int],
    letter: NewLetterOut,
    rendered: Rendered,
    premises: Premises,
) -> None:
    outgoing_id = outgoing.add_letter(connection, letter)
    for intent_id in intent_ids:
        outgoing.place(connection, intent_id, "prepared", outgoing_id)
    if rendered.to_remember is not None:
        path, text = rendered.to_remember
        last_good.remember(connection, path, text, premises.clock())
