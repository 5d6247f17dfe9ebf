"""Find requests by what a person types: number, partner's number, title, author, ISBN, reader.

``finding`` holds for each request everything it can be found by, folded into one text. Functions that write
one of its sources call ``keep`` in the same commit, and ``keep`` makes the text again from all of them. The
index over the texts (SQLite: FTS5 with trigrams; PostgreSQL: pg_trgm) only saves reading every text: without
it the result is the same.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from anyascii import anyascii
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    column,
    event,
    false,
    select,
    table,
    text,
    true,
)

from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.db_errors import try_later
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.savepoint import savepoint
from mailproc.store.submission_tables import SubmissionRow
from mailproc.store.tables import FindingRow, ReferenceRow, RequestRow, TransactionRow
from mailproc.store.text import storable

_log = logging.getLogger(__name__)
_KEPT = "requests whose text is made at COMMIT"
FINDING = table_of(FindingRow)
INDEX = "finding_index"
TRIGRAMS = "finding_index_terms"
"""SQLite: every trigram in the index, for words of two letters."""
MANY = 200
"""Trigrams that begin with two given letters; more of them match nearly every text."""
LONGEST = 4000
"""Characters of a text. A stranger's order of a thousand lines is found by its first ones."""
FEW = 1000
"""Up to this number, hits are sorted by age; of more, the newest are soon found by going back in time."""

_INDEX = table(INDEX, column("rowid"))
_REQUEST = table_of(RequestRow)
_TRANSACTION = table_of(TransactionRow)
_REFERENCE = table_of(ReferenceRow)
_SUBMISSION = table_of(SubmissionRow)
_WRITTEN = ("name", "email")
_CITED = ("title", "article_title", "author", "article_author", "isbn", "issn")

# A row for each attempt and each of its partner's names; one query, because each new order runs it.
_SOURCES = Constant(
    select(
        _REQUEST.c.number, _REQUEST.c.title, _REQUEST.c.author, _REQUEST.c.item, _REQUEST.c.patron_id,
        PATRON.c.name, _TRANSACTION.c.tgq, _TRANSACTION.c.options, _REFERENCE.c.value,
        _SUBMISSION.c.reader.label("submitted"), _SUBMISSION.c.patron_id.label("submitted_id"),
    )
    .select_from(
        _REQUEST.outerjoin(PATRON, and_(PATRON.c.id == _REQUEST.c.patron_id, IS_CURRENT))
        .outerjoin(_SUBMISSION, _SUBMISSION.c.request_id == _REQUEST.c.id)
        .outerjoin(_TRANSACTION, _TRANSACTION.c.request_id == _REQUEST.c.id)
        .outerjoin(
            _REFERENCE,
            and_(_REFERENCE.c.transaction_id == _TRANSACTION.c.id, text("reference.kind = 'order_line'")),
        )
    )
    .where(_REQUEST.c.id == bindparam("request_id"))
    .order_by(_TRANSACTION.c.id, _REFERENCE.c.value)
)  # fmt: skip
_KEEP = Constant(
    text(
        "INSERT INTO finding (request_id, words) VALUES (:request_id, :words)"
        " ON CONFLICT (request_id) DO UPDATE SET words = excluded.words"
        " WHERE finding.words <> excluded.words"
    )
)


def keep(connection: Connection, request_id: int) -> None:
    """Make the request's text from what the store holds now."""
    connection.info.setdefault(_KEPT, {})[request_id] = None


def make_at_commit(engine: Engine) -> None:
    """Have the engine's connections make the texts that ``keep`` asked for right before each COMMIT."""
    event.listen(engine, "commit", make_texts, insert=True)  # others look at what is to be committed
    event.listen(engine, "rollback", _forget)


def make_texts(connection: Connection) -> None:
    """Make those that were asked for since the connection's transaction began.

    A text that cannot be made is logged: its request is not found by words, and all else is committed.
    """
    wanted = connection.info.pop(_KEPT, None)
    if wanted is None:
        return
    try:
        with savepoint(connection):  # one for all: at each, FTS5 writes what it has
            for request_id in wanted:
                _make_text(connection, request_id)
    except Exception as error:
        if try_later(error) is not None:
            raise
        for request_id in wanted:
            _make_text_if_possible(connection, request_id)


def _make_text(connection: Connection, request_id: int) -> None:
    words = words_of(connection, request_id)
    if words:  # else what made the request was undone
        _KEEP.run(connection, {"request_id": request_id, "words": words})


def _make_text_if_possible(connection: Connection, request_id: int) -> None:
    try:
        with savepoint(connection):
            _make_text(connection, request_id)
    except Exception as error:
        if try_later(error) is not None:
            raise
        _log.exception("the words of request %d cannot be stored: a search does not find it", request_id)


