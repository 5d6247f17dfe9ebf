"""The page "To do" is made once for each change of the store, for however many desks look at it.

Over a hundred thousand open requests it takes a tenth of a second, and after each change every desk asks.
"""

import threading
import time

from mailproc.flow.context import Context
from mailproc.office.desk import to_do
from mailproc.office.desk.row_acts import KeptRowActs
from mailproc.office.desk.to_do import ToDoPage
from mailproc.store.engine import Store

LONGEST = 10.0
"""Seconds for which a page is shown again: templates may change while the store does not."""


class KeptToDo:
    """Safe from any thread; whoever asks meanwhile waits for the page that is being made."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context
        self._alone = threading.Lock()
        self._acts = KeptRowActs()
        self._kept: tuple[object, float, ToDoPage] | None = None

    def page(self) -> ToDoPage:
        """Return the page as it is now. Raise TryLater."""
        with self._alone:
            now_at = self._store.data_version(), self._context.today()
            if self._kept and self._kept[0] == now_at and time.monotonic() - self._kept[1] < LONGEST:
                return self._kept[2]
            begun = time.monotonic()
            with self._store.read() as connection:
                page = to_do.page(connection, self._context, self._acts)
            self._kept = now_at, begun, page
            return page
