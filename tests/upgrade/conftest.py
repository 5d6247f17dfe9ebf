"""An office of 0.1.0 as its administrator left it before the upgrade (docs/upgrade.md), on both databases."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Ran, run
from tests.servers import postgres
from tests.servers.postgres import PostgresServer
from tests.servers.relay import Relay
from tests.upgrade import stories

SAMPLES = Path(__file__).parents[1] / "samples/upgrade"


class Upgraded:
    """The folder of the office; ``url`` of its store."""

    def __init__(self, folder: Path, url: str, relay: Relay) -> None:
        self.folder, self.url, self.relay = folder, url, relay
        self.store = folder / "var/mailproc.db"
        deliver = stories.REFUSED.replace("port = 9", f"port = {relay.port}")
        self._old = stories.CONFIG.format(url=url, deliver=deliver)
        self.configure(proof=False)

    def configure(self, *, proof: bool) -> None:
        """config.toml as it was, or with the line that 0.2.0 asks for."""
        (self.folder / "config.toml").write_text(self._old.replace(*stories.PROOF) if proof else self._old)

    def cli(self, *arguments: str, stdin: str = "") -> Ran:
        return run("--config", str(self.folder / "config.toml"), *arguments, stdin=stdin)

    def done(self, *arguments: str, stdin: str = "") -> str:
        ran = self.cli(*arguments, stdin=stdin)
        assert ran.code == 0, ran
        return ran.out

    def json(self, *arguments: str) -> Any:
        ran = self.cli(*arguments, "--json")
        assert ran.code == 0, ran
        return ran.json


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Upgraded]:
    for name, secret in stories.SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    (tmp_path / "var").mkdir(mode=0o700)
    if request.param == "sqlite":
        one = Upgraded(tmp_path, "sqlite:///var/mailproc.db", relay)
        one.store.write_bytes(gzip.decompress((SAMPLES / "store-0.1.0.db.gz").read_bytes()))
        one.store.chmod(0o600)
        yield one
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    server.execute(gzip.decompress((SAMPLES / "store-0.1.0.sql.gz").read_bytes()).decode(), database=name)
    monkeypatch.setenv("PGPASSWORD", postgres.PASSWORD)
    yield Upgraded(tmp_path, f"postgresql+psycopg://mailproc@127.0.0.1:{server.port}/{name}", relay)
    server.drop(name)
