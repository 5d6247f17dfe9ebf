"""The hub does not tell what has changed: it is noted, and after a day staff have a letter, once."""

import logging
from datetime import date

from sqlalchemy import Connection

from mailproc.app.build import App
from mailproc.errors import MailprocError, TryLater
from mailproc.flow.notify_staff import notify_staff
from mailproc.ill.attention import Reason
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role
from mailproc.office.queries.hub_state import HUB_SILENT
from mailproc.sentence import Part, sentence, shortened, stored
from mailproc.store import hub_questions
from mailproc.store.events import NewEvent

_log = logging.getLogger(__name__)


def failed(app: App, role: Role, error: MailprocError) -> None:
    """Note that a question was not answered, and why."""
    why = shortened(error.said)
    _log.warning("the hub did not tell what has changed: %s", why)
    try:
        app.store.write(lambda connection: _note(connection, app, role, why))
    except TryLater as trouble:  # the store itself is away: the next question finds it
        _log.warning("that the hub is silent is not noted: %s", trouble)


def days_untold(connection: Connection, app: App, first: date, last: date) -> None:
    """Tell staff of days whose changes nobody asks about again."""
    _tell(connection, app, sentence("hub-days-untold", first=first, last=last))


def _note(connection: Connection, app: App, role: Role, why: Part) -> None:
    now = app.clock()
    hub_questions.failing(connection, role, stored(why), now)
    found = hub_questions.silence(connection)
    if found is not None and not found.told and now - found.since >= HUB_SILENT:
        _tell(connection, app, why)
        hub_questions.told(connection, now)


def _tell(connection: Connection, app: App, why: Part) -> None:
    facts: Facts = {"text": str(why), "why": stored(why)}
    event = NewEvent(cause="timer", type="HUB", at=app.clock(), state="done", facts=facts)
    notify_staff(connection, event, {"reasons": [Reason.HUB_SILENT], "note": stored(why)})
