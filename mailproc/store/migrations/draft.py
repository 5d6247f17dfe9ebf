"""Draft the next migration from tables.py: ``python -m mailproc.store.migrations.draft "words"``.

Read the draft before it is committed, move migrate.HEAD, and never change a step that was released.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from mailproc.store import connections, migrate


def draft(message: str) -> None:
    """Write versions/vNNNN_….py: the difference between the newest step and tables.py."""
    number = int(migrate.HEAD) + 1 if list(Path(__file__).parent.glob("versions/v*.py")) else 1
    with TemporaryDirectory() as folder:
        engine = connections.writing(connections.parse(f"sqlite:///{folder}/draft.db", Path()))
        with engine.connect() as connection, connection.begin():
            settings = migrate.settings(connection)
            settings.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
            command.upgrade(settings, "head")
            command.revision(settings, message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    draft(" ".join(sys.argv[1:]) or "change")
