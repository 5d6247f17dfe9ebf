"""By what a letter is followed through the log: the received letter that began it, else the event.

A trace is words with blanks between them: "I4", or "E12" where staff or a date began it, and the request's
number, as "I4 B1". A letter of ours that holds several messages has the traces of all.
"""

from collections.abc import Iterable

from mailproc.store import events
from mailproc.store.rows import Event

LONGEST = 500
"""Characters that are stored: of an order file of hundreds of orders, those of the first ones."""


def of_event(event: Event, number: str = "") -> str:
    """Return the trace of what the event does; ``number`` of its request, where it has one."""
    letter = events.due_to(event)
    return of_letter(letter, number) if letter is not None else f"E{event.id} {number}".rstrip()


def of_letter(inbox_id: int, number: str = "") -> str:
    """Return the trace of what this received letter does."""
    return f"I{inbox_id} {number}".rstrip()


def letter_of(trace: str) -> int:
    """Return the number of the letter that the trace begins with; 0 for what staff or a date began."""
    word = trace.split(" ", 1)[0]
    return int(word[1:]) if word[:1] == "I" and word[1:].isdigit() else 0


def joined(traces: Iterable[str]) -> str:
    """Return them as one, each word once."""
    words = dict.fromkeys(word for trace in traces for word in trace.split())
    whole = " ".join(words)
    return whole if len(whole) <= LONGEST else whole[:LONGEST].rpartition(" ")[0]
