"""The first tables."""

import logging

import sqlalchemy as sa
from alembic import op

_log = logging.getLogger("mailproc.store.migrations")

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key"),
    )
    op.create_table(
        "auto_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auto_reply_address", "auto_reply", ["address"])

    op.create_table(
        "candidate",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("why_not", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "position"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "event",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("heard_by", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("apdu", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ref", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("repeat_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("inbox_id", "position"),
        sa.UniqueConstraint("once"),
    )
    op.create_index("ix_event_queue", "event", ["state", "not_before", "id"])
    unplaced = sa.text("transaction_id IS NULL AND state = 'shelved'")
    op.create_index(
        "ix_event_unplaced",
        "event",
        ["partner", "id"],
        sqlite_where=unplaced,
        postgresql_where=unplaced,
    )
    op.create_index("ix_event_repeat", "event", ["transaction_id", "repeat_key"])
    op.create_index("ix_event_transaction", "event", ["transaction_id", "id"])

    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_history_transaction", "history", ["transaction_id", "id"])

    op.create_table(
        "inbox",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("mail_from", sa.String(), nullable=False),
        sa.Column("rcpt_to", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", "door", "rcpt_to"),
    )
    op.create_index("ix_inbox_message_id", "inbox", ["message_id"])
    op.create_index("ix_inbox_queue", "inbox", ["state", "not_before", "id"])

    op.create_table(
        "intent",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("outgoing_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "seq"),
    )
    op.create_index("ix_intent_queue", "intent", ["state", "not_before", "id"])
    op.create_index("ix_intent_transaction", "intent", ["transaction_id", "id"])

    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outgoing",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("mail_from", sa.String(), nullable=False),
        sa.Column("rcpt_to", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("file_ref", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("secret_ref", sa.String(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("ix_outgoing_file", "outgoing", ["partner", "file_ref"])
    op.create_index("ix_outgoing_queue", "outgoing", ["state", "not_before", "id"])

    op.create_table(
        "partner",
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("symbol"),
    )
    op.create_table(
        "partner_learned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("partner", "kind", "value"),
    )
    op.create_table(
        "patron",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "reference",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("outgoing_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("partner", "kind", "value"),
    )
    order_lines = sa.text("kind = 'order_line'")
    op.create_index(
        "ix_reference_line",
        "reference",
        ["transaction_id"],
        sqlite_where=order_lines,
        postgresql_where=order_lines,
    )
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("item", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("patron_id", sa.String(), nullable=True),
        sa.Column("delivery", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("need_before_on", sa.Date(), nullable=True),
        sa.Column("max_cost", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("keywords", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("copyright_declared", sa.Boolean(), nullable=False),
        sa.Column("more", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_request_patron", "request", ["patron_id"])
    not_over = sa.text("closed_at IS NULL")
    op.create_index("ix_request_open", "request", ["id"], sqlite_where=not_over, postgresql_where=not_over)
    op.create_table(
        "template_good",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("fired_event_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    unfired = sa.text("fired_event_id IS NULL")
    op.create_index("ix_timer_due", "timer", ["due_at"], sqlite_where=unfired, postgresql_where=unfired)
    op.create_index(
        "ix_timer_one",
        "timer",
        ["transaction_id", "kind"],
        unique=True,
        sqlite_where=unfired,
        postgresql_where=unfired,
    )

    op.create_table(
        "transactions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("initial_requester", sa.String(), nullable=False),
        sa.Column("tgq", sa.String(), nullable=False),
        sa.Column("tq", sa.String(), nullable=False),
        sa.Column("stq", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_before", sa.String(), nullable=False),
        sa.Column("promise", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("renewable", sa.Boolean(), nullable=True),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("last_service_at", sa.String(), nullable=False),
        sa.Column("attention", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("moved_event_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_id", "attempt"),
        sa.UniqueConstraint("role", "initial_requester", "tgq", "tq", "stq"),
    )
    op.create_index("ix_transactions_list", "transactions", ["state", "updated_at"])
    op.create_index("ix_transactions_age", "transactions", ["updated_at"])
    op.create_index("ix_transactions_partner", "transactions", ["partner", "updated_at"])
    asking = sa.text("attention IS NOT NULL")
    op.create_index(
        "ix_transactions_attention",
        "transactions",
        ["updated_at"],
        sqlite_where=asking,
        postgresql_where=asking,
    )

    op.create_table(
        "finding",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
    )
    _index_of_finding()


def _index_of_finding() -> None:
    """Left out where the database has no trigrams, or we may not have its extension: then
    ``finding`` is looked through."""
    connection = op.get_bind()
    steps = _TRIGRAMS[connection.dialect.name]
    try:
        with connection.begin_nested():
            for step in steps:
                connection.exec_driver_sql(step)
    except sa.exc.DBAPIError as error:
        _log.warning("requests are found without an index: %s", str(error.orig).splitlines()[0])


_TRIGRAMS = {
    "sqlite": (
        # Its trigrams alone, no places: what it finds is compared with the whole text anyway.
        "CREATE VIRTUAL TABLE finding_index USING fts5("
        "words, content='finding', content_rowid='request_id', detail='none', tokenize='trigram')",
        "CREATE TRIGGER finding_new AFTER INSERT ON finding BEGIN"
        " INSERT INTO finding_index (rowid, words) VALUES (new.request_id, new.words); END",
        "CREATE TRIGGER finding_gone AFTER DELETE ON finding BEGIN"
        " INSERT INTO finding_index (finding_index, rowid, words)"
        " VALUES ('delete', old.request_id, old.words); END",
        "CREATE TRIGGER finding_changed AFTER UPDATE ON finding BEGIN"
        " INSERT INTO finding_index (finding_index, rowid, words)"
        " VALUES ('delete', old.request_id, old.words);"
        " INSERT INTO finding_index (rowid, words) VALUES (new.request_id, new.words); END",
    ),
    "postgresql": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX finding_index ON finding USING gin (words gin_trgm_ops)",
    ),
}
