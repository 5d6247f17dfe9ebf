"""What a story does with a house in this process: its stations, its staff, and what it answers.

Where letters come from and go to is said by who inherits: a ``World`` keeps them in a list, the offices of a
town have a post between them, those of tests/flow_out have a relay.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlmodel import SQLModel

from mailproc.app.build import App
from mailproc.app.work_round import work_once
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.advance.verify import Verified, verify
from mailproc.office.acts import perform
from mailproc.office.acts.perform import StaffAct
from mailproc.office.queries import letters, listing, request_details
from mailproc.office.requests import asking
from mailproc.sentence import note
from mailproc.store import letter_bytes
from mailproc.store.engine import Store


def in_english(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row with its sentences (codes and values in the store) in English."""
    return dict(row) | {
        name: str(note(row[name])) for name in ("last_error", "note", "proof_note") if row.get(name)
    }


@cache
def _every_row(table: str, *, whole: bool = False) -> Select[Any]:
    found = SQLModel.metadata.tables[table]
    return select(*(letter_bytes.whole(found) if whole else found.c)).order_by(*found.primary_key.columns)


def _rows(connection: Connection, table: str) -> list[dict[str, Any]]:
    return [in_english(row) for row in connection.execute(_every_row(table)).mappings()]


class Desk:
    app: App

    @property
    def store(self) -> Store:
        return self.app.store

    # the stations

    def step(self) -> int:
        """One round of the stations; no letter leaves. How much was done."""
        return work_once(self.app)

    def quiet(self) -> int:
        """The stations until nothing is due, but no letter leaves; how much was done."""
        done = 0
        while once := self.step():
            done += once
        return done

    # staff

    def act(self, number: str, action: str, **more: Any) -> StepOutcome:
        return perform.perform(self.store, self.app.context, StaffAct(action=action, number=number, **more))

    def foresee(self, number: str, action: str, **more: Any) -> StepOutcome:
        return perform.foresee(self.store, self.app.context, StaffAct(action=action, number=number, **more))

    def next(self, number: str, *partners: str) -> StepOutcome:
        return asking.next_partner(self.store, self.app.context, number, partners, "clerk")

    # questions

    def shown(self, number: str) -> request_details.RequestDetails:
        with self.store.read() as connection:
            return request_details.shown(connection, number)

    def state(self, number: str) -> str:
        return self.shown(number).line.state

    def attention(self, number: str) -> tuple[str, ...]:
        return self.shown(number).line.attention

    def events(self, number: str) -> list[str]:
        return [change.event for change in self.shown(number).history]

    def listed(self, **wanted: Any) -> list[str]:
        with self.store.read() as connection:
            return [line.number for line in listing.listed(connection, listing.Filter(**wanted))]

    def shelf(self) -> dict[str, str]:
        """What lies on the shelf: id to reason."""
        with self.store.read() as connection:
            return {line.id: line.note for line in letters.shelved(connection)}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row; of a letter with its bytes (``raw``)."""
        with self.store.read() as connection:
            return [in_english(row) for row in connection.execute(_every_row(table, whole=True)).mappings()]

    def row(self, table: str, row_id: int) -> dict[str, Any]:
        return next(row for row in self.rows(table) if row["id"] == row_id)

    def transaction(self, number: str) -> dict[str, Any]:
        """The row of the latest attempt (or of the one that B1-1 names)."""
        request, _, attempt = number.partition("-")
        request_id = next(row["id"] for row in self.rows("request") if row["number"] == request)
        rows = [row for row in self.rows("transactions") if row["request_id"] == request_id]
        return next(row for row in rows if str(row["attempt"]) == attempt) if attempt else rows[-1]

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table."""
        with self.store.read() as connection:
            return {name: _rows(connection, name) for name in SQLModel.metadata.tables}

    def verify(self) -> Verified:
        with self.store.read() as connection:
            return verify(connection)
