"""The service at the desk: what `mailproc status` and `mailproc jobs` say, as a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.queries import pending_timers, status, upcoming
from mailproc.office.queries.status import Status
from mailproc.office.wording import job_words, status_words
from mailproc.store import service_record

MOST = 20
"""Of what falls due next."""

Cells = tuple[str, ...]


@dataclass(frozen=True)
class ServicePage:
    """``wrong``: everything for which somebody must act, at the top; ``notes``: what is only said. ``parts``:
    each with how it is. ``jobs``: when each runs next, none while no service runs. ``timers``: what waits,
    how often, and the first; ``ahead``: the next ones. Rows are in the order of their columns."""

    wrong: tuple[str, ...]
    notes: tuple[str, ...]
    parts: tuple[Cells, ...]
    jobs: tuple[Cells, ...]
    timers: tuple[Cells, ...]
    timer_columns: Cells
    ahead: tuple[Cells, ...]
    ahead_columns: Cells


class ServiceDesk(DeskRoom):
    """How the service does."""

    def page(self) -> ServicePage:
        """Return the page as it is now."""
        with self.store.read() as connection:
            found = status.status(self.store, connection, self.context)
            return _page(connection, found, self.context)


def _page(connection: Connection, found: Status, context: Context) -> ServicePage:
    language, words = context.language, context.language.texts.labels["jobs"]
    waiting = pending_timers.waiting(connection)
    return ServicePage(
        wrong=tuple(map(language.word, found.wrong)),
        notes=tuple(map(language.word, found.notes)),
        parts=tuple(status_words.rows(found, context)),
        jobs=tuple(_jobs(connection, context)) if found.service.alive else (),
        timers=tuple(
            (language.event_word(one.kind), str(one.count), context.shown(one.next_at)) for one in waiting
        ),
        timer_columns=tuple(words[name] for name in ("if_nobody_acts", "requests", "first")),
        ahead=tuple(_ahead(connection, context)),
        ahead_columns=tuple(words[name] for name in ("when", "request", "partner", "what", "then")),
    )


def _jobs(connection: Connection, context: Context) -> Iterator[Cells]:
    record = service_record.recorded(connection)
    for name in (record.jobs or {}) if record is not None else {}:
        at = record.next_run(name) if record is not None else None
        yield job_words.job(name, context.language), context.shown(at) if at is not None else ""


def _ahead(connection: Connection, context: Context) -> Iterator[Cells]:
    language = context.language
    for one in upcoming.coming(connection, context, MOST):
        what, then = job_words.kind(one, language), job_words.then(one, language)
        yield context.shown(one.at), one.number, one.partner, what, then
