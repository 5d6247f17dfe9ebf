"""A store that has grown: as many requests as wanted, each with all the rows that its letters leave.

Two of three are ours (B, asked of XX-BL), one of three is lent (L). The youngest tenth is open, and of it
``NEEDING`` need a hand however many there are. Written straight into the tables, in SQL, which takes
0.1 ms a request. The letters' bytes are short, for no measurement reads them again.
"""

import sqlite3
from pathlib import Path

from bench import app
from bench.shelf import ENDS, STEMS

NEEDING = 200
"""Requests with something to do, spread over what is open."""
FILE = 10
"""Orders of ours in one file."""

_AUTHORS = ("Marsh", "Okafor", "Lindqvist", "Silva", "Haddad", "Ito")


def _word(factor: int) -> str:
    """One of 168 words, by the row's number: other words for another ``factor``."""
    stems = " ".join(f"WHEN {at} THEN '{stem}'" for at, stem in enumerate(STEMS))
    ends = " ".join(f"WHEN {at} THEN '{end}'" for at, end in enumerate(ENDS))
    return f"(CASE (n * {factor}) % 14 {stems} END || CASE (n * {factor} / 14) % 12 {ends} END)"


_AUTHOR = "CASE n % 6 " + " ".join(f"WHEN {at} THEN '{name}'" for at, name in enumerate(_AUTHORS)) + " END"

_ROWS = f"""
CREATE TEMP TABLE grown AS
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :many)
SELECT n, n % 3 = 0 AS lent, n > :many - :many / 10 AS is_open,
 n > :many - :many / 10 AND (n / 3) % (:many / 10 / :needing) = 0 AS needs,
 CASE n % 3 WHEN 0 THEN 'L' ELSE 'B' END || n AS number,
 strftime('%Y-%m-%d %H:%M:%S.000000', :now, '-' || ((:many - n) * 3 + 60) || ' minutes') AS at,
 {_word(1)} || ' ' || {_word(5)} || ' of ' || {_word(11)} || ' ' || n AS title, {_AUTHOR} AS author
FROM numbers
"""

_OURS = (
    '{"type": "ILL_REQUEST", "transaction": null, "services": ["LOAN"], "item": {"title": "Tidal memory"}}'
)
_THEIRS = '{"type": "ILL_REQUEST", "transaction": null, "ref": {"customer_code": "99-0100", "number": "'
_HEARD = '{"type": "ILL_ANSWER", "transaction": null, "ref": {"customer_code": "99-0001", "number": "'
_SAID = (
    '{"apdu": {"type": "ILL_REQUEST", "transaction": {"initial_requester": "XX-LIBRARY", "tgq": "\''
    ' || number || \'", "tq": "1"}, "services": ["LOAN"], "item": {"title": "Tidal memory"}}}'
)
_EVENT = (
    "INSERT INTO event (state, attempts, unfinished, last_error, id, cause, inbox_id, position, actor, door,"
    " heard_by, partner, transaction_id, request_id, type, apdu, ref, facts, repeat_key, at, about)"
)
_NEVER = "9999-01-01 00:00:00.000000"


def _leg(days: int) -> str:
    """So many days at most, in seconds; none of what was not supplied."""
    return f"CASE n % 11 WHEN 0 THEN NULL ELSE abs(random()) % {days * 86_400} END"


