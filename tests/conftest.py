"""What every folder of tests may use: a store on both databases, and how to ask for what is not there.

``store`` is an empty, migrated store, once on SQLite and once on PostgreSQL; ``store_url`` its
URL, for tests that open it themselves or in another process. PostgreSQL is a real server from
Debian's binaries, one for each test session, on a free port of 127.0.0.1.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from mailproc.store import tables  # noqa: F401  # the tables register themselves
from mailproc.store.engine import Store

PASSWORD = "a-secret:of/the@tests"
_ESCAPED = "a-secret%3Aof%2Fthe%40tests"
_numbers = count(1)
_TABLES = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)


def _everything() -> bool:
    return os.environ.get("REQUIRE_ALL") == "1"


STORIES = ("flow", "flow_out", "office")
"""Folders of stories over the whole house: on PostgreSQL too where everything is required."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The short run tells each story on SQLite; the store's own tests are on both databases always."""
    if _everything():
        return
    long = [item for item in items if item.path.parent.name in STORIES and "postgresql" in item.name]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in set(long)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Where REQUIRE_ALL=1 says that everything is installed, a test that skips has failed."""
    report = yield
    if _everything() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Skips, naming the Debian package to install (under REQUIRE_ALL=1 that is a failure)."""

    def skip(package: str) -> None:
        pytest.skip(f"needs the Debian package {package}: apt-get install {package}")

    return skip


def _postgresql_folder() -> Path | None:
    """Debian keeps the server's binaries off the PATH, in a folder for each version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class PostgresServer:
    """A server in a folder of its own; it goes by ``kill``, ``start`` and ``stop``."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder = binaries, folder
        self._free: list[str] = []
        # The server refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        password = folder / "password"
        password.write_text(PASSWORD)
        if self._as:
            shutil.chown(folder, "postgres")
            shutil.chown(password, "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        words = ["-U", "mailproc", "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "--no-sync"]
        self._run("initdb", "-D", f"{folder}/data", f"--pwfile={password}", *words)
        self.start()

    def start(self) -> None:
        # fsync off: the tests kill processes, not the power.
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} -c fsync=off"
        self._run(
            "pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-o", options, "start"
        )

    def stop(self) -> None:
        self._control("-m", "immediate", "stop")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://mailproc:{_ESCAPED}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        import psycopg

        url = self.url(database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]  # a text made by the tests

    def create(self) -> str:
        """A new database without tables; its name."""
        name = f"test{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return name

    def lend(self) -> str:
        """A migrated, empty database; its name. Used ones are emptied: that is ten times faster."""
        if self._free:
            return self._free.pop()
        name = self.create()
        Store.open(self.url(name)).close()
        return name

    def give_back(self, name: str) -> None:
        self.disconnect(name)
        self.execute(f"TRUNCATE {_TABLES} RESTART IDENTITY", database=name)
        self._free.append(name)

    def disconnect(self, name: str) -> None:
        """Cut every connection to the database, as a restarted server would."""
        theirs = f"datname = '{name}'"
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {theirs}")  # noqa: S608  # ours

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self.binaries / program), *arguments]
        ended = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="session")
def postgres_server(missing: Callable[[str], None]) -> Iterator[PostgresServer]:
    binaries = _postgresql_folder()
    if binaries is None:
        missing("postgresql")
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="mailproc-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(binaries, Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The server's own database (nobody's store): for making others."""
    return postgres_server.url("postgres")


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database without tables."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    Store.open("sqlite:///empty.db", base=folder).close()
    return folder / "empty.db"


@pytest.fixture
def sqlite_url(_migrated_sqlite: Path, tmp_path: Path) -> str:
    """An empty store in a file; always SQLite."""
    file = tmp_path / "store" / "mailproc.db"
    file.parent.mkdir()
    shutil.copy(_migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty, migrated store: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.lend()
    yield server.url(name)
    server.give_back(name)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store on either database, without a running writer."""
    store = Store.open(store_url)
    yield store
    store.close()
