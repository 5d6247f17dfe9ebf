"""What the checks of an entry find of a new request, and what of it stops the request."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.office.requests.entry_checks import CHECKS, EntryCheck, NewEntry, Weight
from mailproc.sentence import Sentence, sentence

STOPS = (Weight.ANYWAY, Weight.ASKED)
"""What stops a request of ours at the desk until staff say so once more."""


@dataclass(frozen=True)
class EntryFinding:
    """What a check says, and what that does."""

    weight: Weight
    said: Sentence


def found(entry: NewEntry, connection: Connection, context: Context) -> tuple[EntryFinding, ...]:
    """Return what all checks find."""
    said = ((_weight(row, entry), row.find(entry, connection, context)) for row in CHECKS.values())
    return tuple(EntryFinding(weight, one) for weight, one in said if one is not None)


def _weight(row: EntryCheck, entry: NewEntry) -> Weight:
    """What a partner wrote on its order is none of our slips: nobody is asked about it."""
    return Weight.WARNED if row.weight is Weight.ASKED and entry.role is Role.RESPONDER else row.weight


def check(
    entry: NewEntry, connection: Connection, context: Context, *, anyway: bool = False, asks: bool = False
) -> tuple[Sentence, ...]:
    """Return what staff should know of it. Raise LocalFault for what is refused.

    ``asks``: a person places it at the desk, who is asked about what looks like a slip.
    """
    all_found = found(entry, connection, context)
    for one in all_found:
        if one.weight is Weight.REFUSED:
            raise LocalFault(one.said)
    stopping = STOPS if asks else (Weight.ANYWAY,)
    hindrances = [one.said for one in all_found if one.weight in stopping]
    if hindrances and not anyway:  # all of them: --anyway sets all aside
        raise LocalFault(hindrances[0], (sentence("enter-anyway"),), also=hindrances[1:])
    return tuple(one.said for one in all_found)
