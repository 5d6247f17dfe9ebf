"""How Alembic runs our steps: on the connection it is given, inside that one's transaction.

So a step that fails half way leaves nothing, on SQLite too, and several steps hold together.
Logging is left alone: it is the program's, not Alembic's.
"""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from mailproc.store import tables
from mailproc.store.migrate import described


def _plain(kind: str, item: Any, _autogenerate: object) -> str | Literal[False]:
    """A step that was released must not change with our column types: it names SQLAlchemy's."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, tables.Instant):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_item=_plain,
    include_object=described,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
