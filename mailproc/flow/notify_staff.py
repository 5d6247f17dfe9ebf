"""A letter to staff: what it is about, and the only way to order one.

The stations for people (``prepare/notices.py``, ``prepare/notice_context.py``) write it.
"""

from collections.abc import Sequence
from typing import Any, TypedDict

from sqlalchemy import Connection

from mailproc.store import events, outgoing
from mailproc.store.events import NewEvent
from mailproc.store.rows import IntentBody

ATTENTION, DIGEST = "staff/attention", "staff/digest"


class Waiting(TypedDict):
    """Letters that wait for DNS: how many, from whom as they claim, since when (ISO 8601)."""

    count: int
    partners: list[str]
    since: str


class ClaimedFacts(TypedDict):
    """Letters that claim to be from a partner: how many, and which requests they name."""

    partner: str
    count: int
    numbers: list[str]


class StaffFacts(TypedDict, total=False):
    """What the letter is about, stored until it is written.

    ``reasons``: codes of attention. ``letter``, ``sender``, ``subject``, ``about``: of an incoming letter.
    ``ours``: letters of ours to which something happened. ``more``, ``since`` (ISO 8601), ``claimed``: what
    was not reported before. ``digest``: the daily digest, as JSON.
    """

    reasons: Sequence[str]
    note: str
    letter: str
    sender: str
    subject: str
    about: str
    ours: list[int]
    waiting: Waiting
    more: int
    since: str
    claimed: list[ClaimedFacts]
    digest: dict[str, Any]


def letter_to_staff(facts: StaffFacts, notice: str = ATTENTION) -> IntentBody:
    """Return the body of the intent; empty values are omitted."""
    kept = {name: value for name, value in facts.items() if value}
    return {"notice": notice, "to": "staff", "facts": kept}


def notify_staff(connection: Connection, event: NewEvent, facts: StaffFacts, notice: str = ATTENTION) -> None:
    """Record what happened outside any request, and a letter to staff about it, in the caller's commit."""
    event_id = events.add(connection, event)
    body = letter_to_staff(facts, notice)
    outgoing.add_intent(connection, event_id=event_id, seq=0, kind="notice", body=body, partner=event.partner)
