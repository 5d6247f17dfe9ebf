"""Texts that make a pattern work hard, made from its own parse tree.

For each repeat in the tree: what leads to it, a text that it repeats, many times, and an end that fits
nothing. A search begins at every character again, so what leads to the repeat is repeated too, and hidden
inside what the repeat takes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]  # no other parse tree of a pattern can be had
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Tree = Sequence[tuple[Any, Any]]

ENDS = ("", "\x01", "a \n")
"""What stands behind the repeated text: nothing, or what hardly any pattern takes there."""
MOST_TEXTS = 8
LONG = 8
"""A repeat that may take no more than this makes no work."""
_SIGNS = "a0 -\n\t<>\"'@.;:,/\\=?!()[]xA1~\xe9\xa0\r*_#%&+|{}^$`"
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_CLASSES = (op.IN, op.ANY, op.NOT_LITERAL, op.LITERAL)
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S", op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


@dataclass(frozen=True)
class Pump:
    """``lead`` once, ``again`` as often as it takes, ``end``."""

    lead: str
    again: str
    end: str

    def text(self, length: int) -> str:
        return self.lead + self.again * max(1, length // len(self.again)) + self.end


def pumps(pattern: str, flags: int) -> list[Pump]:
    """All pumps of ``pattern``, of text or of bytes as latin-1."""
    found: dict[Pump, None] = {}
    for leads, inner, behind in _repeats(parser.parse(pattern, flags & ~re.DEBUG), [""]):
        for lead in leads:
            for again in _atoms(inner, behind, lead):
                for end in ENDS:
                    found[Pump(lead, again, end)] = None
                    found[Pump("", lead + again, end)] = None
                    found[Pump("", again, end)] = None
            for end in ENDS if lead else ():
                found[Pump("", lead, end)] = None
    return list(found)


def _atoms(inner: Tree, behind: Tree, lead: str) -> list[str]:
    """What the repeat takes: samples of it, those in which a lead is hidden, what its neighbour takes too."""
    own = samples(inner)
    hidden = [one for one in samples(inner, lead) if one not in own] if lead else []
    neighbours = [one for one in samples(behind[:1]) + samples(behind[:2]) if _may_take(inner, one)]
    alone = [*own[:5], *hidden[:3], *neighbours[:3]]
    pairs = [a + b for a in alone[:3] for b in alone[:3] if a != b]
    return [one for one in dict.fromkeys([*alone, *pairs]) if one]


def _repeats(tree: Tree, leads: list[str]) -> Iterator[tuple[list[str], Tree, Tree]]:
    """What leads to each long repeat, what it repeats, and what stands behind it."""
    for index, (kind, given) in enumerate(tree):
        if kind in _REPEATS and given[1] > LONG:
            yield leads, given[2], list(tree)[index + 1 :]
        for inner in _inside(kind, given):
            yield from _repeats(inner, leads)
        longer = (lead + own for own in samples([(kind, given)])[:4] for lead in leads[:4])
        leads = list(dict.fromkeys(longer))[:MOST_TEXTS]


def _inside(kind: Any, given: Any) -> list[Tree]:
    if kind in _REPEATS:
        return [given[2]]
    if kind is op.SUBPATTERN:
        return [given[3]]
    if kind is op.BRANCH:
        return list(given[1])
    if kind is op.ATOMIC_GROUP:
        return [given]
    return [given[1]] if kind in (op.ASSERT, op.ASSERT_NOT) else []


def samples(tree: Tree, filler: str = "") -> list[str]:
    """A few texts that ``tree`` takes. ``filler``: what of it may stand in a run of one class does so."""
    texts = [""]
    for kind, given in tree:
        several = [a + b for b in _samples(kind, given, filler)[:MOST_TEXTS] for a in texts[:4]]
        texts = list(dict.fromkeys(several))[: 2 * MOST_TEXTS] or texts
    return texts


def _samples(kind: Any, given: Any, filler: str) -> list[str]:
    if kind in _REPEATS:
        return _repeated(given, filler)
    if kind in _CLASSES:
        return _of_class(kind, given)
    if kind is op.ASSERT:
        return samples(given[1], filler) if given[0] < 0 else [""]  # what must stand before
    if kind is op.BRANCH:
        return [text for branch in given[1] for text in samples(branch, filler)[:3]]
    return [
        text for inner in _inside(kind, given) if kind is not op.ASSERT_NOT for text in samples(inner, filler)
    ] or [""]


def _repeated(given: Any, filler: str) -> list[str]:
    low, high, inner = given
    texts = [one * max(low, 1) for one in samples(inner, filler)]
    if high > LONG and len(inner) == 1 and inner[0][0] in _CLASSES:
        hidden = "".join(one for one in filler if _takes(*inner[0], one))
        texts = ([hidden] if len(hidden) >= low else []) + texts
    return ([] if low else [""]) + texts


def _of_class(kind: Any, given: Any) -> list[str]:
    """Signs that a class takes: the ends of its ranges too."""
    named = [chr(given)] if kind is op.LITERAL else []
    for one, value in given if kind is op.IN else ():
        if one is op.LITERAL:
            named.append(chr(value))
        elif one is op.RANGE:
            named += [chr(end) for end in value]
    return [one for one in dict.fromkeys([*_SIGNS, *named]) if _takes(kind, given, one)]


def _takes(kind: Any, given: Any, sign: str) -> bool:
    if kind is op.ANY:
        return sign != "\n"
    if kind is not op.IN:
        return (chr(given) == sign) == (kind is op.LITERAL)
    negated = given[0][0] is op.NEGATE
    return any(_holds(*member, sign) for member in given[negated:]) != negated


def _holds(kind: Any, given: Any, sign: str) -> bool:
    if kind is op.RANGE:
        return bool(given[0] <= ord(sign) <= given[1])
    if kind is op.CATEGORY:
        return re.match(_CATEGORIES[given], sign) is not None
    return bool(ord(sign) == given)


def _may_take(inner: Tree, text: str) -> bool:
    """Then a run of its neighbour's text can be read in many ways."""
    if len(text) != 1 or len(inner) != 1 or inner[0][0] not in _CLASSES:
        return bool(text)
    return _takes(*inner[0], text)
