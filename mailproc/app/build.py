"""From a configuration file to working parts."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection

from mailproc import config_load
from mailproc.app import service_user
from mailproc.config import Catalogue, Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.errors import Misconfigured
from mailproc.flow.context import Context
from mailproc.ill.submitted import Source, Submitted, SubmittedRequest
from mailproc.log import register_secret
from mailproc.protocols import registry
from mailproc.store import archives, connections, foreign_schema, inbox, outside_files, store_identity
from mailproc.store import migrate as migration
from mailproc.store.archives import Archives
from mailproc.store.counters_file import CountersFile
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.store.store_marker import Marker
from mailproc.transport import transport
from mailproc.transport.open_lines import OpenLines

if TYPE_CHECKING:  # loaded when made, see below
    from mailproc.ill.apdu import Item
    from mailproc.ill.holding import CatalogueAnswer
    from mailproc.ils.patron_standing import PatronLookup
    from mailproc.proof.dkim import KeySource
    from mailproc.templating.environment import Templates


@dataclass(frozen=True)
class App:
    """Everything a verb of the command line works with. Close the store when done.

    ``lines``: connections to a port of ours on which somebody waits for answers.
    """

    config: Config
    context: Context
    store: Store
    lines: OpenLines = field(default_factory=OpenLines)

    def clock(self) -> datetime:
        return self.context.clock()

    def keep(self, letters: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        """Commit ① in the running service: the future has its result once the letters are kept for good.

        Raises TryLater at once where the writer has no room."""
        return self.store.submit(lambda connection: inbox.keep(connection, letters))

    def keep_now(self, letters: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        """The same where no service runs: it is committed when this returns. Raises TryLater."""
        kept: Future[list[StoredLetter]] = Future()
        kept.set_result(self.store.write(lambda connection: inbox.keep(connection, letters)))
        return kept


def now() -> datetime:
    """The one place where the clock is read."""
    return datetime.now(UTC)


def configured(path: Path, clock: Callable[[], datetime] = now, *, secrets_needed: bool = True) -> Context:
    """Configuration, codecs and templates, without the store. Raises Misconfigured.

    For the service, which needs the secrets, all is made at once, so that nothing wrong is met later;
    staff's verbs make codecs and templates when they use them. From here on root works as the store's owner.
    """
    user = service_user.of_store(path)
    if user is not None and not service_user.is_roots_alone(path):
        service_user.become(user)
    config = config_load.load(path, further, secrets_needed=secrets_needed)
    service_user.become(user)
    for secret in config_load.secrets(config):
        register_secret(secret)
    context = Context(
        config,
        lambda: registry.load(config),
        lambda: _templates(config),
        clock,
        lambda: _keys(config),
        lambda: _patron_lookup(context),
        _submit,
        ask_catalogue=_ask_catalogue,
    )
    if secrets_needed:
        _complain(config)
        _ = context.registry, context.templates
        context.languages.load_all()
    return context


def further(config: Config) -> Iterator[ConfigProblem]:
    """What must hold of the parts of the configuration that the protocols and the transports know."""
    yield from registry.problems(config)
    yield from transport.problems(config)


def _complain(config: Config) -> None:
    from mailproc.app import preflight  # here: only the service and `check` ask

    if problems := list(preflight.problems(config)):
        raise config_load.all_wrong(config, problems)


def _submit(connection: Connection, context: Context, said: SubmittedRequest, source: Source) -> Submitted:
    from mailproc.office.requests import submitted  # as above: few letters are forms

    return submitted.submit(connection, context, said, source)


def _keys(config: Config) -> "KeySource":
    from mailproc.transport.dns_keys import DnsKeys  # as above, for DNS

    return DnsKeys(config.proof.nameservers, config.proof.dns_timeout)


def _patron_lookup(context: Context) -> "PatronLookup | None":
    if not context.config.patrons.lookup.protocol:
        return None
    from mailproc.transport import patron_lookup  # as above, for sockets

    return patron_lookup.of(context.config, lambda: context.local(context.clock()))


def _ask_catalogue(catalogue: Catalogue, item: "Item") -> "CatalogueAnswer":
    from mailproc.transport import catalogue_client  # as above, for HTTP and MARC

    return catalogue_client.ask(catalogue, item)


def _templates(config: Config) -> "Templates":
    from mailproc.notices.catalogue import NOTICES  # as above, for Jinja
    from mailproc.notices.slips import SLIPS
    from mailproc.templating.environment import Templates
    from mailproc.templating.folders import shipped_folder

    search = [config.file.parent / config.templates.site, shipped_folder()]
    return Templates(search, (*NOTICES, *SLIPS, *registry.contracts()))


def build(
    path: Path,
    clock: Callable[[], datetime] = now,
    *,
    secrets_needed: bool = True,
    make: bool = True,
    migrate: bool = True,
) -> App:
    """The parts with an open store. Only the service may ``migrate``: bring an older store up to date.

    Without ``make`` a store that is not there is refused.

    Raises Misconfigured, LocalFault (a service runs on what must be migrated), TryLater.
    """
    context = configured(path, clock, secrets_needed=secrets_needed)
    store = store_of(context.config, make=make, migrate=migrate, clock=clock)
    store.before_write = lambda: context.registry  # a tenth of a second, for a step that says something
    return App(context.config, context, store)


def store_of(
    config: Config, *, make: bool = True, migrate: bool = True, clock: Callable[[], datetime] = now
) -> Store:
    """The open store. Raises as ``build``."""
    base, url = config.file.parent, config.store.url
    with _naming_its_key(config):
        return _marker(config).open(
            url,
            base,
            make=make,
            migrate=migrate,
            counters=counters_file(config, clock),
            archives=archives_of(config),
        )


def archives_of(config: Config) -> Archives:
    """The archives of the store, where ``store.archives`` says."""
    return archives.place(config.store.archives, config.store.url, config.file.parent)


def known_id(config: Config) -> str:
    """The id of the store that was made here; '' if none was."""
    with _naming_its_key(config):
        return _marker(config).known()


def marker_file(config: Config) -> Path:
    """The file that says which store was made here."""
    return _marker(config).file()


def waiting_for_run(config: Config) -> str:
    """What `run` must do before this program can use the store; '' where nothing. Changes nothing."""
    base = config.file.parent
    with _naming_its_key(config):
        here = Store.revision_at(config.store.url, base)
        if here is None and _marker(config).known():
            return ""  # it is gone: opening it says so
        url = connections.parse(config.store.url, base)
        return migration.waiting(here, connections.file_of(url), lambda: _views(url, base))


def _views(url: URL, base: Path) -> list[str]:
    with closing(Store(url, base)) as store, store.read() as connection:
        return foreign_schema.views(connection)


def had_counters(config: Config) -> bool:
    """Whether the store that lies there, of any revision, ever had a counters file. Changes nothing."""
    base, url = config.file.parent, config.store.url
    if Store.revision_at(url, base) is None:
        return False
    with closing(Store(connections.parse(url, base), base)) as store, store.read() as connection:
        return bool(store_identity.known_id(connection)) and store_identity.has_counters(connection)


@contextmanager
def _naming_its_key(config: Config) -> Iterator[None]:
    try:
        yield
    except Misconfigured as error:
        why = str(error).removeprefix("store.url").removeprefix(":").lstrip()
        raise config_load.wrong(config, ("store", "url"), why, config.store.url) from None


def counters_file(config: Config, clock: Callable[[], datetime]) -> CountersFile:
    """The file that says what left the store: where ``store.counters`` says, else as the marker."""
    named = config.store.counters
    return CountersFile([config.file.parent / named] if named else _beside(config, "counters"), clock)


def _marker(config: Config) -> Marker:
    return Marker(_beside(config, "id"))


def _beside(config: Config, kind: str) -> list[Path]:
    return outside_files.beside(config.store.url, config.file.parent, kind)
