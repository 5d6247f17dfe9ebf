"""Handle what the standard has no component for: write it into the note, else report it as lost."""

from mailproc.ill.apdu import Apdu, IllAnswer, IllRequest, Overdue
from mailproc.ill.note_sentences import LEVEL, POSITION, written
from mailproc.protocols.codec import Held, NotTold
from mailproc.protocols.field_codec import Tree
from mailproc.protocols.iso10161.fields.strings import WORDS, tidy
from mailproc.protocols.lost_fields import MOST_WORDS


def into_note(apdu: Apdu, tree: Tree, component: str, words: str) -> None:
    """Add ``words`` to the note, once; there people read them."""
    if tidy(words) not in (apdu.note or ""):
        tree[component] = WORDS.write("\n".join(filter(None, (apdu.note, words))))


def write_level(overdue: Overdue, tree: Tree) -> None:
    """Write the number of a repeated Overdue into the note; the first needs none."""
    if (overdue.level or 0) > 1:
        into_note(overdue, tree, "responder-note", written(LEVEL, str(overdue.level)))


def write_position(answer: IllAnswer, tree: Tree) -> None:
    if answer.position is not None:
        into_note(answer, tree, "responder-note", written(POSITION, str(answer.position)))


def not_told(apdu: Apdu) -> tuple[NotTold, ...]:
    """Return the same for the history and for whoever sends it: each field with its words."""
    lost: dict[str, str] = {}
    if isinstance(apdu, IllRequest):
        lost["keywords"] = ", ".join(apdu.keywords)
        lost["item.lines"] = "" if apdu.item.title else " / ".join(apdu.item.lines)
    if isinstance(apdu, IllAnswer):
        lost["conditions"] = ", ".join(one.condition for one in apdu.conditions[1:])
    return tuple(NotTold(field, words[:MOST_WORDS]) for field, words in lost.items() if words)


def of(index: int, apdu: Apdu) -> tuple[Held, ...]:
    """Return what is not transmitted of the APDU at ``index``, for staff to see."""
    lost: dict[str, str] = {}
    if isinstance(apdu, IllRequest):
        if apdu.keywords:
            lost["keywords"] = f"ISO 10161 has no place for {', '.join(apdu.keywords)}"
        if apdu.item.lines and not apdu.item.title:
            lost["item.lines"] = "ISO 10161 has no place for lines that no field holds"
    if isinstance(apdu, IllAnswer) and len(apdu.conditions) > 1:
        others = ", ".join(one.condition for one in apdu.conditions[1:])
        lost["conditions"] = f"one message has room for one condition; this one does not say {others}"
    return tuple(Held(index, field, text) for field, text in lost.items())
