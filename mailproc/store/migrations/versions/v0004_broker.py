"""What lies around the exchange of messages: look-up, requests to review, hooks, figures, forgetting."""

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _hook_calls()
    _senders()
    _submissions()
    _patron_numbers()
    _privacy()
    _catalogues()
    _figures()
    _staff()
    _api()
    _item_barcodes()
    _put_off()
    _loans_by_due_day()
    _template_versions()
    _readers()
    _service()
    _hub()


def _service() -> None:
    op.add_column("service", sa.Column("metrics_fault", sa.String(), nullable=True))
    op.add_column("service", sa.Column("desk_fault", sa.String(), nullable=True))
    op.add_column("service", sa.Column("ports", sa.JSON(none_as_null=True), nullable=True))


def _template_versions() -> None:
    op.create_table(
        "template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        *_words("path"),
        sa.Column("text", sa.String(), nullable=True),
        *_words("state", "login"),
        _at("at", nullable=False),
        *_words("note"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_template_version_path", "template_version", ["path", "id"])


def _hub() -> None:
    op.create_table(
        "hub", *_words("name"), sa.Column("asked_on", sa.Date(), nullable=True), _at("failing_since"),
        *_words("last_error"), _at("told_at"), sa.PrimaryKeyConstraint("name"),
    )  # fmt: skip


def _hook_calls() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "hook_call",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", at, nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("hook", "kind")),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("request_id", "transaction_id", "event_id")
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("event", "key")),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("written_at", at, nullable=False),
        *(sa.Column(name, at, nullable=True) for name in ("begun_at", "ended_at")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("reply", "trace")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    waits = sa.text("state IN ('prepared', 'sending', 'in_doubt', 'held', 'shelved')")
    op.create_index("ix_hook_call_queue", "hook_call", ["state", "hook", "not_before", "id"])
    op.create_index("ix_hook_call_last", "hook_call", ["hook", "ended_at"])
    op.create_index("ix_hook_call_request", "hook_call", ["request_id", "id"])
    op.create_index(
        "ix_hook_call_order",
        "hook_call",
        ["request_id", "hook", "id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )


def _senders() -> None:
    """Letters that were read before have none: their lists go on as they were."""
    op.add_column("inbox", sa.Column("said_from", sa.String(), nullable=False, server_default=""))


def _submissions() -> None:
    op.create_table(
        "submission",
        sa.Column("request_id", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "source", "content")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("partner", "number")),
        sa.Column("guessed", sa.Boolean(), nullable=False),
        sa.Column("patron_id", sa.String(), nullable=False),
        *(_json(name) for name in ("reader", "lenders", "unread", "doubtful")),
        *_words("words", "counted"),
        _json("event_ids"),
        sa.PrimaryKeyConstraint("request_id"),
    )
    waiting = sa.text("state = 'review'")
    op.create_index(
        "ix_submission_review", "submission", ["request_id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_submission_content", "submission", ["content", "at"])
    op.create_index("ix_submission_patron", "submission", ["patron_id"])
    decided = sa.text("state <> 'review'")
    op.create_index(
        "ix_submission_figures",
        "submission",
        ["state", "partner", "at"],
        sqlite_where=decided,
        postgresql_where=decided,
    )
    op.create_index("ix_submission_counted", "submission", ["counted", "source", "at"])
    op.create_index("ix_submission_number", "submission", ["source", "number"])
    alone = sa.text("transaction_id IS NULL")
    op.create_index("ix_intent_request", "intent", ["request_id"], sqlite_where=alone, postgresql_where=alone)


def _patron_numbers() -> None:
    """Filled as ``store/patron_numbers.py`` does: id and barcodes, folded."""
    number = op.create_table(
        "patron_number",
        *_words("folded", "patron_id"),
        sa.PrimaryKeyConstraint("folded", "patron_id"),
    )
    op.create_index("ix_patron_number_patron", "patron_number", ["patron_id"])
    patron = sa.table("patron", sa.column("id", sa.String()), sa.column("barcodes", sa.JSON()))
    connection, after = op.get_bind(), ""
    portion = sa.select(patron.c.id).distinct().order_by(patron.c.id).limit(1000)
    while ids := connection.execute(portion.where(patron.c.id > after)).scalars().all():
        these = sa.select(patron).where(patron.c.id > after, patron.c.id <= ids[-1])
        rows = connection.execute(these).all()  # a reader may have several: all in one portion
        found = {(one, row.id) for row in rows for one in _folded(row.id, *(row.barcodes or ()))}
        if found:  # without rows it would insert one of defaults
            connection.execute(number.insert(), [{"folded": one, "patron_id": who} for one, who in found])
        after = ids[-1]


def _folded(*numbers: str) -> Iterable[str]:
    """Fold as this release does: a step writes the same for ever."""
    for one in numbers:
        plain = unicodedata.normalize("NFKC", str(one)[:200]).casefold()
        if folded := "".join(sign for sign in plain if sign.isalnum()):
            yield folded


def _catalogues() -> None:
    op.create_table(
        "look_up",
        sa.Column("request_id", sa.Integer(), nullable=False, autoincrement=False),
        *(_words("catalogue", "use")),
        _at("at", nullable=False),
        _json("answer"),
        *(_words("fault")),
        _at("retry_at"),
        sa.PrimaryKeyConstraint("request_id", "catalogue"),
    )
    op.create_table(
        "catalogue_answer",
        *(_words("catalogue", "question")),
        _at("at", nullable=False),
        _at("until", nullable=False),
        _json("answer"),
        sa.PrimaryKeyConstraint("catalogue", "question"),
    )
    op.create_index("ix_catalogue_answer_until", "catalogue_answer", ["until"])
    op.create_table(
        "catalogue_pause",
        *(_words("catalogue")),
        _at("until", nullable=False),
        *(_words("why")),
        sa.PrimaryKeyConstraint("catalogue"),
    )


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=True)


def _privacy() -> None:
    """Requests of earlier releases are named until they are anonymised."""
    op.add_column("request", sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
    kept = sa.Column("declaration_kept", sa.Integer(), nullable=False, server_default="0")
    op.add_column("request", kept)
    named = sa.text("anonymised_at IS NULL AND closed_at IS NOT NULL")
    op.create_index("ix_request_named", "request", ["closed_at"], sqlite_where=named, postgresql_where=named)
    declared = sa.text("declaration_kept = 1")
    op.create_index(
        "ix_request_declaration", "request", ["closed_at"], sqlite_where=declared, postgresql_where=declared
    )


def _figures() -> None:
    """Of attempts that are over by now, the service writes the rows itself (``flow/older_attempts.py``)."""
    legs = (
        "asked_to_answered", "asked_to_shipped", "shipped_to_received", "received_to_returned",
        "returned_to_checked_in", "wish_to_item",
    )  # fmt: skip
    op.create_table(
        "finished_attempt",
        sa.Column("transaction_id", sa.Integer(), nullable=False, autoincrement=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("role", "partner", "service", "category", "outcome", "reason")
        ),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attempt", "place")),
        *_words("cost", "month"),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("asked_on", "ended_on")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in legs),
        sa.PrimaryKeyConstraint("transaction_id"),
    )
    op.create_index(
        "ix_finished_attempt_figures",
        "finished_attempt",
        [
            "role", "partner", "service", "category", "outcome", "reason", "attempt", "place", "cost",
            "asked_on", *legs,
        ],
    )  # fmt: skip
    op.create_index(
        "ix_finished_attempt_months",
        "finished_attempt",
        ["role", "month", "outcome", "reason", "attempt", "place", "cost", "asked_on", *legs],
    )
    op.create_table(
        "older_attempts",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("id", "until", "done")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "INSERT INTO older_attempts (id, until, done) SELECT 1, newest, 0"
        " FROM (SELECT max(id) AS newest FROM transactions) AS known WHERE newest IS NOT NULL"
    )


def _staff() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "staff",
        *_words("login", "name", "role", "hash"),
        sa.Column("added_at", at, nullable=False),
        sa.Column("out_at", at, nullable=True),
        sa.PrimaryKeyConstraint("login"),
    )
    op.create_table(
        "staff_session",
        *_words("token", "login"),
        *(sa.Column(name, at, nullable=False) for name in ("begun_at", "seen_at")),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_staff_session_login", "staff_session", ["login"])
    op.create_table(
        "saved_list",
        *_words("login", "name"),
        sa.Column("chosen", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("login", "name"),
    )


def _api() -> None:
    done = sa.text("actor <> ''")
    op.create_index("ix_event_actor", "event", ["actor", "id"], sqlite_where=done, postgresql_where=done)
    op.create_table(
        "api_token",
        *_words("name", "digest", "role"),
        _at("added_at", nullable=False),
        _at("out_at"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_api_token_digest", "api_token", ["digest"])
    op.create_table(
        "api_answer",
        *_words("token", "key", "asked", "answer"),
        _at("at", nullable=False),
        sa.PrimaryKeyConstraint("token", "key"),
    )
    op.create_index("ix_api_answer_at", "api_answer", ["at"])


def _loans_by_due_day() -> None:
    out = sa.text(
        "state || '' IN ('SHIPPED', 'RECEIVED', 'RENEW_PENDING', 'NOT_RECEIVED_OVERDUE', 'RENEW_OVERDUE',"
        " 'OVERDUE', 'RECALL')"
    )
    op.create_index(
        "ix_transactions_due", "transactions", ["due_on", "id"], sqlite_where=out, postgresql_where=out
    )


def _item_barcodes() -> None:
    """No earlier release knew barcodes of items."""
    op.create_table(
        "item_barcode",
        *_words("barcode"),
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("barcode", "transaction_id"),
    )


def _put_off() -> None:
    op.create_table(
        "put_off", sa.Column("request_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("until_on", sa.Date(), nullable=False), sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("request_id"),
    )  # fmt: skip
    op.create_index("ix_put_off_until", "put_off", ["until_on"])


def _readers() -> None:
    op.add_column("document", sa.Column("fetched", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "reader_session", *_words("token", "patron_id"), _at("begun_at", nullable=False),
        _at("seen_at", nullable=False), sa.PrimaryKeyConstraint("token"),
    )  # fmt: skip
    op.create_index("ix_reader_session_patron", "reader_session", ["patron_id"])
    op.create_table(
        "reader_link", sa.Column("id", sa.Integer(), nullable=False), *_words("patron_id"),
        sa.Column("event_id", sa.Integer(), nullable=False), _at("asked_at", nullable=False),
        sa.Column("token", sa.String(), nullable=True), _at("until"), sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_reader_link_patron", "reader_link", ["patron_id", "asked_at"])
    op.create_index("ix_reader_link_asked", "reader_link", ["asked_at"])
    op.create_index("ix_reader_link_token", "reader_link", ["token"])
