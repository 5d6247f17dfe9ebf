"""Letters that a look passed over; why a letter is not proven; copies are told apart by their proven
senders; alarms count what they do not tell; which store this is; no letter's way looks through a table."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


_NAMES = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
"""By which SQLite's constraints, which have none, are named while their table is made again."""


def upgrade() -> None:
    _proven_senders()
    op.add_column("inbox", sa.Column("proof_note", sa.String(), nullable=True))
    op.create_table(
        "passed_over",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("uid", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", "uidvalidity", "uid"),
    )
    op.create_table(
        "identity",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        _number("verified"),
        sa.PrimaryKeyConstraint("store_id"),
    )
    _indexes()
    _heard()
    _growth()
    by = sa.Column("transport", sa.String(), server_default=sa.text("'mail'"), nullable=False)
    op.add_column("outgoing", by)
    op.drop_table("partner")  # a mirror of config.toml that nothing read


def _proven_senders() -> None:
    _inbox()
    _transactions()
    _partner_learned()
    _counts()


def _inbox() -> None:
    taken = sa.text("taken_from <> ''")
    was = ["digest", "door", "rcpt_to"]
    becomes = [*was, "mail_from", "peer", "login"]
    _unique("inbox", was, becomes, _word("content_digest"), _word("taken_from"))
    op.execute(
        "UPDATE inbox SET taken_from = partner WHERE state = 'done' AND proof NOT IN ('', 'learned')"
        " AND note <> 'attached by staff' AND note NOT LIKE 'the same letter as %'"
    )
    op.drop_index("ix_inbox_message_id", "inbox")
    for name, columns in (
        ("ix_inbox_message_id", ["message_id", "content_digest", "taken_from"]),
        ("ix_inbox_taken", ["digest", "taken_from"]),
    ):
        op.create_index(name, "inbox", columns, sqlite_where=taken, postgresql_where=taken)


def _transactions() -> None:
    name = ["role", "initial_requester", "tgq", "tq", "stq"]
    _unique("transactions", name, [*name, "opened_by"], _word("opened_by"))
    op.execute("UPDATE transactions SET opened_by = partner WHERE role = 'RESPONDER'")


def _partner_learned() -> None:
    known = ["partner", "kind", "value"]
    _unique("partner_learned", known, [*known, "transaction_id"], _number("transaction_id"), _word("symbol"))


def _counts() -> None:
    op.add_column("alarm", _number("told"))
    op.add_column("alarm", _number("untold"))
    op.add_column("auto_reply", _word("partner"))
    op.create_index("ix_auto_reply_partner", "auto_reply", ["partner"])


def _indexes() -> None:
    op.create_index("ix_reference_value", "reference", ["value", "kind"])
    op.create_index("ix_transactions_tgq", "transactions", ["tgq", "role"])
    op.create_index("ix_intent_outgoing", "intent", ["outgoing_id"])
    op.create_index("ix_candidate_transaction", "candidate", ["transaction_id"])
    op.create_index("ix_alarm_raised", "alarm", ["raised_at"])
    op.create_index("ix_partner_learned_transaction", "partner_learned", ["transaction_id"])
    shelved = sa.text("state = 'shelved'")  # by its proof: SQLite keeps that behind the letter's bytes
    op.create_index(
        "ix_inbox_shelf", "inbox", ["state", "proof", "id"], sqlite_where=shelved, postgresql_where=shelved
    )
    paused = sa.text("kind = 'paused'")
    op.create_index(
        "ix_partner_learned_paused",
        "partner_learned",
        ["partner"],
        sqlite_where=paused,
        postgresql_where=paused,
    )


def _growth() -> None:
    """What staff ask for, and what waits, is found without looking through all that was."""
    _short_words()
    op.create_index("ix_history_event", "history", ["event_id"])
    op.create_index("ix_outgoing_partner", "outgoing", ["state", "partner", "not_before", "id"])
    op.create_index("ix_transactions_typed", "transactions", [sa.text("upper(tgq)")])
    op.create_index("ix_transactions_partner_state", "transactions", ["partner", "state", "updated_at"])
    op.create_index("ix_transactions_role_state", "transactions", ["role", "state", "updated_at"])
    for name, table, columns, where in (
        ("ix_inbox_deferred", "inbox", ["state", "id"], "state = 'todo' AND last_error <> ''"),
        ("ix_event_shelf", "event", ["state", "id"], "state = 'shelved'"),
        ("ix_event_digest", "event", ["at"], "type = 'digest'"),
        ("ix_transactions_promised", "transactions", ["request_id"], "promise IS NOT NULL"),
        ("ix_timer_kind", "timer", ["kind", "due_at"], "fired_event_id IS NULL"),
        ("ix_intent_waiting", "intent", ["kind", "partner", "not_before", "id"], "state IN ('held', 'todo')"),
    ):
        few = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=few, postgresql_where=few)


