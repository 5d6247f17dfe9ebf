"""What came of a request that staff entered."""

from dataclasses import dataclass

from mailproc.sentence import Sentence


@dataclass(frozen=True)
class Entered:
    """``number``: local, of the new request; ``partner``: who is asked first, or asks us; ``warnings``: what
    staff should know of it."""

    number: str
    partner: str
    warnings: tuple[Sentence, ...] = ()
