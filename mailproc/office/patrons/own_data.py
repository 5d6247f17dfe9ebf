"""All that the store holds of one reader, for the reader: who asks for it gets it (GDPR, article 15)."""

import json
from typing import Any

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.mail.parse import parse, readable
from mailproc.office.patrons import patron_details
from mailproc.office.patrons.said_readers import NAMES
from mailproc.office.queries import reader_requests
from mailproc.office.queries.reader_requests import LetterToReader, RequestOfReader
from mailproc.store import outgoing, requests, submissions
from mailproc.store.engine import Store

MOST = 10_000
"""Requests of one reader."""
LONGEST = 100_000
"""Characters of a letter."""


def as_json(store: Store, context: Context, patron_id: str) -> bytes:
    """Return it as UTF-8. Raise LocalFault for an unknown reader.

    Notes of staff, and what libraries write to each other, are no data of the reader's.
    """
    with store.read() as connection:
        reader = patron_details.with_id(connection, patron_id)
        asked = reader_requests.listed(connection, reader.id, MOST)
        letters = reader_requests.letters(connection, asked)
        value = {
            "reader": {name: getattr(reader, name) for name in NAMES},
            "requests": [_request(connection, one, context) for one in asked],
            "letters": [_letter(connection, one, context) for one in letters],
        }
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode()


def _request(connection: Connection, one: RequestOfReader, context: Context) -> dict[str, Any]:
    row, submission = requests.load(connection, one.id), submissions.load(connection, one.id)
    return {
        "number": one.line.number,
        "service": str(one.line.service),
        "item": row.item or {},
        "status": context.language.status(one.line.status, context.today()),
        "placed_at": one.created_at,
        "closed_at": one.closed_at,
        "due_on": one.line.due,
        "needed_by": row.need_before_on,
        "delivery": row.delivery,
        "written": submission.words if submission is not None else "",
    }


def _letter(connection: Connection, one: LetterToReader, context: Context) -> dict[str, Any]:
    row = outgoing.load(connection, int(one.id[1:]))
    raw = context.registry.mask(bytes(row.raw)) if row is not None and row.raw else b""
    text = readable(parse(raw))[:LONGEST] if raw else ""
    return {"letter": one.id, "request": one.number, "state": one.state, "written_at": one.at, "text": text}
