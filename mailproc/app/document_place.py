"""The folder of documents as the operator meets it: looked at before the service starts, and purged."""

import logging

from mailproc import config_load
from mailproc.config import Config
from mailproc.errors import LocalFault, TryLater
from mailproc.flow import document_retention
from mailproc.flow.context import Context
from mailproc.store import store_identity
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)

KEY = ("documents", "folder")


def refuse_another(config: Config, context: Context, store: Store) -> None:
    """Raise Misconfigured if the folder bears the mark of another store, or the mark cannot be read."""
    with store.read() as connection:
        known = store_identity.known_id(connection)
    try:
        context.documents.refuse_another(known)
    except LocalFault as error:
        raise config_load.wrong(config, KEY, str(error), config.documents.folder) from None


def purge(store: Store, context: Context) -> int:
    """As ``document_retention.purge``; where the folder cannot be used, say so in the log and return 0."""
    try:
        return document_retention.purge(store, context)
    except (LocalFault, TryLater) as error:
        _log.error("no documents were deleted: %s", error)
        return 0
