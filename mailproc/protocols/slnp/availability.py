"""May a loan that we are asked for be refused at once? Only where our own catalogues leave no doubt."""

from collections.abc import Sequence

from mailproc.ill.holding import Available, LookUp

ONLY_BY = "isbn"
"""What a catalogue must have searched by: a title may be written in another way there."""


def refusal(said: Sequence[LookUp]) -> str:
    """Return the key of the answer's words; '' if the order is taken.

    It is refused if no catalogue has the record, none of its records has a copy, or all copies are out.
    """
    if not said or any(one.fault or one.answer.searched_by != ONLY_BY for one in said):
        return ""
    if not any(one.answer.records for one in said):
        return "keine-exemplare"
    copies = [holding for one in said for holding in one.answer.holdings]
    if any(copy.available is not Available.NO for copy in copies):
        return ""
    return "ausgeliehen" if any(copy.until for copy in copies) else "keine-bestellbaren"
