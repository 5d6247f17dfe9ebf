"""The result of an action of staff on a letter, or on one message of it."""

from dataclasses import dataclass

from mailproc.sentence import Part


@dataclass(frozen=True)
class Handled:
    """``id``: I12, O12 or E40. ``state``: of its row now (docs/queue.md). ``text``: a sentence.

    ``request``: the request it was assigned to, as staff named it. ``follows``: the consequences, as text.
    """

    id: str
    state: str
    text: Part
    request: str = ""
    follows: tuple[Part, ...] = ()
