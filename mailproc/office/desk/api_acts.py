"""An act that another system asks for, read from its JSON: named as the options of the command line."""

import datetime
import re
from dataclasses import dataclass, fields
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.actions import HEARD_BY
from mailproc.office.acts.options import MOST_LOCATIONS
from mailproc.office.acts.staff_act import ActSaid, StaffAct
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import sentence

DOOR = "api"
"""The door of what another system asked for; the event has it beside the token's name."""
_MARK = re.compile(r"(?:[0-9]{1,20}\.[0-9]{1,20})?")


class NoMark(LocalFault):
    """``seen`` is no mark of a request."""


@dataclass(frozen=True, kw_only=True)
class ApiAct(ActSaid):
    """An act on a request. `mailproc act B1` says which action is possible, and which of these it takes.

    ``seen``: the ETag of the request as it was read, without its quotes. No file can be attached: its path
    would be one of the service's machine.
    """

    date: datetime.date | None = None
    dry_run: bool = False


def read(value: Any) -> ApiAct:
    """Read an act from JSON. Raise LocalFault that names the field; NoMark."""
    act: ApiAct = apdu_json.value_from_json(ApiAct, value, "act")
    if act.heard_by and act.heard_by not in HEARD_BY:
        raise LocalFault(sentence("heard-by-one-of", known=", ".join(HEARD_BY)))
    if len(act.locations) > MOST_LOCATIONS:
        raise LocalFault(
            sentence("too-long", name="locations", count=len(act.locations), most=MOST_LOCATIONS)
        )
    if not _MARK.fullmatch(act.seen):
        raise NoMark(sentence("api-seen"))
    return act


def staff_act(act: ApiAct, number: str, holder: StaffPerson) -> StaffAct:
    """Return it as an act of who holds the token."""
    said = {field.name: _trimmed(getattr(act, field.name)) for field in fields(ActSaid)}
    return StaffAct(**said, number=number, on=act.date, by=holder.login, door=DOOR)


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
