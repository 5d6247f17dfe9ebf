"""Check a request of ours for what no partner could be sent: a day that has passed, an invalid address."""

from datetime import date

from mailproc.config_load.value_checks import is_address
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Delivery
from mailproc.sentence import sentence


def check_day(name: str, day: date | None, today: date) -> None:
    """Raise LocalFault if ``day`` has passed; both are in the library's time zone."""
    if day is not None and day < today:
        raise LocalFault(sentence("day-passed", name=name, day=str(day), today=str(today)))


def check_delivery(name: str, delivery: Delivery | None) -> None:
    """Raise LocalFault if its e-mail address is invalid: a line break would begin a new line of an order."""
    written = delivery.electronic if delivery is not None else None
    if written is not None and not (is_address(written) and written.isprintable()):
        shown = " ".join(written[:80].split())
        raise LocalFault(sentence("no-email-address", name=name, given=shown))
