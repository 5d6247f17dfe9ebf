"""What became of a letter, or of one message of it, with which staff did something."""

from dataclasses import dataclass

from mailproc.sentence import Part


@dataclass(frozen=True)
class Handled:
    """``id``: I12, O12 or E40. ``state``: of its row now (docs/queue.md). ``text``: a sentence. ``request``:
    to which it was put, as it was named. ``follows``: what comes of it, in words."""

    id: str
    state: str
    text: Part
    request: str = ""
    follows: tuple[Part, ...] = ()
