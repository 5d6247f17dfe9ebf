"""Which catalogues are not asked now, since they did not answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.sentence import Note
from mailproc.store import catalogue_answers


@dataclass(frozen=True)
class PausedCatalogue:
    """``until``: then it is asked again (UTC)."""

    name: str
    until: datetime
    why: Note


def paused(connection: Connection, context: Context) -> Iterator[PausedCatalogue]:
    """Give the catalogues of config.toml that are not asked now, in their order."""
    now = context.clock()
    for one in context.config.catalogue:
        if (pause := catalogue_answers.paused(connection, one.name, now)) is not None:
            yield PausedCatalogue(one.name, pause.until, pause.why)
