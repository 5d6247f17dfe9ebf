"""The places beside a store on PostgreSQL, as the service marks them and a second machine checks them."""

from mailproc import config_load
from mailproc.app import build
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.store import shared_places
from mailproc.store.engine import Store
from mailproc.store.shared_places import SharedPlace


def places(context: Context) -> list[SharedPlace]:
    """Return what each machine must reach: that of archives only if letters are archived."""
    config = context.config
    counters = build.counters_file(config, context.clock).path
    found = [shared_places.of_counters(counters), shared_places.of_documents(context.documents.path)]
    if config.policy.archive_after or config.store.archives:
        found.append(shared_places.of_archives(build.archives_of(config).folder))
    return found


def others(context: Context, store: Store) -> list[str]:
    """Return a sentence for each place that is not the one that the store knows; none on SQLite."""
    if store.path is not None:
        return []
    with store.read() as connection:
        return shared_places.others(places(context), shared_places.marks(connection))


def refuse_others(context: Context, store: Store) -> None:
    """Raise Misconfigured if a place is not the one that the store knows: nothing is put into another."""
    for why in others(context, store):
        key, _, words = why.partition(": ")
        section, _, name = key.partition(".")
        raise config_load.wrong(context.config, (section, name), words)


def mark(context: Context, store: Store) -> None:
    """Mark the places that have no mark yet. Only by the service that has the store. Raise Misconfigured."""
    if store.path is not None:
        return
    with store.read() as connection:
        known = shared_places.marks(connection)
    made = {}
    for place in places(context):
        if place.name not in known:
            _make_folder(context, store, place)
            made[place.name] = place.make()
    if made:
        store.write(lambda connection: shared_places.note(connection, made))


def _make_folder(context: Context, store: Store, place: SharedPlace) -> None:
    if place.name != shared_places.DOCUMENTS:
        return
    try:
        with context.documents.writing(store.identity()):
            return
    except LocalFault as error:
        config = context.config
        raise config_load.wrong(
            config, ("documents", "folder"), str(error), config.documents.folder
        ) from None
