"""Check single fields of a request: a day that has passed, an invalid address, a declaration by nobody."""

from dataclasses import replace
from datetime import date

from mailproc.config_load.value_checks import is_address
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.apdu import Delivery
from mailproc.ill.copyright_rules import Declaration
from mailproc.sentence import sentence


def check_day(name: str, day: date | None, today: date) -> None:
    """Raise LocalFault if ``day`` has passed; both are in the library's time zone."""
    if day is not None and day < today:
        raise LocalFault(sentence("day-passed", name=name, day=str(day), today=str(today)))


def checked(declaration: Declaration | None, context: Context) -> Declaration | None:
    """Return it with its day, by default today, and its wording, by default that of config.toml.

    Raise LocalFault if nobody signed it, or on a day to come.
    """
    if declaration is None:
        return None
    if not declaration.signed_by.strip() or not declaration.signed_by.isprintable():
        raise LocalFault(sentence("declared-by-whom"))
    day = declaration.signed_on or context.today()
    if day > context.today():
        raise LocalFault(sentence("declared-to-come", day=day, today=context.today()))
    wording = declaration.wording or context.config.policy.copyright_wording
    return replace(declaration, signed_on=day, wording=wording)


def check_delivery(name: str, delivery: Delivery | None) -> None:
    """Raise LocalFault if its e-mail address is invalid: a line break would begin a new line of an order."""
    written = delivery.electronic if delivery is not None else None
    if written is not None and not (is_address(written) and written.isprintable()):
        shown = " ".join(written[:80].split())
        raise LocalFault(sentence("no-email-address", name=name, given=shown))
