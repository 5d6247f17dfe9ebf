"""What is asked of a library system, and told to it, as values. Texts may hold any characters."""

from dataclasses import dataclass
from datetime import UTC, date, tzinfo


@dataclass(frozen=True)
class NcipDialect:
    """How one system wants its messages.

    ``from_agency``, ``to_agency``: ours and its own code; without both the header is left out. ``namespace``:
    some systems read only names without one. ``zone``: in which a day ends.
    """

    from_agency: str = ""
    to_agency: str = ""
    namespace: bool = True
    zone: tzinfo = UTC


@dataclass(frozen=True)
class LookupUser:
    """Ask who a reader is. With a ``pin`` the system checks it, and ``user`` is a barcode."""

    user: str
    pin: str = ""

    def __repr__(self) -> str:
        return "LookupUser()"  # a log never shows who was asked for, or the PIN


@dataclass(frozen=True)
class AcceptItem:
    """Tell that a borrowed item has arrived: the system makes an item of it, and a hold for the reader.

    ``number``: of our request. ``return_on``: when it must be back with its owner.
    """

    number: str
    user: str
    barcode: str
    title: str = ""
    author: str = ""
    publisher: str = ""
    publication_date: str = ""
    pickup: str = ""
    return_on: date | None = None


@dataclass(frozen=True)
class CheckOutItem:
    """Lend the item to the user."""

    user: str
    barcode: str
    number: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class CheckInItem:
    """Tell that the item is back."""

    barcode: str


@dataclass(frozen=True)
class RequestItem:
    """Ask for an item of theirs to be kept for the user."""

    number: str
    user: str
    barcode: str
    needed_on: date | None = None
    pickup: str = ""


@dataclass(frozen=True)
class CancelRequestItem:
    """Take back a RequestItem of the same ``number``."""

    number: str
    user: str


Message = LookupUser | AcceptItem | CheckOutItem | CheckInItem | RequestItem | CancelRequestItem
