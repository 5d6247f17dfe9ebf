"""HOME: a letter of people to the history of its request, and matching it among a million of ours.

The letters answer orders of ours: some quote our Message-ID, some name the number. The million is written
straight into the tables that matching asks.
"""

import sqlite3
import time
from functools import cache
from pathlib import Path
from statistics import median

from bench import app, letters, steps
from bench.figures import Figures, Goal, Suite
from mailproc.app.build import App
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import letter_home
from mailproc.flow.intake import station as intake
from mailproc.flow.reading.writing import Writing, writing_of
from mailproc.mail.parse import parse
from mailproc.store import inbox
from mailproc.store.inbox import NewLetter

KNOWN = 1_000_000
TURNS = 200
LENDER = "XX-BL"

GOALS = (
    Goal("HOME", "a letter of people to its history line, to an ARTEmail report", "people", "report", 0.5),
    Goal(
        "HOME", f"slowest match among {KNOWN:,} Message-IDs and numbers", "match", "", 2, "ms", at_most=True
    ),
)

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :known)
INSERT INTO {table} ({columns}) SELECT {values} FROM n
"""
_TABLES = (
    (
        "request",
        "id, number, role, service, title, author, note, copyright_declared, account, created_at, outcome",
        "i, 'B' || i, 'REQUESTER', 'LOAN', '', '', '', 0, '', '2026-01-01', ''",
    ),
    (
        "transactions",
        "id, request_id, attempt, role, opened_by, initial_requester, tgq, tq, stq, partner, symbol, address,"
        " codec, dialect, service, state, state_before, last_service_at, moved_event_id, updated_at, version",
        "i, i, 1, 'REQUESTER', '', 'XX-A', 'B' || i, '1', '', 'XX-BL', 'XX-BL', '', 'artemail', '', 'LOAN',"
        " 'PENDING', '', '', 0, '2026-01-01', 0",
    ),
    (
        "reference",
        "partner, kind, value, transaction_id",
        "'XX-BL', 'number', 'B' || i || '-1', i",
    ),
    (
        "outgoing",
        "id, partner, mail_from, rcpt_to, message_id, subject, file_ref, raw, secret_ref, prepared_at, reply,"
        " file, state, attempts, last_error",
        "i, 'XX-BL', '', '', 'm' || i || '@library.example', '', '', x'', '', '2026-01-01', '', '',"
        " 'handed_over', 1, ''",
    ),
    (
        "intent",
        "id, event_id, seq, request_id, transaction_id, kind, body, partner, outgoing_id, state, attempts,"
        " last_error",
        "i, i, 0, i, i, 'apdu', '{\"apdu\": {\"type\": \"ILL_REQUEST\"}}', 'XX-BL', i, 'prepared', 1, ''",
    ),
)
_LETTERS = {
    "answers": ("Hello", "It is on loan.", {"In-Reply-To": f"<m{KNOWN // 2}@library.example>"}),
    "subject": (f"Re: B{KNOWN // 3}-1", "It is on loan.", {}),
    "words": ("Hello", f"Your request B{KNOWN // 4}-1 is on loan.", {}),
    "quoted": ("Hello", f"On loan.\n\nOn 2 Mar 2026 a@b.example wrote:\n> Request B{KNOWN // 5}-1\n", {}),
    "nothing": ("Volume 12 of 2019", "See room A1, shelf 4711-22, 2019-12-01, page 12 of B9999999-1.", {}),
}


def measure() -> Figures:
    return {"report": _settled(steps.waiting()), "people": _settled(_waiting()), "match": _slowest()}


def _settled(base: Path) -> float:
    """Letters a second, from the inbox row to the last step's commit."""
    with app.folder() as folder, app.opened(folder, base=base) as home:
        home.store.start_writer()
        begun = time.perf_counter()
        while intake.run(home.store, home.context):
            pass
        while advance.run(home.store, home.context, steps.AT_ONCE):
            pass
        return steps.EVENTS / (time.perf_counter() - begun)


@cache
def _waiting() -> Path:
    """A store with OPEN requests at a lender; its people's answer to EVENTS of them lies in the inbox."""
    with app.opened(steps.stores() / "people") as home:
        numbers = steps.asked(home)[: steps.EVENTS]
        home.store.write(lambda connection: inbox.keep(connection, [_answer(home, one) for one in numbers]))
        return steps.closed(home)


def _answer(home: App, number: str) -> NewLetter:
    lender = app.LENDERS[LENDER]
    words = "Dear colleagues,\n\nit is on loan until May.\n\nKind regards\nAnn Miller\nRoom 12\n\n"
    quoted = (
        f"On Mon, 2 Mar 2026 at 09:00, A <{app.LIBRARY}> wrote:\n> Request {number}-1\n" + "> words\n" * 20
    )
    raw = letters.written(lender, number, f"Re: {number}-1", words + quoted)
    return NewLetter(
        "listener", raw, home.context.clock(), mail_from=lender, rcpt_to=app.LIBRARY, peer="127.0.0.1"
    )


def _slowest() -> float:
    """The slowest of the kinds of match, in ms, each the median of TURNS."""
    with app.opened(_full().parent.parent) as home:  # no copy: it has gigabytes
        return max(_timed(home, writing) for writing in map(_writing, _LETTERS))


def _timed(home: App, writing: Writing) -> float:
    took: list[float] = []
    with home.store.read() as connection:
        for _ in range(TURNS):
            begun = time.perf_counter()
            found = letter_home.of_partners(connection, writing, [LENDER]).found
            took.append((time.perf_counter() - begun) * 1000)
    if (found is None) != (writing.subject.words == ("12", "2019")):
        raise RuntimeError(f"a letter is matched with {found}")
    return median(took)


def _writing(name: str) -> Writing:
    subject, text, headers = _LETTERS[name]
    head = "".join(f"{key}: {value}\n" for key, value in {"Subject": subject, **headers}.items())
    return writing_of(parse(f"From: a@b.example\n{head}\n{text}\n".encode()))


@cache
def _full() -> Path:
    """The file of a store with KNOWN requests, attempts, numbers and letters of ours."""
    with app.opened(steps.stores() / "million") as home:
        file = steps.closed(home)
    with sqlite3.connect(file) as connection:
        for table, columns, values in _TABLES:
            connection.execute(_FILL.format(table=table, columns=columns, values=values), {"known": KNOWN})
        connection.commit()
        connection.execute("ANALYZE")
    return file


SUITE = Suite(GOALS, measure)