_FILL = (
    "INSERT INTO patron (id, since, until, pickup, source, name, email, status, language)"
    " SELECT 'R' || n, 0, 2147483647, '', '', author || ', Reader ' || n,"
    " '', '', '' FROM grown WHERE n <= 8000",
    "INSERT INTO request (id, number, role, service, item, title, author, patron_id, note,"
    " copyright_declared, account, created_at, closed_at, outcome)"
    " SELECT n, number, CASE lent WHEN 1 THEN 'RESPONDER' ELSE 'REQUESTER' END, 'LOAN',"
    " json_object('title', title, 'author', author), title, author,"
    " CASE lent WHEN 0 THEN 'R' || (n % 8000 + 1) END, '', 0, '', at,"
    " CASE is_open WHEN 0 THEN at END, CASE is_open WHEN 0 THEN 'filled' ELSE '' END FROM grown",
    "INSERT INTO transactions (id, request_id, attempt, role, opened_by, initial_requester, tgq, tq, stq,"
    " partner, symbol, address, codec, dialect, service, state, state_before, options, promise,"
    " last_service_at, attention, moved_event_id, closed_at, updated_at, version)"
    " SELECT n, n, 1, 'REQUESTER', '', 'XX-LIBRARY', number, '1', '', 'XX-BL', 'XX-BL', 'art@bl.example',"
    " 'artemail', '', 'LOAN', CASE WHEN NOT is_open THEN 'RETURNED' ELSE 'PENDING' END, '',"
    " json_object('number', number || '-1', 'account', '99-0001'),"
    " CASE WHEN is_open AND n % 5 = 1 THEN json_object('what', 'HOLD_PLACED', 'position', 3) END, '',"
    " CASE WHEN needs THEN '[\"overdue\"]' END, n * 3 + 1, NULL, at, 2 FROM grown WHERE NOT lent",
    "INSERT INTO transactions (id, request_id, attempt, role, opened_by, initial_requester, tgq, tq, stq,"
    " partner, symbol, address, codec, dialect, service, state, state_before, options, last_service_at,"
    " attention, moved_event_id, closed_at, updated_at, version)"
    " SELECT n, n, 1, 'RESPONDER', 'XX-COLLEGE-0', 'XX-COLLEGE-0', 'C' || n, '99-0100', '', 'XX-COLLEGE-0',"
    " 'XX-COLLEGE-0', 'ill@college0.example', 'artemail', '', 'LOAN',"
    " CASE WHEN NOT is_open THEN 'CHECKED_IN' WHEN needs THEN 'IN_PROCESS' ELSE 'SHIPPED' END, '',"
    " json_object('number', 'C' || n), '', NULL, n * 3 + 1, NULL, at, 2 FROM grown WHERE lent",
    "INSERT INTO candidate (request_id, position, partner, transaction_id, why_not)"
    " SELECT n, 1, 'XX-BL', n, '' FROM grown WHERE NOT lent"
    " UNION ALL SELECT n, 2, 'XX-SECOND', NULL, '' FROM grown WHERE NOT lent",
    "INSERT INTO inbox (state, attempts, unfinished, last_error, id, door, mail_from, rcpt_to, peer, login,"
    " digest, received_at, proof, message_id, content_digest, taken_from, subject, codec, partner, note)"
    " SELECT 'done', 1, 0, '', n, 'listener', sender, 'ill@library.example', '192.0.2.1', '',"
    " lower(hex(randomblob(32))), at, 'none', 'm' || n || '@x.example',"
    " lower(hex(randomblob(32))), whose, 'Replies', 'artemail', whose, '1 placed' FROM (SELECT *,"
    " CASE lent WHEN 1 THEN 'ill@college0.example' ELSE 'art@bl.example' END AS sender,"
    " CASE lent WHEN 1 THEN 'XX-COLLEGE-0' ELSE 'XX-BL' END AS whose FROM grown)",
    "INSERT INTO inbox_bytes (letter_id, at, raw)"
    " SELECT n, at, CAST('Subject: ' || title AS BLOB) FROM grown",
    f"{_EVENT} SELECT 'done', 1, 0, '', n * 3 + 1, 'staff', NULL, NULL, 'clerk', 'cli', '', 'XX-BL', n, n,"
    f" 'request', '{_OURS}', NULL, NULL, '', at, '' FROM grown WHERE NOT lent",
    f"{_EVENT} SELECT 'done', 1, 0, '', n * 3 + 2, 'letter', n, 0, '', '', '', 'XX-BL', n, n, 'ILL_ANSWER',"
    f' \'{_HEARD}\' || number || \'-1"}}, "reply_code": "USE*3", "results": "HOLD_PLACED", "position": 3}}\','
    " json_object('customer_code', '99-0001', 'number', number || '-1'), NULL, 'k' || n, at,"
    " number || '-1/99-0001' FROM grown WHERE NOT lent",
    f"{_EVENT} SELECT 'done', 1, 0, '', n * 3 + 1, 'letter', n, 0, '', '', '', 'XX-COLLEGE-0', n, n,"
    f" 'ILL_REQUEST', '{_THEIRS}C' || n || '\"}}, \"services\": [\"LOAN\"]}}',"
    " json_object('customer_code', '99-0100', 'number', 'C' || n), NULL, 'k' || n, at,"
    " 'C' || n || '/99-0100' FROM grown WHERE lent",
    f"{_EVENT} SELECT 'done', 1, 0, '', n * 3 + 3, 'timer', NULL, NULL, '', '', '', '', n, n, 'UNANSWERED',"
    " NULL, NULL, NULL, '', at, '' FROM grown WHERE NOT is_open",
    "INSERT INTO history (transaction_id, event_id, at, event, from_state, to_state, note)"
    " SELECT transaction_id, id, at, type, 'IDLE', 'PENDING', '' FROM event ORDER BY id",
    "INSERT INTO outgoing (state, attempts, unfinished, last_error, id, partner, mail_from, rcpt_to,"
    " message_id, subject, file_ref, secret_ref, prepared_at, handed_over_at, reply, file)"
    " SELECT 'handed_over', 1, 0, '', n, 'XX-BL', 'ill@library.example', 'art@bl.example',"
    " 'o' || n || '@library.example', 'Order file FILEREFNO ' || n, '' || n, '', at, at,"
    f" '250 queued', '' FROM grown WHERE n % {FILE} = 1",
    "INSERT INTO outgoing_bytes (letter_id, at, raw)"
    f" SELECT n, at, CAST(title AS BLOB) FROM grown WHERE n % {FILE} = 1",
    "INSERT INTO intent (state, attempts, unfinished, last_error, event_id, seq, request_id, transaction_id,"
    " kind, body, partner, outgoing_id)"
    f" SELECT 'prepared', 1, 0, '', n * 3 + 1, 0, n, n, 'apdu', '{_SAID}', 'XX-BL',"
    f" n - (n - 1) % {FILE} FROM grown WHERE NOT lent",
    "INSERT INTO intent (state, attempts, unfinished, last_error, event_id, seq, request_id, transaction_id,"
    " kind, body, partner, outgoing_id)"
    " SELECT 'withdrawn', 1, 0, '', n * 3 + 1, 1, n, n, 'notice', json_object('notice', 'patron/ordered',"
    " 'to', 'patron'), '', NULL FROM grown",
    "INSERT INTO reference (partner, kind, value, transaction_id) SELECT 'XX-BL', 'number', number || '-1', n"
    " FROM grown WHERE NOT lent",
    "INSERT INTO reference (partner, kind, value, outgoing_id) SELECT 'XX-BL', 'message_id', message_id, id"
    " FROM outgoing UNION ALL SELECT 'XX-BL', 'file_ref', file_ref, id FROM outgoing",
    "INSERT INTO timer (transaction_id, kind, due_at, event_id, fired_event_id)"
    " SELECT n, 'UNANSWERED', at, n * 3 + 2, n * 3 + 3 FROM grown WHERE NOT is_open UNION ALL"
    f" SELECT n, CASE lent WHEN 1 THEN 'LOAN_OVERDUE' ELSE 'UNANSWERED' END, '{_NEVER}', n * 3 + 2, NULL"
    " FROM grown WHERE is_open",
    "INSERT INTO finding (request_id, words) SELECT n, lower(number) || char(10) || lower(title) || char(10)"
    " || lower(author) || char(10) FROM grown",
    # Of sixty partners, as statistics meet them; one of eleven was not supplied.
    "INSERT INTO finished_attempt (transaction_id, role, partner, service, category, outcome, reason,"
    " attempt, place, cost, month, asked_on, ended_on, asked_to_answered, asked_to_shipped,"
    " shipped_to_received, received_to_returned, returned_to_checked_in, wish_to_item)"
    " SELECT n, CASE lent WHEN 1 THEN 'RESPONDER' ELSE 'REQUESTER' END, 'XX-PARTNER-' || n % 60,"
    " CASE (n / 7) % 2 WHEN 0 THEN 'LOAN' ELSE 'COPY' END,"
    " CASE WHEN lent OR n % 7 = 0 THEN '' WHEN n % 7 < 4 THEN 'student' ELSE 'staff' END,"
    " CASE n % 11 WHEN 0 THEN 'unfilled' ELSE 'filled' END,"
    " CASE WHEN n % 11 > 0 THEN '' WHEN n % 13 < 5 THEN 'not-owned' ELSE 'in-use-on-loan' END,"
    " 1, 1, CASE n % 4 WHEN 0 THEN '{\"GBP\": \"12.50\"}' ELSE '' END, substr(at, 1, 7), substr(at, 1, 10),"
    f" substr(at, 1, 10), {_leg(5)}, {_leg(15)}, {_leg(9)}, {_leg(40)}, {_leg(9)}, {_leg(30)}"
    " FROM grown WHERE NOT is_open",
    "INSERT INTO counter (name, next) SELECT 'B', :many + 1 UNION ALL SELECT 'L', :many + 1"
    " UNION ALL SELECT 'FILE', :many + 1",
    "DROP TABLE grown",
)


def store(place: Path, many: int) -> Path:
    """Make a closed store of ``many`` requests in the folder; its file."""
    with app.opened(place) as home:
        file = home.store.path or Path()
        now = home.context.clock().strftime("%Y-%m-%d %H:%M:%S")
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("BEGIN IMMEDIATE")
    values = {"many": many, "needing": NEEDING, "now": now}
    for statement in (_ROWS, *_FILL):
        connection.execute(statement, values)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return file
