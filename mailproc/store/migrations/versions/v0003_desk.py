"""Since when each reason for attention stands; the same item again; documents; charges; service; copies;
imported readers."""

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


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False)
