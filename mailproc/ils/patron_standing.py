"""What the library system says of a patron, by whatever protocol it was asked."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class PatronStanding:
    """One patron, as known at the moment of the question.

    ``known``: whether there is such a patron; all else but ``message`` is empty if not. ``address``: one
    line. ``expires_on``: the last day. ``blocks``: names of PatronBlock, or words of the system.
    ``pin_valid``: None if no PIN was given, or nothing was said. ``owes``: amount and currency, as the system
    writes them. ``message``: for staff, in its words.
    """

    known: bool
    id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    category: str = ""
    expires_on: date | None = None
    blocks: tuple[str, ...] = ()
    pin_valid: bool | None = None
    owes: str = ""
    message: str = ""


class PatronLookup(Protocol):
    """Asks the library system. Both end within the time that config.toml gives, whatever it does."""

    def ask(self, number: str) -> PatronStanding:
        """Return what it says of the patron with this number or barcode.

        Raise TryLater if it is down, slow or makes no sense; Misconfigured if it refuses us.
        """

    def check(self) -> str:
        """Return what is to be said of a system that can be asked. Raise as ``ask``."""
