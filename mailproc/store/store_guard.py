"""Check at each COMMIT, before its answer, that the store is still the one that was opened.

SQLite goes on writing into a file that was moved, deleted or overwritten, and says that all is well; on
PostgreSQL a database can be dropped and restored under a service that only sees its connection break.
Each letter acknowledged from then on would be lost.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from mailproc.errors import StoreLost
from mailproc.store.db_errors import driver_errors
from mailproc.store.store_identity import RUN, ServiceRun

_DO = "put it back, or see docs/operators.md"


class Guard(Protocol):
    """``lost`` is why the store is lost, and stays so.

    ``before`` is called in the transaction of a COMMIT, with the driver's connection; ``after`` after it, and
    now and then. Both raise StoreLost.
    """

    lost: StoreLost | None

    def opened(self) -> None: ...

    def writing(self, on: bool) -> None: ...

    def before(self, driver: Any) -> None: ...

    def after(self) -> None: ...


class FileGuard:
    """Check device and inode of the file and its log, its size, and the page that names the present run."""

    def __init__(self, path: Path) -> None:
        self.lost: StoreLost | None = None
        self._path = path
        self._log = f"{path}-wal"
        self._file: tuple[int, int] | None = None
        self._log_file: tuple[int, int] | None = None
        self._size = 0
        self._page: _Page | None = None
        self._looking = threading.Lock()  # the writer and the watchdog check

    def opened(self) -> None:
        """Accept the file that is there now as the store."""
        with suppress(OSError):
            self._file = _inode(os.stat(self._path))

    def writing(self, on: bool) -> None:
        """Note that a writing connection was opened (which made the log), or given up."""
        with self._looking:
            self._log_file = None
            if on:
                with suppress(FileNotFoundError):
                    self._log_file = _inode(os.stat(self._log))

    def begin_run(self, run: str, page: int, page_size: int) -> None:
        """Require from now on that page ``page`` (counted from 1) of the file names ``run``."""
        if self._page is None:
            self._page = _Page(os.open(self._path, os.O_RDONLY | os.O_CLOEXEC))
        self._page.expect(run, page, page_size)

    def before(self, driver: Any) -> None:
        """Do nothing: what happens to the file is visible only after the COMMIT."""

    def after(self) -> None:
        """Check the file; two stats and a read of one page take microseconds."""
        with self._looking:
            if self.lost is None and (why := self._why()):
                self.lost = StoreLost(why)
        if self.lost is not None:
            raise self.lost

    def _why(self) -> str:
        if self._file is None:
            return ""
        try:
            found = os.stat(self._path)
            log = _inode(os.stat(self._log)) if self._log_file else None
        except OSError as error:
            return f"the store {error.filename} is gone ({error.strerror}): {_DO}"
        if _inode(found) != self._file:
            return f"another file lies at {self._path} than the store that was opened: {_DO}"
        if log != self._log_file:
            return f"the store's log {self._log} was deleted or replaced: {_DO}"
        if found.st_size < self._size or (self._page is not None and self._page.is_overwritten()):
            return f"the store {self._path} was truncated or overwritten: {_DO}"
        self._size = found.st_size
        return ""

    def close(self) -> None:
        """Close the descriptor last: closing any drops this process's locks on the file."""
        if self._page is not None:
            self._page.close()
        self._page = None


class _Page:
    """The page of the run, read from the file and not by SQLite, which would answer from its cache."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._run = b""
        self._seen = False
        self._where = (0, 0)

    def expect(self, run: str, page: int, page_size: int) -> None:
        self._run, self._seen, self._where = run.encode("ascii"), False, (page_size, (page - 1) * page_size)

    def is_overwritten(self) -> bool:
        """Return whether it named the run and no longer does (before a checkpoint it need not)."""
        if not self._run:
            return False
        named = self._run in os.pread(self._descriptor, *self._where)
        self._seen = self._seen or named
        return self._seen and not named

    def close(self) -> None:
        os.close(self._descriptor)


class ServerGuard:
    """Check the row of the present run, in the transaction that is to be committed.

    A service that begins changes that row. Both it and whoever commits hold the writers' lock: so a commit
    either came before, and the new service knows of it, or it is refused.
    """

    def __init__(self, shown: str) -> None:
        self.lost: StoreLost | None = None
        self._shown = shown
        self._run: ServiceRun | None = None

    def opened(self) -> None:
        """Do nothing: a server's database is known by its row."""

    def writing(self, on: bool) -> None:
        """Do nothing, as above."""

    def begin_run(self, run: ServiceRun) -> None:
        self._run = run

    def before(self, driver: Any) -> None:
        if self._run is not None and self.lost is None:
            found, term = self._found(driver)
            if found != self._run.name:
                self.lost = StoreLost(self._why(term, self._run.term))
        self.after()

    def after(self) -> None:
        if self.lost is not None:
            raise self.lost

    def _why(self, term: int, ours: int) -> str:
        if term > ours:
            return f"another mailproc has taken the store over (its term is {term}, ours was {ours})"
        return f"the store {self._shown} was replaced by another one: {_DO}"

    def _found(self, driver: Any) -> tuple[str, int]:
        try:
            row = driver.execute(RUN).fetchone()
        except driver_errors() as error:
            if getattr(error, "sqlstate", None) == "42P01":  # no such table
                return "", 0
            raise
        return (str(row[0]), int(row[1])) if row else ("", 0)


def _inode(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
