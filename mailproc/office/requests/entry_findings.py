"""What the checks of an entry find of a new request, and what of it stops the request."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.requests.entry_checks import CHECKS, NewEntry, Weight
from mailproc.sentence import Sentence, sentence


@dataclass(frozen=True)
class EntryFinding:
    """What a check says, and what that does."""

    weight: Weight
    said: Sentence


def found(entry: NewEntry, connection: Connection, context: Context) -> tuple[EntryFinding, ...]:
    """Return what all checks find."""
    said = ((row.weight, row.find(entry, connection, context)) for row in CHECKS.values())
    return tuple(EntryFinding(weight, one) for weight, one in said if one is not None)


def check(
    entry: NewEntry, connection: Connection, context: Context, *, anyway: bool = False
) -> tuple[Sentence, ...]:
    """Return what staff should know of it. Raise LocalFault for what is refused."""
    all_found = found(entry, connection, context)
    for one in all_found:
        if one.weight is Weight.REFUSED:
            raise LocalFault(one.said)
    hindrances = [one.said for one in all_found if one.weight is Weight.ANYWAY]
    if hindrances and not anyway:  # all of them: --anyway sets all aside
        raise LocalFault(hindrances[0], (sentence("enter-anyway"),), also=hindrances[1:])
    return tuple(one.said for one in all_found)
