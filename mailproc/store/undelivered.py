"""Letters of ours that did not arrive: the states of a transaction's letters, why others wait, and dismissing
one."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from mailproc.sentence import Part, joined
from mailproc.store.outgoing import INTENT, OUTGOING, change, record

FAILED = ("bounced", "shelved")
"""States of a letter that did not arrive, for staff to look at."""
GIVEN_UP = (*FAILED, "dismissed")
"""The same, and where staff have looked."""
OUT = ("sending", "in_doubt", "handed_over", "filed")
"""States of a letter that may still bounce."""
MOST = 5
_DEFERRED = (
    select(OUTGOING.c.last_error)
    .where(OUTGOING.c.state == "prepared", OUTGOING.c.not_before.is_not(None))
    .order_by(OUTGOING.c.not_before.desc(), OUTGOING.c.id.desc())
    .limit(50)
    .subquery()
)
_TROUBLE_KNOWN = select(_DEFERRED.c.last_error).where(_DEFERRED.c.last_error == bindparam("why")).limit(1)


def dismiss(connection: Connection, outgoing_id: int, why: Part) -> bool:
    """Dismiss a letter that bounced or was given up, with its reason kept; False for any other."""
    row = record(connection, outgoing_id)
    if row is None or row.state not in FAILED:
        return False
    told = joined(row.last_error, why)
    change(connection, outgoing_id, state="dismissed", last_error=told)
    return True


def trouble_known(connection: Connection, why: str) -> bool:
    """Return whether another letter waits for the same reason.

    Only the fifty with the latest next try are checked: this runs for each deferred letter, and thousands may
    wait.
    """
    return connection.execute(_TROUBLE_KNOWN, {"why": why}).first() is not None


def perhaps(connection: Connection, transaction_id: int) -> list[int]:
    """Select the last letters of the transaction that may still bounce, at most ``MOST``."""
    letters = select(OUTGOING.c.id).join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
    this = (INTENT.c.transaction_id == transaction_id, OUTGOING.c.state.in_(OUT))
    newest = letters.where(*this).distinct().order_by(OUTGOING.c.id.desc()).limit(MOST)
    return sorted(connection.execute(newest).scalars())


def of_transactions(connection: Connection, transaction_ids: Sequence[int]) -> list[int]:
    """Select letters of ours about these transactions that did not arrive, or may not have."""
    letters = select(OUTGOING.c.id).join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
    these = (INTENT.c.transaction_id.in_(transaction_ids), OUTGOING.c.state.in_((*FAILED, "in_doubt")))
    newest = letters.where(*these).distinct().order_by(OUTGOING.c.id.desc()).limit(MOST)
    return sorted(connection.execute(newest).scalars())


def states_of(connection: Connection, transaction_id: int) -> set[str]:
    """Return the states of all letters of ours about the transaction, those to people included."""
    letters = select(OUTGOING.c.state).join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
    this = (INTENT.c.transaction_id == transaction_id, INTENT.c.state != "withdrawn")
    return set(connection.execute(letters.where(*this).distinct()).scalars())