def _forget(connection: Connection) -> None:
    if not connection.invalidated:
        connection.info.pop(_KEPT, None)


def words_of(connection: Connection, request_id: int) -> str:
    """Return everything the request can be found by, folded, one item per line, each once."""
    lines = ""
    for _, said in named_texts(connection, request_id):
        line = " ".join(fold(storable(said)).split())
        if line not in lines:
            lines += line + "\n"
    return lines if len(lines) <= LONGEST else f"{lines[: LONGEST - 1]}\n"  # so each pair begins a trigram


def named_texts(connection: Connection, request_id: int) -> Iterator[tuple[str, str]]:
    """Yield each text that the request can be found by, with the name of its field; '' where it is empty."""
    rows = _SOURCES.rows(connection, {"request_id": request_id})
    if not rows:
        return
    request = rows[0]
    yield from (("number", request["number"]), ("reader_number", request["patron_id"] or ""))
    yield "reader", request["name"] or ""
    yield "form", request["submitted_id"] or ""  # whoever asks for a wish knows what the form said
    written = request["submitted"] or {}
    yield from (("form", str(written.get(name) or "")) for name in _WRITTEN)
    for row in rows:
        yield "ordered_as", str((row["options"] or {}).get("number") or "")
        yield from (("their_number", row[name] or "") for name in ("tgq", "value"))
    yield from (("title", request["title"]), ("author", request["author"]))
    yield from _cited(request["item"] or {})


def _cited(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    cited = {name: str(item.get(name) or "") for name in _CITED}
    yield from cited.items()
    for name in ("isbn", "issn"):  # typed with its hyphens or without
        yield name, cited[name].replace("-", "")
    yield from (("lines", str(line)) for line in item.get("lines") or ())


def fold(said: str) -> str:
    """Return small ASCII letters without accents: the same on both databases, and on any keyboard."""
    return (said if said.isascii() else anyascii(said)).lower()


def fits(connection: Connection, typed: str) -> ColumnElement[bool]:
    """Return the condition on ``request`` that its text contains each word of ``typed``."""
    words = words_typed(typed)
    if words is None:
        return false()
    hits = _hits(connection, words)
    if hits is None:
        return false()
    found = connection.execute(hits.limit(FEW + 1)).scalars().all()
    if len(found) <= FEW:
        return _REQUEST.c.id.in_(found)
    every = select(FINDING.c.request_id).where(_all_in(words))
    return every.where(FINDING.c.request_id == _REQUEST.c.id).exists()


def words_typed(typed: str) -> list[str] | None:
    """Return the words, folded; None if one contains nothing that the texts could contain."""
    folded = ["".join(fold(storable(word)).split()) for word in typed.split()]
    return folded if all(folded) else None


def _hits(connection: Connection, words: list[str]) -> Select[Any] | None:
    """Return the statement for the ids; None if the index shows that nothing contains them all.

    The index is joined, not asked with IN: so it is read no further than the statement's limit."""
    every = select(FINDING.c.request_id).where(_all_in(words))
    if not _has_index(connection):
        return every
    trigrams = [[word[at : at + 3]] for word in words for at in range(len(word) - 2)]
    trigrams = trigrams or [_beginning(connection, word) for word in words if len(word) == 2]
    if [] in trigrams:
        return None
    few = {" OR ".join(map(_quoted, some)): None for some in trigrams if len(some) <= MANY}
    if not few:
        return every
    match = text(f"{INDEX} MATCH :wanted").bindparams(wanted=" AND ".join(f"({one})" for one in few))
    return every.select_from(_INDEX.join(FINDING, FINDING.c.request_id == _INDEX.c.rowid)).where(match)


def _beginning(connection: Connection, word: str) -> list[str]:
    """Return the trigrams that begin with two letters, at most one more than ``MANY``."""
    after = word[:-1] + chr(ord(word[-1]) + 1)
    terms = text(f"SELECT term FROM {TRIGRAMS} WHERE term >= :word AND term < :after LIMIT :most")  # noqa: S608
    values = {"word": word, "after": after, "most": MANY + 1}
    return list(connection.execute(terms, values).scalars())


def _quoted(trigram: str) -> str:
    return '"' + trigram.replace('"', '""') + '"'


def _all_in(words: list[str]) -> ColumnElement[bool]:
    return and_(true(), *(FINDING.c.words.contains(word, autoescape=True) for word in words))


def _has_index(connection: Connection) -> bool:
    """Return whether SQLite has the index (PostgreSQL uses its own automatically)."""
    if connection.dialect.name != "sqlite":
        return False
    there = text("SELECT 1 FROM sqlite_master WHERE name = :name")
    return connection.execute(there, {"name": INDEX}).first() is not None
