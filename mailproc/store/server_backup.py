"""A copy of a store on PostgreSQL, by its own tools: pg_dump and pg_restore."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL

from mailproc import private
from mailproc.errors import LocalFault, NoRoom, TryLater
from mailproc.sentence import sentence
from mailproc.store import migrate
from mailproc.store.sqlite_backup import StoreFile, sync

_NO_ROOM = "No space left on device"
_REVISION = re.compile(r"^COPY \S{0,99}?alembic_version [^\n]{0,999};\n(\S+)$", re.MULTILINE)
_STORE_ID = re.compile(r"^COPY \S{0,99}?identity \(([^)\n]{0,999}+)\) [^\n]{0,99};\n([^\n]*)$", re.MULTILINE)


def make(url: URL, to: Path) -> None:
    """As ``sqlite_backup.make``, of the database ``url``."""
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
        try:
            whole = ("--format=custom", "--no-owner", "--no-privileges", *_at(url))
            _run(to, "pg_dump", *whole, to=number)
            _run(unfinished, "pg_restore", "--file=/dev/null", str(unfinished))  # reads all of it
            look(unfinished)
            os.fsync(number)
        finally:
            os.close(number)
        unfinished.replace(to)
        sync(to.parent)
    except OSError as error:
        raise TryLater(sentence("backup-not-made", file=str(to), why=error.strerror or str(error))) from None
    finally:
        unfinished.unlink(missing_ok=True)


def look(file: Path) -> StoreFile:
    """As ``sqlite_backup.look``."""
    tables = ("--table=alembic_version", "--table=identity")
    said = _run(file, "pg_restore", "--data-only", *tables, "--file=-", str(file), broken=True)
    revision, identity = _REVISION.search(said), _STORE_ID.search(said)
    if revision is None:
        raise LocalFault(sentence("backup-no-store", file=str(file)))
    if not migrate.is_known(revision[1]):
        raise LocalFault(sentence("backup-newer", file=str(file), revision=revision[1], known=migrate.HEAD))
    values = dict(zip(identity[1].split(", "), identity[2].split("\t"), strict=False)) if identity else {}
    return StoreFile(values.get("store_id", ""), revision[1])


def put_back(file: Path, url: URL) -> None:
    """Put the dump into the database in place of what is there, in one transaction. Raise TryLater."""
    whole = ("--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges")
    _run(file, "pg_restore", *whole, *_at(url), str(file))


def _at(url: URL) -> Sequence[str]:
    """The database, without a password: libpq asks PGPASSFILE."""
    plain = url.set(drivername="postgresql")._replace(password=None)
    return [f"--dbname={plain.render_as_string(hide_password=False)}", "--no-password"]


def _run(file: Path, tool: str, *arguments: str, to: int | None = None, broken: bool = False) -> str:
    """Run the tool; return what it wrote. ``broken``: where it fails, the file is at fault."""
    try:
        ran = subprocess.run(  # noqa: S603  # its arguments are ours, and the operator's
            [tool, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if to is None else to,
            stderr=subprocess.PIPE,
            check=False,
        )
    except FileNotFoundError:
        raise LocalFault(sentence("backup-no-tool", tool=tool)) from None
    if ran.returncode == 0:
        return (ran.stdout or b"").decode("utf-8", "replace")
    lines = ran.stderr.decode("utf-8", "replace").strip().splitlines() or [f"{tool}: {ran.returncode}"]
    if broken:
        raise LocalFault(sentence("backup-damaged", file=str(file), why=lines[0]))
    kind = NoRoom if _NO_ROOM in lines[-1] else TryLater
    raise kind(sentence("backup-not-made", file=str(file), why=lines[0]))
