"""A post that forgets, what an office has said and waits for, and years that go by in a moment."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .office import BORROWER, LENDER, Office, Town
from .post import Carried, Post

Step = tuple[str, str, dict[str, Any]]
"""Who, the act, and its particulars."""

DUE = date(2026, 3, 30)
YES, NO = {"answer": True}, {"answer": False}
SHIPPED: tuple[Step, ...] = ((LENDER, "ship", {"on": DUE}), (BORROWER, "receive", {}))
RETURNED: tuple[Step, ...] = (*SHIPPED, (BORROWER, "return", {}))
CONDITION: tuple[Step, ...] = ((LENDER, "conditional", {"reason": "charges"}),)
DECLINED: tuple[Step, ...] = (*CONDITION, (BORROWER, "answer-condition", NO))
RENEWING: tuple[Step, ...] = (*SHIPPED, (BORROWER, "renew", {}))
CANCELLING: tuple[Step, ...] = ((BORROWER, "cancel", {}),)


@dataclass
class Forgetful(Post):
    """Loses the next letters while ``loses`` is above 0; ``dead``: every one."""

    loses: int = 0
    dead: bool = False

    def _fate(self, letter: Carried) -> list[Carried]:
        if not self.dead and not self.loses:
            return [letter]
        self.loses = max(0, self.loses - 1)
        return []


def placed(town: Town, title: str = "A book") -> tuple[str, str]:
    """A request that has come to the lender; the borrower's number and the lender's."""
    number = town[BORROWER].ask(LENDER, title=title)
    town.settle()
    return number, town[LENDER].theirs(number)


def act(town: Town, numbers: tuple[str, str], *steps: Step) -> None:
    """One after the other; the post comes after each."""
    for who, action, more in steps:
        town.now += timedelta(minutes=1)
        town[who].act(numbers[who == LENDER], action, **more)
        town.settle()


def said(office: Office) -> list[dict[str, Any]]:
    """Every message that it gave to its codec, in order."""
    found = office.asked("SELECT body FROM intent WHERE kind = 'apdu' ORDER BY id")
    return [json.loads(body)["apdu"] for (body,) in found]


def kinds(office: Office) -> list[str]:
    return [apdu["type"] for apdu in said(office)]


def letters(town: Town) -> int:
    """How many messages the offices have said to each other."""
    return sum(len(said(office)) for office in town.offices.values())


def waits(office: Office) -> dict[str, str]:
    """The kinds of timer that wait, and on which day."""
    found = office.asked("SELECT kind, due_at FROM timer WHERE fired_event_id IS NULL ORDER BY id")
    return {kind: at[:10] for kind, at in found}


def history(office: Office) -> list[tuple[str, str]]:
    """Event and note of its first transaction."""
    found = office.asked("SELECT event, note FROM history WHERE transaction_id = 1 ORDER BY id")
    return [(event, note) for event, note in found]


def state(office: Office, number: str) -> str:
    return office.shown(number).line.state


def attention(office: Office, number: str) -> tuple[str, ...]:
    return office.shown(number).line.attention


def until(town: Town, day: date) -> None:
    """Straight to the end of ``day``: the clocks look once."""
    town.now = datetime.combine(day, town.now.time(), UTC)
    town.pass_time(hours=1)


def days_of_clocks(town: Town, many: int) -> None:
    """So many days, looked at only where a clock has something to do."""
    end = town.now + timedelta(days=many)
    while (due := _next_due(town)) is not None and due <= end:
        town.now = max(due, town.now)
        town.pass_time(seconds=1)
    town.now = end


def _next_due(town: Town) -> datetime | None:
    query = "SELECT min(due_at) FROM timer WHERE fired_event_id IS NULL"
    found = [at for office in town.offices.values() for (at,) in office.asked(query) if at is not None]
    return min((datetime.fromisoformat(at).replace(tzinfo=UTC) for at in found), default=None)
