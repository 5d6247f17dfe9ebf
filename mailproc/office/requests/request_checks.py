"""What a request of ours cannot say to anybody: a day that has passed, an address that is none."""

from datetime import date

from mailproc.config_load.value_checks import is_address
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Delivery
from mailproc.sentence import sentence


def check_day(name: str, day: date | None, today: date) -> None:
    """LocalFault where ``day`` has passed; both in the library's time zone."""
    if day is not None and day < today:
        raise LocalFault(sentence("day-passed", name=name, day=str(day), today=str(today)))


def check_delivery(name: str, delivery: Delivery | None) -> None:
    """LocalFault where the e-mail address in it is none: a line break would begin a line of its own."""
    written = delivery.electronic if delivery is not None else None
    if written is not None and not (is_address(written) and written.isprintable()):
        shown = " ".join(written[:80].split())
        raise LocalFault(sentence("no-email-address", name=name, given=shown))
