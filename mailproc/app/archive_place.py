"""The folder of archived letters as the operator meets it: looked at before the start, and filled."""

import logging
from collections.abc import Iterator

from mailproc import private
from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.errors import LocalFault, TryLater
from mailproc.flow import letter_archiving
from mailproc.flow.context import Context
from mailproc.store import letter_bytes, yearly_partitions
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)

KEY = ("store", "archives")


def problems(config: Config) -> Iterator[ConfigProblem]:
    """What is wrong with a folder that is named. Changes nothing."""
    name = config.store.archives
    if name and (why := private.unwritable(config.file.parent / name)):
        yield ConfigProblem(KEY, f"letters cannot be archived in {config.file.parent / name}: {why}", name)


def missing(store: Store) -> list[str]:
    """Return what to say of archives that have letters of the store and are not there."""
    with store.read() as connection:
        years = letter_bytes.archived_years(connection)
    return [str(one) for one in store.archives.missing(years)]


def _make_partitions(store: Store, year: int) -> None:
    try:
        store.write(lambda connection: yearly_partitions.make_ahead(connection, year))
    except TryLater as error:
        _log.warning("no partitions were made, the next time tries again: %s", error)


def upkeep(store: Store, context: Context) -> None:
    """Archive what is due, and make partitions before their year begins; the log says what cannot be done."""
    _make_partitions(store, context.clock().year)
    try:
        done = letter_archiving.run(store, context)
    except (LocalFault, TryLater) as error:
        _log.error("no letters were archived: %s", error)
        return
    for at, count in sorted(done.letters.items()):
        _log.info("%s letters of %s were archived in %s", count, at, store.archives.of_year(at).path)
