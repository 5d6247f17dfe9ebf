"""A PostgreSQL of our own, from Debian's binaries, on a loopback port."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlmodel import SQLModel

from mailproc.store import tables  # noqa: F401  # the tables register themselves
from mailproc.store.engine import Store
from tests.servers.ports import free_port
from tests.support import short_form

PASSWORD = "a-secret:of/the@tests"
_ESCAPED = "a-secret%3Aof%2Fthe%40tests"
_numbers = count(1)
_EMPTY = ";\n".join(
    [
        "SET session_replication_role = replica",  # no table waits for another
        *(f"DELETE FROM {name}" for name in SQLModel.metadata.tables),  # noqa: S608  # ours
        "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence",
    ]
)
"""Ten times faster than TRUNCATE, which makes every file of every table and index again."""


def binaries() -> Path | None:
    """Debian keeps the server's binaries off the PATH, in a folder for each version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running(missing: Callable[[str], None]) -> Iterator["PostgresServer"]:
    """A server in a temporary folder; ``missing`` is told where none is installed."""
    found = binaries()
    if found is None:
        missing("postgresql")
    assert found is not None
    # On the disk, whatever TMPDIR says: its log of a long run is a gigabyte.
    with tempfile.TemporaryDirectory(prefix="mailproc-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(found, Path(folder))
        yield server
        server.stop()


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
        self.port = free_port()
        # SCRAM hashes thousands of times for each connection, and a test makes ten of them.
        proof = "scram-sha-256" if short_form.everything() else "md5"
        words = ["-U", "mailproc", "-E", "UTF8", "--locale=C", "-A", proof, "--no-sync"]
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

    def url(self, database: str, port: int = 0) -> str:
        """``port``: of a way that leads to the server."""
        return f"postgresql+psycopg://mailproc:{_ESCAPED}@127.0.0.1:{port or self.port}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        import psycopg

        url = self.url(database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # a text made by the tests

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
        self.execute(_EMPTY, database=name)
        self._free.append(name)

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def disconnect(self, name: str) -> None:
        """Cut every connection to the database, as a restarted server would; none is left."""
        theirs = f"datname = '{name}'"
        self.execute(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE {theirs}")  # noqa: S608  # ours

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self.binaries / program), *arguments]
        ended = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
