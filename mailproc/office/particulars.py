"""What a request of ours cannot say to anybody: a day that has passed, an address that is none."""

from datetime import date

from mailproc.config_load.words import is_address
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Delivery


def check_day(name: str, day: date | None, today: date) -> None:
    """LocalFault where ``day`` has passed; both in the library's time zone."""
    if day is not None and day < today:
        raise LocalFault(f"{name}: {day} has passed. Say a day from {today} on, or leave it out.")


def check_delivery(name: str, delivery: Delivery | None) -> None:
    """LocalFault where the e-mail address in it is none: a line break would begin a line of its own."""
    written = delivery.electronic if delivery is not None else None
    if written is not None and not (is_address(written) and written.isprintable()):
        shown = " ".join(written[:80].split())
        raise LocalFault(f"{name}.electronic: {shown!r} is no e-mail address; write reader@library.example.")
