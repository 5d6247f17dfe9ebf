"""Name the library's own texts whose shipped text is another since the release before."""

from collections.abc import Iterator

from sqlalchemy import Connection

import mailproc
from mailproc.flow.context import Context
from mailproc.store import service_record
from mailproc.templating.earlier_release import RELEASE


def is_first_start(connection: Connection) -> bool:
    """Return whether no service of this version has run on the store."""
    last = service_record.recorded(connection)
    return last is None or last.version != mailproc.__version__


def changed_texts(context: Context) -> Iterator[str]:
    """Yield a note for each text."""
    for path in context.templates.changed_since_earlier():
        yield (
            f"template {path} is your own, and the shipped text has changed since {RELEASE}:"
            f" `mailproc templates --diff {path}` shows both"
        )
