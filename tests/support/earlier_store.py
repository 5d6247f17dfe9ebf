"""A store as an earlier release left it, before this program opens it."""

from pathlib import Path

from alembic import command
from sqlalchemy import Engine

from mailproc.store import connections, migrate


def made_at(revision: str, url: str, base: Path = Path()) -> Engine:
    """Make the store by the steps up to ``revision``; return an engine that writes into it."""
    parsed = connections.parse(url, base)
    if (file := connections.file_of(parsed)) is not None:
        connections.make_file(file)
    engine = connections.writing(parsed)
    with engine.connect() as connection, connection.begin():
        command.upgrade(migrate.settings(connection), revision)
    return engine
