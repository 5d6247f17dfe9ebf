"""What became of the messages of a letter, in words."""

from collections.abc import Sequence

from mailproc.flow.intake.placement import Placement
from mailproc.protocols.codec import Fault
from mailproc.sentence import Part, Sentence, sentence


def first_and_count(faults: Sequence[Fault | str]) -> str:
    """Return the first of what could not be read or placed, and how many more there are."""
    return str(faults[0]) + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else "")


def nothing_ours(placement: Placement) -> Sentence:
    """Return why a letter lies on the shelf that names no number of ours."""
    named = ", ".join(placement.not_ours[:5]) or "no number"
    more = ", …" if len(placement.not_ours) > 5 else ""
    return sentence("nothing-ours", numbers=named + more)


def summary(placement: Placement) -> list[Part]:
    """Return what became of the messages of a letter, counted."""
    counts = (
        ("count-read", placement.read),
        ("count-placed", placement.placed),
        ("count-elsewhere", placement.elsewhere),
        ("count-unreadable", len(placement.faults)),
        ("count-unknown", len(placement.unknown)),
    )
    parts: list[Part] = [sentence(code, count=count) for code, count in counts if count]
    if placement.not_ours:
        shown = ", ".join(placement.not_ours[:20])[:400]
        parts.append(sentence("count-not-ours", count=len(placement.not_ours), numbers=shown))
    return parts or [sentence("nothing-to-place")]
