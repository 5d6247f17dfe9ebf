"""What came of a request that staff entered."""

from dataclasses import dataclass

from mailproc.sentence import Sentence


@dataclass(frozen=True)
class Entered:
    """``number``: local, of the new request; ``warnings``: what staff should know of it."""

    number: str
    warnings: tuple[Sentence, ...] = ()
