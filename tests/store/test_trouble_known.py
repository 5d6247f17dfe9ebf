"""Whether a reason to wait is news: asked of few letters, however many wait."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.store import outgoing, undelivered
from mailproc.store.engine import Store
from tests.store.asked import NOW, OURS


def _deferred(connection: Connection, number: int, why: str) -> None:
    letter = replace(OURS, message_id=f"{number}@x.example", last_error=why)
    outgoing_id = outgoing.add_letter(connection, letter)
    outgoing.change(connection, outgoing_id, not_before=NOW + timedelta(minutes=number))


def test_it_is_known_of_the_last_fifty(writing: Store) -> None:
    def job(connection: Connection) -> None:
        for number in range(60):
            _deferred(connection, number, f"451 {number}")
            outgoing.add_letter(connection, replace(OURS, message_id=f"new-{number}@x.example"))

    writing.write(job)
    with writing.read() as connection:
        known = [number for number in range(60) if undelivered.trouble_known(connection, f"451 {number}")]
        assert known == list(range(10, 60))
        assert not undelivered.trouble_known(connection, "451 other")
