"""An action as it is said: at the command line, at the desk, or by another system."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class ActSaid:
    """What whoever acts may say of an action; '' and None for what is not said.

    ``cost``: an amount and its currency ("12.50 EUR"). ``to``: the symbol of the library that has it now
    (forward). ``locations``: symbols of holding libraries. ``heard_by`` (one of HEARD_BY): the partner told
    us; the action is the partner's, and nothing is sent. ``quiet``: the reader is not told. ``wrong``,
    ``partial``: what came is not what was asked for. ``barcode``: of the item, for our library system.
    ``anyway``: it is insisted on though it was refused as pointless. ``seen``: the mark of the request as it
    was shown (``overtaken.mark``), '' if it was not.
    """

    action: str
    note: str = ""
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
    seen: str = ""


@dataclass(frozen=True, kw_only=True)
class StaffAct(ActSaid):
    """An action of staff on the request ``number``.

    ``on`` is the date that it names (due, renewal, dispatch, reply by), ``by`` who does it. ``attach``: paths
    of files that go with it. ``once``: a mark that makes a double click one action.
    """

    number: str
    on: date | None = None
    attach: tuple[str, ...] = ()
    by: str = ""
    door: str = "cli"
    once: str = ""
