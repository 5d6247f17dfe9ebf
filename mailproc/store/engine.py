"""The store, where everything that mailproc knows is kept: SQLite or PostgreSQL, by its URL."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection

from mailproc import slow_work
from mailproc.errors import Misconfigured, StoreLost
from mailproc.store import (
    connections,
    examination,
    find,
    migrate,
    restore_hold,
    store_identity,
    taken_numbers,
)
from mailproc.store.archives import Archives, place
from mailproc.store.commit_watch import CommitWatch
from mailproc.store.counters_file import CountersFile
from mailproc.store.crash_note import Underway
from mailproc.store.db_errors import driver_errors, try_later
from mailproc.store.lock import daemon_lock, holder
from mailproc.store.store_guard import FileGuard, ServerGuard
from mailproc.store.store_identity import ServiceRun
from mailproc.store.writer import Writer

T = TypeVar("T")


class NotTheStore(Misconfigured):
    """The store that was here is gone, or something else lies in its place."""


class Store:
    """One store, opened once per process. Safe to use from any thread.

    Every call raises TryLater while the database is locked, full or away.
    """

    def __init__(self, url: URL, base: Path = Path(), archives: Archives | None = None) -> None:
        self._url = url
        self.archives = archives or place("", url.render_as_string(hide_password=False), base)
        self.underway = Underway(_note(url, base))
        self._reading = connections.reading(url)
        self._writing = connections.writing(url)
        self.archives.attach(self._reading, self._writing)
        find.make_at_commit(self._writing)
        self._guard = FileGuard(self.path) if self.path is not None else ServerGuard(self.shown)
        self._writer: Writer | None = None
        self._counters: CountersFile | None = None
        self._counters_checked = False
        self._alone = False
        self._awaits_go = False
        self._watch = CommitWatch(self.dialect, self.dedicated_connection)
        self.before_write: Callable[[], object] = lambda: None  # makes what no other write may wait for

    @classmethod
    def open(
        cls,
        url: str,
        *,
        base: Path = Path(),
        make: bool = True,
        migrate: bool = True,
        expected: str = "",
        counters: CountersFile | None = None,
        alone: bool = False,
        archives: Archives | None = None,
    ) -> "Store":
        """Open the store; create it if missing, and migrate an older one.

        ``expected`` is the id of the store that was here, '' if none was: it is not created, and no other is
        migrated in its place (NotTheStore). A relative SQLite path starts at ``base``. Without ``make`` an
        empty store is refused, without ``migrate`` an older one. By the file of ``counters`` the first write
        finds out whether it was put back from a copy (``restore_hold.check``). ``alone``: the caller has the
        lock of the daemon. ``archives``: where they lie; beside the store if not given.

        Raise Misconfigured (also for a store newer than this program), LocalFault (it must be migrated while
        a service runs on it), TryLater (PostgreSQL is away, another process holds the lock) and StoreLost; no
        text holds the password.
        """
        store = cls(connections.parse(url, base), base, archives)
        store._counters, store._alone = counters, alone
        try:
            store._prepare(make=make, may_migrate=migrate, expected=expected)
            store._guard.opened()
        except BaseException:  # whatever it is, no connection is left open
            store.close()
            raise
        return store

    @classmethod
    def revision_at(cls, url: str, base: Path) -> str | None:
        """Return the revision of an existing store, without changing it; None if missing or empty.

        Raise Misconfigured, TryLater and StoreLost.
        """
        with closing(cls(connections.parse(url, base), base)) as store:
            if store.path is not None and not connections.is_there(store.path):
                return None
            with migrate.reaching(store._url), store._reading.connect() as connection:
                return migrate.revision(connection)

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._url.get_backend_name()

    @property
    def path(self) -> Path | None:
        """The SQLite file, absolute; None on PostgreSQL."""
        return connections.file_of(self._url)

    @property
    def url(self) -> URL:
        """Where it is."""
        return self._url

    @property
    def shown(self) -> str:
        """The URL for people, with the password masked."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot and cannot write; briefly: the log grows meanwhile."""
        with self._translated(), self._reading.connect() as connection:
            yield connection

    def write(self, job: Callable[[Connection], T]) -> T:
        """Run the job in one transaction and return its result after the COMMIT.

        It goes through the writer if that runs, otherwise directly (waiting up to 30 s for another process's
        write). A caller that got TryLater may run the job again, so the job must only use the connection, and
        check whether its work is still to be done. It must not commit, and must not call the store.
        """
        if self._writer is not None:
            if self._writer.is_current_thread():
                raise RuntimeError("a job must not wait for another job")
            return self._writer.submit(job).result()
        self.check_counters()
        self.before_write()
        return self._write_directly(job)

    def _write_directly(self, job: Callable[[Connection], T]) -> T:
        with self._translated(), self._writing.connect() as connection:
            self._guard.writing(True)
            try:
                with connection.begin(), slow_work.writing():
                    taken_numbers.begin(connection, self._counters)
                    taken = taken_numbers.of(connection)
                    result = job(connection)
                    self._guard.before(connection.connection.driver_connection)
                self._guard.after()  # before the caller is told that it is durable
                if taken is not None:
                    taken.end()
            finally:
                self._guard.writing(False)
            return result

    def check_counters(self, *, alone: bool = False) -> None:
        """Find out, in a commit before the first one of this process, whether the store is a copy.

        ``alone``: the caller has the lock of the daemon. Raise as ``restore_hold.check``.
        """
        if (counters := self._counters) is not None and not self._counters_checked:

            def check(connection: Connection) -> None:
                runs = not alone and holder(self, connection) is not None
                restore_hold.check(connection, counters, service_runs=runs)

            self._write_directly(check) if self._writer is None else self._writer.submit(check).result()
        self._counters_checked = True

    def submit(self, job: Callable[[Connection], T]) -> "Future[T]":
        """Queue the job for the next COMMIT; the future resolves after it.

        Raise TryLater at once if too much is queued. A cancelled future's job is left out if it was not
        begun, and committed otherwise.
        """
        if self._writer is None:
            raise RuntimeError("submit needs the running writer")
        return self._writer.submit(job)

    def start_writer(self, on_commit: Callable[[], None] | None = None) -> None:
        """Start the daemon's writer; ``on_commit`` is called in its thread after each change."""
        if self._writer is not None:
            raise RuntimeError("the writer runs already")
        self._writer = Writer(self._writing, self._guard, on_commit, self._counters)

    def begin_run(self) -> ServiceRun:
        """Mark the store with this run of the service, which holds the lock. From here on no other service's
        commit holds.

        Raise Misconfigured for a counters file that cannot be used, and for a store that a newer program
        migrated since it was opened.
        """
        self.check_counters(alone=True)
        run, self._awaits_go = self.write(_run_begun)
        if isinstance(self._guard, ServerGuard):
            self._guard.begin_run(run)
            return run
        with self._translated(), closing(connections.DedicatedConnection(self._writing)) as alone:
            alone.ask("PRAGMA wal_checkpoint(PASSIVE)")
        with self.read() as connection:
            page = connection.exec_driver_sql(store_identity.ROOT_PAGE).scalar_one()
            size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        self._guard.begin_run(run.name, page, size)
        return run

    def check_run(self) -> None:
        """Raise StoreLost if another service has begun, on PostgreSQL; TryLater if that cannot be told."""
        if isinstance(self._guard, ServerGuard):
            with self.read() as connection:
                self._guard.before(connection.connection.driver_connection)

    @property
    def is_held(self) -> bool:
        """Whether the store was put back from a copy and does not go on yet; known from ``begin_run`` on."""
        return self._awaits_go

    def go_on_if_let(self) -> None:
        """End the hold if staff let the store go on (``restore_hold.end``)."""
        if self._awaits_go:
            self._awaits_go = self.write(restore_hold.end)

    def put_back(self, how: str, store_id: str = "") -> Callable[[], None]:
        """Hold the store, which was put back from a copy, or a whole machine was. Raise as ``begin_run``.

        Return what has the counters file say so, to be called once the store is in its place. A store that
        has no id gets ``store_id``.
        """
        if (counters := self._counters) is None:
            raise RuntimeError("a store is held with its counters file")
        self._counters_checked = True  # whatever the file says, it is a copy
        left = self.write(lambda connection: restore_hold.enter(connection, counters, how, store_id))
        self._awaits_go = True
        return lambda: counters.begin(left)

    def sync_counters(self) -> None:
        """Bring the counters file to the disk (``CountersFile.sync``)."""
        if self._counters is not None:
            self._counters.sync()

    def writing_since(self) -> float | None:
        """Since when (monotonic) the writer has been committing; None if it is not."""
        return self._writer.begun_at if self._writer is not None else None

    def still_there(self) -> None:
        """Raise StoreLost if the store is gone, was replaced, or was found damaged."""
        self._guard.after()

    def examine(self) -> None:
        """Read the whole of a SQLite store (0.3 s for 100 MB) and raise StoreLost if it is damaged.

        PostgreSQL has its own tools for that. Of both, raise it if somebody else put a trigger into it.
        """
        with self.read() as connection:
            why = examination.why_lost(connection, self.shown if self.path is None else str(self.path))
        if why:
            self._guard.lost = StoreLost(why)
            raise self._guard.lost

    def identity(self) -> str:
        """The id of this store, which is the same in all its copies."""
        with self.read() as connection:
            known = store_identity.store_id(connection)
        return known or self.write(store_identity.make)

    def data_version(self) -> int:
        """A number that changes when any connection has committed a change."""
        return self._watch.version()

    def dedicated_connection(self) -> connections.DedicatedConnection:
        """Open a connection outside the pools, for what lasts as long as the process."""
        with self._translated():
            return connections.DedicatedConnection(self._reading)

    def close(self) -> None:
        """Commit what is queued, end the writer, and close every connection."""
        if self._writer is not None:
            self._writer.close()
        self._watch.stop()
        self.underway.close()
        self._reading.dispose()
        self._writing.dispose()
        if self._counters is not None:
            self._counters.close()
        if isinstance(self._guard, FileGuard):
            self._guard.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except driver_errors() as error:
            answer = try_later(error)
            if answer is None:
                self._guard.after()  # a file that was put in the store's place has none of our tables
                raise
            if isinstance(answer, StoreLost):
                self._guard.lost = answer
            raise answer from error

    def _prepare(self, *, make: bool, may_migrate: bool, expected: str) -> None:
        if self.path is not None:
            there = connections.is_there(self.path)
            if not there and (expected or not make):
                kind = NotTheStore if expected else Misconfigured
                raise kind(f"store.url: the store {self.path} is {'gone' if expected else 'not there'}")
            connections.make_file(self.path)
        with migrate.reaching(self._url):
            with self._reading.connect() as connection:
                here = migrate.revision(connection)
                if expected:
                    self._expect(connection, expected, here)
            if here != migrate.HEAD:
                migrate.refuse(here, make=make, migrate=may_migrate)
                with (
                    nullcontext() if here is None or self._alone else daemon_lock(self)
                ):  # never beside a running service
                    migrate.bring_up(self._writing, self.path)

    def _expect(self, connection: Connection, expected: str, here: str | None) -> None:
        """Before anything is changed: a store of another id is none of ours, whatever its revision."""
        if here is None:
            raise NotTheStore(f"store.url: the store {self.shown} is empty")
        found = store_identity.known_id(connection)
        if found != expected:
            was = f"{found[:8] or 'no id'}, not {expected[:8]}"
            raise NotTheStore(f"store.url: {self.shown} is another store than the one that was here ({was})")


def _run_begun(connection: Connection) -> tuple[ServiceRun, bool]:
    """Begin a run; return it, and whether the store is held."""
    migrate.refuse(migrate.revision(connection), make=False, migrate=False)
    return store_identity.begin_run(connection), restore_hold.end(connection)


def _note(url: URL, base: Path) -> Path:
    """Return where the crash note is: beside a store in a file, otherwise with mailproc's other files."""
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}.underway")
    return base / "var" / f"{url.database}.underway"