def _short_words() -> None:
    """Of one or two letters: found by the trigrams that begin with them, so each text ends with a line."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    end = f"substr(words, 1, 3999) || {'char' if sqlite else 'chr'}(10)"
    op.execute(f"UPDATE finding SET words = {end} WHERE length(words) >= 4000")  # noqa: S608  # ours
    if sqlite and sa.inspect(op.get_bind()).has_table("finding_index"):
        op.execute("CREATE VIRTUAL TABLE finding_index_terms USING fts5vocab(finding_index, 'row')")


def _heard() -> None:
    """By what a message is found: the name of its transaction, and its service times."""
    for name in ("about", "sent_at", "original_sent_at"):
        op.add_column("event", _word(name))
    fields = {name: _field(name) for name in ("sent_at", "original_sent_at")}
    tgq, tq, number, code = (
        _field(*path)
        for path in (
            ("transaction", "tgq"),
            ("transaction", "tq"),
            ("ref", "number"),
            ("ref", "customer_code"),
        )
    )
    fields["about"] = (
        f"CASE WHEN {_field('transaction')} IS NULL THEN upper(coalesce({number}, '')) || '/' ||"
        f" coalesce({code}, '') ELSE coalesce({tgq}, '') || '/' || coalesce({tq}, '') END"
    )
    values = ", ".join(f"{name} = substr(coalesce({said}, ''), 1, 200)" for name, said in fields.items())
    op.execute(sa.text(f"UPDATE event SET {values} WHERE apdu IS NOT NULL"))  # noqa: S608  # of the constants above
    unplaced = sa.text("transaction_id IS NULL AND state = 'shelved'")
    op.drop_index("ix_event_unplaced", "event")
    op.create_index(
        "ix_event_unplaced",
        "event",
        ["partner", "about"],
        sqlite_where=unplaced,
        postgresql_where=unplaced,
    )
    op.create_index("ix_event_sent", "event", ["transaction_id", "sent_at"])
    op.create_index("ix_event_original", "event", ["transaction_id", "original_sent_at"])


def _field(*path: str) -> str:
    """A field of an event's APDU, as text; NULL where there is none."""
    if op.get_bind().dialect.name == "sqlite":
        return f"json_extract(apdu, '$.{'.'.join(path)}')"
    *outer, last = path
    return "apdu " + "".join(f"-> '{name}' " for name in outer) + f"->> '{last}'"


def _unique(table: str, was: list[str], becomes: list[str], *more: sa.Column[object]) -> None:
    """Give the table ``more`` columns and another unique key. SQLite makes the table again for it."""
    if op.get_bind().dialect.name == "sqlite":
        old = f"uq_{table}_{was[0]}"
        with op.batch_alter_table(table, recreate="always", naming_convention=_NAMES) as batch:
            for column in more:
                batch.add_column(column)
            batch.drop_constraint(old, type_="unique")
            batch.create_unique_constraint(old, becomes)
        return
    for column in more:
        op.add_column(table, column)
    op.drop_constraint("_".join([table, *was, "key"]), table, type_="unique")
    op.create_unique_constraint(None, table, becomes)


def _word(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)
