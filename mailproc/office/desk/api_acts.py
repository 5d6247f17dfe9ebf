"""An act that another system asks for, read from its JSON: named as the options of the command line."""

import datetime
from dataclasses import dataclass
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.actions import HEARD_BY
from mailproc.office.acts.act_messages import StaffAct
from mailproc.office.acts.options import MOST_LOCATIONS
from mailproc.office.staff.people import StaffPerson
from mailproc.sentence import sentence

DOOR = "api"
"""The door of what another system asked for; the event has it beside the token's name."""
MOST_SEEN = 64


@dataclass(frozen=True, kw_only=True)
class ApiAct:
    """An act on a request. `mailproc act B1` says which action is possible, and which of these it takes.

    ``seen``: the ETag of the request as it was read, without its quotes. No file can be attached: its path
    would be one of the service's machine.
    """

    action: str
    note: str = ""
    date: datetime.date | None = None
    reason: str = ""
    condition: str = ""
    answer: bool | None = None
    position: int | None = None
    level: int | None = None
    service: str = ""
    cost: str = ""
    via: str = ""
    to: str = ""
    locations: tuple[str, ...] = ()
    quiet: bool = False
    wrong: bool = False
    partial: bool = False
    barcode: str = ""
    heard_by: str = ""
    repeat: bool = False
    anyway: bool = False
    dry_run: bool = False
    seen: str = ""


def read(value: Any) -> ApiAct:
    """Read an act from JSON. Raise LocalFault that names the field."""
    act: ApiAct = apdu_json.value_from_json(ApiAct, value, "act")
    if act.heard_by and act.heard_by not in HEARD_BY:
        raise LocalFault(sentence("heard-by-one-of", known=", ".join(HEARD_BY)))
    if len(act.locations) > MOST_LOCATIONS:
        raise LocalFault(
            sentence("too-long", name="locations", count=len(act.locations), most=MOST_LOCATIONS)
        )
    return act


def staff_act(act: ApiAct, number: str, holder: StaffPerson) -> StaffAct:
    """Return it as an act of who holds the token."""
    return StaffAct(
        action=act.action,
        number=number,
        note=act.note.strip(),
        on=act.date,
        reason=act.reason.strip(),
        condition=act.condition.strip(),
        answer=act.answer,
        position=act.position,
        level=act.level,
        service=act.service.strip(),
        cost=act.cost.strip(),
        via=act.via.strip(),
        to=act.to.strip(),
        locations=act.locations,
        quiet=act.quiet,
        wrong=act.wrong,
        partial=act.partial,
        barcode=act.barcode.strip(),
        heard_by=act.heard_by,
        repeat=act.repeat,
        anyway=act.anyway,
        by=holder.login,
        door=DOOR,
        seen=act.seen[:MOST_SEEN],
    )
