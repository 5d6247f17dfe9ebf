"""What must go in time, as the service does it: readers out of old requests, then letters of old requests."""

import logging

from mailproc.errors import LocalFault, TryLater
from mailproc.flow import anonymising, letter_purging
from mailproc.flow.context import Context
from mailproc.office.desk import once_answered
from mailproc.office.readers import sign_in_links
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)


def upkeep(store: Store, context: Context) -> None:
    """Do both; the log says what was done and what cannot be, and the next time does that."""
    try:
        done = anonymising.run(store, context)
        if done.requests or done.declarations:
            _log.info(
                "%s requests were anonymised, and %s letters to their readers deleted; %s declarations went",
                done.requests, done.letters, done.declarations,
            )  # fmt: skip
        gone = letter_purging.run(store, context)
        once_answered.forget_old(store, context)
        sign_in_links.forget_old(store, context)
    except (LocalFault, TryLater) as error:
        _log.error("not all was deleted whose days are over: %s", error)
        return
    if gone.letters or gone.archived:
        _log.info("the bytes of %s letters were deleted", gone.letters + sum(gone.archived.values()))
