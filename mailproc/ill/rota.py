"""The rota of a request: which library to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass

COPYRIGHT = "lacks-copyright-compliance"
"""Why a library did not supply, where perhaps only our declaration was missing."""


@dataclass(frozen=True)
class Candidate:
    """One position of a rota. ``tried``: a transaction was started there. ``why_not``: it was passed over."""

    position: int
    partner: str
    tried: bool = False
    why_not: str = ""


def next_candidate(rota: Sequence[Candidate]) -> Candidate | None:
    """Return the first that was neither tried nor passed over; None at the end of the rota."""
    return next((one for one in rota if not one.tried and not one.why_not), None)
