"""Which requests a list shows."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Filter:
    """``partner`` is a symbol as configured; ``find`` are words in any order (store/find.py).

    ``due``: only loans that are out and due on this day or before it; ``since``: only what changed at this
    time or later.
    """

    role: str = ""
    state: str = ""
    partner: str = ""
    attention: bool = False
    find: str = ""
    service: str = ""
    due: date | None = None
    since: datetime | None = None
    limit: int = 50
