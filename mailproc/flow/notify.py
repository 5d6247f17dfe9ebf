"""Station ④ for people: notices to readers, staff and partners' people become letters.

A broken site text never stops one: its last good text goes out, else the shipped one.
"""

import logging
from functools import partial
from uuid import uuid4

from sqlalchemy import Connection, RowMapping

from mailproc.errors import LocalFault, TryLater
from mailproc.flow.notice_context import Addressed, addressed
from mailproc.flow.premises import Premises
from mailproc.mail.compose import compose, domain_of, message_id
from mailproc.mail.letter import Body, Part
from mailproc.notices import last_good
from mailproc.notices.last_good import Rendered, render_safely
from mailproc.store import outgoing, queue
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.tables import IntentRow

_log = logging.getLogger(__name__)


def run(store: Store, premises: Premises, limit: int = 50) -> int:
    """Write the letters to people that wait; how many intents were taken up."""
    now = premises.clock()

    def claim(connection: Connection) -> list[RowMapping]:
        due = outgoing.claim_intents(connection, "notice", [], now, limit)
        store.underway.claimed(IntentRow, [row["id"] for row in due])
        return due

    rows = store.write(claim)
    for row in rows:
        try:
            _write_one(store, row, premises)
        except LocalFault as fault:
            _log.error("a notice (%s) cannot be written: %s", row["body"]["notice"], fault)
            why = str(fault)[:500]
            later = now + queue.pause(row["attempts"])
            store.write(partial(outgoing.hold_intent, intent_id=row["id"], error=why, not_before=later))
        except TryLater:  # the store's trouble is no fault of the notice
            raise
        except Exception as error:  # a bug concerns its own notice, not the others
            _log.exception("a notice (%s) cannot be written", row["body"]["notice"])
            why = f"a fault of this program: {type(error).__name__}"
            store.write(partial(queue.shelve, table=IntentRow, row_id=row["id"], error=why, was=row["state"]))
    return len(rows)


def _write_one(store: Store, row: RowMapping, premises: Premises) -> None:
    store.underway.at(row["id"])
    with store.read() as connection:
        who = addressed(connection, row, premises)
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
    letter = _letter(row, who, rendered, premises)
    store.write(lambda done: _settle(done, row, letter, rendered, premises))


def _letter(row: RowMapping, who: Addressed, rendered: Rendered, premises: Premises) -> NewLetterOut:
    library = premises.config.library
    now = premises.clock()
    identifier = message_id(domain_of(library.email), f"n{row['id']}.{uuid4().hex[:16]}")
    notice = rendered.notice
    body = Body(notice.subject, (Part("text/plain", b"", text=notice.text),))
    raw = compose(
        body,
        sender=library.email,
        sender_name=library.name,
        to=[who.address],
        message_id=identifier,
        date=now.astimezone(premises.zone),
    )
    return NewLetterOut(
        partner="",
        mail_from=library.email,
        rcpt_to=who.address,
        message_id=identifier,
        subject=notice.subject,
        raw=raw,
        prepared_at=now,
    )


def _settle(
    connection: Connection, row: RowMapping, letter: NewLetterOut, rendered: Rendered, premises: Premises
) -> None:
    outgoing_id = outgoing.add_letter(connection, letter)
    outgoing.place(connection, row["id"], "prepared", outgoing_id)
    if rendered.to_remember is not None:
        path, text = rendered.to_remember
        last_good.remember(connection, path, text, premises.clock())
