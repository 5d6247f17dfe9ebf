"""What every folder of tests may use: stores on both databases, servers, a word for what is not there.

``store`` is an empty, migrated store, once on SQLite and once on PostgreSQL; ``store_url`` its
URL, for tests that open it themselves or in another process. PostgreSQL is a real server from
Debian's binaries, one for each test session, on a free port of 127.0.0.1.
"""

import gc
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mailproc import slow_work
from mailproc.store.engine import Store
from tests.servers import dovecot as mail
from tests.servers import postgres
from tests.servers.certificate import Certificate, self_signed
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import PostgresServer
from tests.servers.relay import Relay
from tests.support import empty_store, history, short_form

pytest_plugins = ["tests.support.fixtures"]
slow_work.forbid()
settings.register_profile("form", max_examples=short_form.examples(100))
settings.load_profile("form")

ROOM = 4 * 1024**3
"""Octets; a full run takes less than one of four."""


def _files_in_memory() -> None:
    """The files of the tests lie in memory, where a program may be run from it: no test pulls the plug of a
    disk, and each waits for it at every commit. TMPDIR names another place."""
    memory = Path("/dev/shm")  # noqa: S108  # pytest makes a folder of its own in it
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return
    room = os.statvfs(memory)
    if not room.f_flag & os.ST_NOEXEC and room.f_bavail * room.f_frsize > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


_files_in_memory()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Twenty thousand tests are no garbage: looking for some among them took as long as finding them, in each
    worker, and again and again while they run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The short form is told in tests/support/short_form.py."""
    if gone := short_form.left_out(config, items):
        config.hook.pytest_deselected(items=gone)
        without = set(gone)
        items[:] = [item for item in items if item not in without]


def pytest_runtest_logstart() -> None:
    history.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """A story that failed prints the history of its requests. Where REQUIRE_ALL=1 says that everything is
    installed, a test that skips has failed."""
    report = yield
    if report.failed and call.when != "teardown" and (told := history.told()):
        report.sections.append(("what happened to each request", told))
    if short_form.everything() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Skips, naming the Debian package to install (under REQUIRE_ALL=1 that is a failure)."""

    def skip(package: str) -> None:
        pytest.skip(f"needs the Debian package {package}: apt-get install {package}")

    return skip


@pytest.fixture(scope="session")
def font_files(missing: Callable[[str], None]) -> list[Path]:
    """The fonts of Debian that hold Latin, Greek and Cyrillic, and Chinese."""
    places = {
        "fonts-dejavu-core": "dejavu/DejaVuSans.ttf",
        "fonts-droid-fallback": "droid/DroidSansFallbackFull.ttf",
    }
    files = {package: Path("/usr/share/fonts/truetype", name) for package, name in places.items()}
    for package, file in files.items():
        if not file.is_file():
            missing(package)
    return list(files.values())


@pytest.fixture(scope="session")
def postgres_server(missing: Callable[[str], None]) -> Iterator[PostgresServer]:
    with postgres.running(missing) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The server's own database (nobody's store): for making others."""
    return postgres_server.url("postgres")


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database without tables."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty store in a file; always SQLite."""
    file = tmp_path / "store" / "mailproc.db"
    empty_store.copy_to(file)
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


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def dovecot_installed(missing: Callable[[str], None]) -> None:
    if not mail.PROGRAM.exists():
        missing("dovecot-imapd")


@pytest.fixture(scope="session")
def dovecot(dovecot_installed: None, certificate: Certificate) -> Iterator[Dovecot]:
    """One server for all; each test takes a user of its own."""
    with mail.running(certificate) as server:
        yield server


@pytest.fixture
def own_dovecot(dovecot_installed: None, certificate: Certificate) -> Iterator[Callable[..., Dovecot]]:
    """Makes a server that a test may stop, of the storage kind it names."""
    with ExitStack() as servers:
        yield lambda driver="maildir": servers.enter_context(mail.running(certificate, driver))


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A user name that no other test has."""
    return "u" + format(abs(hash(request.node.nodeid)), "x")


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as running:
        yield running
