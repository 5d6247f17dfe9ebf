"""Since when each reason for attention stands; the same item again; documents; charges; service; copies;
imported readers; letters' bytes apart, which can be archived."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    since = sa.Column("attention_since", sa.JSON(none_as_null=True), nullable=True)
    op.add_column("transactions", since)
    _patrons()
    op.add_column("intent", _word("trace"))
    op.add_column("outgoing", _word("trace"))
    _same_item()
    _documents()
    _charges()
    _service()
    _copies()
    _bytes()


def _same_item() -> None:
    """Earlier requests have no key: nobody is warned of them."""
    op.add_column("request", _word("title_key"))
    op.add_column("request", _word("part_key"))
    op.add_column("request", _word("words_key"))
    op.create_index("ix_request_words", "request", ["words_key"])
    op.create_index("ix_request_item", "request", ["title_key", "part_key", "id"])


def _documents() -> None:
    op.add_column("outgoing", _word("documents"))
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("type", "name", "recipient")),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("event_id", "request_id", "transaction_id")
        ),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why_not", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "digest"),
    )
    op.create_index("ix_document_request", "document", ["request_id"])
    op.create_index("ix_document_digest", "document", ["digest"])
    kept = sa.text("deleted_at IS NULL AND why_not = ''")
    op.create_index("ix_document_kept", "document", ["stored_at"], sqlite_where=kept, postgresql_where=kept)


def _charges() -> None:
    op.create_table(
        "charge",
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("request_id", "transaction_id", "event_id")
        ),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("role", "partner", "kind", "status", "amount", "currency")
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns in (("at", ["at"]), ("request", ["request_id", "id"]), ("event", ["event_id"])):
        op.create_index(f"ix_charge_{name}", "charge", columns)


def _service() -> None:
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("host", "version")),
        sa.Column("once", sa.Boolean(), nullable=False),
        *(_at(name, nullable=False) for name in ("started_at", "seen_at")),
        _at("ended_at"),
        sa.Column("failure", sa.String(), nullable=False),
        *(sa.Column(name, sa.JSON(none_as_null=True), nullable=True) for name in ("jobs", "looked")),
        *(_at(name) for name in ("sent_at", "refused_at")),
        sa.Column("refusal", sa.String(), nullable=False),
        _at("beat_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("identity", sa.Column("term", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "shared_place",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _copies() -> None:
    """Whether the store was put back from a copy, and when one was made."""
    op.add_column("identity", sa.Column("has_counters", sa.Integer(), server_default="0", nullable=False))
    op.add_column("intent", sa.Column("restored", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "restored",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inbox_until", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.String(), nullable=False),
        sa.Column("gone_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("is_over", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("size", "documents")),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _patrons() -> None:
    """A reader has a row for each import that changed it: the key has another column, so the table is new."""
    op.create_table(
        "patron_new",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("since", "until")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "email", "status", "language")),
        _at("anonymised_at"),
        *(sa.Column(name, sa.JSON(none_as_null=True), nullable=True) for name in ("barcodes", "address")),
        sa.Column("pickup", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("blocks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", "since"),
    )
    known = "id, name, email, status, language, anonymised_at"
    op.execute(
        f"INSERT INTO patron_new ({known}, since, until, pickup, source)"  # noqa: S608  # ours
        f" SELECT {known}, 0, 2147483647, '', '' FROM patron"
    )
    op.drop_table("patron")
    op.rename_table("patron_new", "patron")
    op.create_index("ix_patron_email", "patron", [sa.text("lower(email)")])
    op.create_index("ix_patron_since", "patron", ["since"])
    replaced = sa.text("until < 2147483647")
    op.create_index("ix_patron_until", "patron", ["until"], sqlite_where=replaced, postgresql_where=replaced)
    op.create_table(
        "patron_import",
        sa.Column("id", sa.Integer(), nullable=False),
        _at("begun_at", nullable=False),
        _at("current_at"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("actor", "state")),
        sa.Column("is_current", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("new", "changed", "gone", "refused")),
        sa.PrimaryKeyConstraint("id"),
    )
    current = sa.text("is_current = 1")
    op.create_index(
        "ix_patron_import_current", "patron_import", ["id"], sqlite_where=current, postgresql_where=current
    )


def _bytes() -> None:
    """The bytes of letters in tables of their own; on PostgreSQL these and the history by years."""
    op.add_column("inbox", _number("archived"))
    op.add_column("outgoing", _number("archived"))
    op.add_column("outgoing", _word("digest"))
    server = op.get_bind().dialect.name == "postgresql"
    if server:
        _history_by_years()
    for letters, at in (("inbox", "received_at"), ("outgoing", "prepared_at")):
        _bytes_table(f"{letters}_bytes", server=server)
        if server:
            _partitions(f"{letters}_bytes", letters, at)
        op.execute(f"INSERT INTO {letters}_bytes (letter_id, at, raw) SELECT id, {at}, raw FROM {letters}")  # noqa: S608  # ours
        if server:
            op.execute(f"ALTER TABLE {letters} DROP COLUMN raw")
            op.execute(f"CLUSTER {letters} USING {letters}_pkey")  # or their room would stay taken
        else:
            _made_again_without_bytes(letters)


def _made_again_without_bytes(table: str) -> None:
    """SQLite's DROP COLUMN would leave every page of the table half empty, for good."""
    ask = op.get_bind().exec_driver_sql
    (made,) = ask("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).one()
    indexes = ask("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index'", (table,)).all()
    names = [row[1] for row in ask(f"PRAGMA table_info({table})")]
    kept = ", ".join(f'"{name}"' for name in names if name != "raw")
    new = re.sub(rf'"?{table}"?', f"{table}_new", made, count=1)
    ask(re.sub(r"\braw BLOB NOT NULL\s*,", "", new, count=1))
    ask(f"INSERT INTO {table}_new ({kept}) SELECT {kept} FROM {table}")  # noqa: S608  # ours
    ask(f"DROP TABLE {table}")
    ask(f"ALTER TABLE {table}_new RENAME TO {table}")
    for (index,) in indexes:
        if index:
            ask(index)


def _bytes_table(name: str, *, server: bool) -> None:
    op.create_table(
        name,
        sa.Column("letter_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", *(["at"] if server else [])),
        postgresql_partition_by="RANGE (at)",
    )


def _history_by_years() -> None:
    op.execute("ALTER TABLE history RENAME TO history_was")
    op.execute("ALTER INDEX history_pkey RENAME TO history_was_pkey")
    for name in ("ix_history_transaction", "ix_history_event"):
        op.drop_index(name, "history_was")
    op.execute(
        "CREATE TABLE history (LIKE history_was INCLUDING DEFAULTS, PRIMARY KEY (id, at))"
        " PARTITION BY RANGE (at)"
    )
    op.execute("ALTER SEQUENCE history_id_seq OWNED BY history.id")
    _partitions("history", "history_was", "at")
    op.execute("INSERT INTO history SELECT * FROM history_was")
    op.drop_table("history_was")
    op.create_index("ix_history_transaction", "history", ["transaction_id", "id"])
    op.create_index("ix_history_event", "history", ["event_id"])


def _partitions(table: str, source: str, at: str) -> None:
    """One for each year that there is, for this one and the two that follow; and one for all others."""
    op.execute(f"CREATE TABLE {table}_other PARTITION OF {table} DEFAULT")
    for year in _years(source, at):
        bounds = f"FROM ('{year}-01-01 00:00:00+00') TO ('{year + 1}-01-01 00:00:00+00')"
        op.execute(f"CREATE TABLE {table}_{year} PARTITION OF {table} FOR VALUES {bounds}")


def _years(source: str, at: str) -> Iterator[int]:
    ends = op.get_bind().exec_driver_sql(f"SELECT min({at}), max({at}) FROM {source}").one()  # noqa: S608  # ours
    now = datetime.now(UTC).year
    found = [one.astimezone(UTC).year for one in ends if one is not None]
    first = max(min([*found, now]), 1970)
    yield from range(first, min(max([*found, now]), now) + 3)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False)
