"""How it is with the hub of ILL SBN: whether it tells what has changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.sentence import Note, note
from mailproc.store import hub_questions

HUB_SILENT = timedelta(days=1)
"""After so long staff are told that the hub does not tell what has changed."""


@dataclass(frozen=True)
class HubStatus:
    """The hub of ILL SBN. ``asked_on``: the day of its last answer, of the role that was told longer ago.

    ``silent``: it has told nothing for a day, about one role at least."""

    asked_on: date | None
    failing_since: datetime | None
    error: Note
    silent: bool


def hub(connection: Connection, context: Context) -> HubStatus | None:
    """Return how it is with the hub; None where config.toml has none."""
    if not context.config.hub.url:
        return None
    days = [hub_questions.asked_on(connection, role) for role in Role]
    asked = None if None in days else min(day for day in days if day)
    found = hub_questions.silence(connection)
    if found is None:
        return HubStatus(asked, None, note(""), silent=False)
    silent = context.clock() - found.since >= HUB_SILENT
    return HubStatus(asked, found.since, note(found.error), silent)
