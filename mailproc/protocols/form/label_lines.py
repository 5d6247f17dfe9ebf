"""Read the labelled lines of a letter: "Title: On Letters", one below the other.

A value goes on in the lines below it until the next known label: a postal address, or a title that was
broken, has no label of its own. Only known labels count, because a title may contain any colon.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MOST_LINES = 5_000
"""Lines that are read; a form has dozens."""
LONGEST_LINE = 2_000
LONGEST_LABEL = 80
LONGEST_VALUE = 4_000
MOST_LEFT = 50
"""Lines without a known label that are kept as such; the letter itself is kept whole."""
LONGEST_LEFT = 200
SEPARATORS = ":：\t="
MOST_SEPARATORS = 4
"""Separators of a line that are tried: a label may contain one."""
SIGNATURE = "--"
IN_LINES = frozenset({"delivery_address", "note"})
"""Fields whose value is several lines."""
IN_PARAGRAPHS = frozenset({"note"})
"""Those with blank lines between them."""
WRAPPED = frozenset(
    {"title", "journal", "article_title", "author", "article_author", "subtitle", "series", "publisher"}
    | {"verification", "additional_numbers", "delivery_name", "delivery_extended"}
)
"""Fields whose value is one line that a program may have broken. Every other value is one line."""
_MARKS = " \t*_•·>-–"
_NUMBERED = re.compile(r"\d{1,2}[.)]\s{1,4}")
_ANY_LABEL = re.compile(r"[^\W\d_][^:\n]{1,39}:(?:\s|$)")
"""What looks like a label that nobody knows, at the beginning of a line."""
_KEY = re.compile(r"[a-z]{2,30}(?:-[a-z]{1,30}){1,8}:")
_NO_TEXT = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029), " ")
_NO_TEXT |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""Control characters, separators of lines, and halves of characters."""
KNOWN = "known"
"""The field of labels whose values are of no use."""


@dataclass(frozen=True)
class LabelLines:
    """``values``: by field, each as it was written, never empty; ``labels``: how the form calls these fields.

    ``left``: lines that have no known label. ``unsure``: lines inside values that look like a label nobody
    knows, and lines that say a field once more, otherwise. ``found``: how many labels there were, with a
    value or without.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    found: int = 0


def folded(label: str) -> str:
    """Return a label as it is compared: in small letters, without marks ("* Title" is "title")."""
    plain = _NUMBERED.sub("", label.strip(_MARKS), count=1)
    return " ".join(plain.strip(_MARKS).casefold().split())


def read(text: str, labels: Mapping[str, str], *, bare: bool = False, keyed: bool = False) -> LabelLines:
    """Return what the lines say. Linear in the text.

    ``labels``: the field of each label as ``folded`` writes it. ``bare``: a line that is a label alone,
    without a colon, is one too, as a page writes it above its field. ``keyed``: labels are keys such as
    "item-title", so one that nobody knows ends a value too.
    """
    reader = _Reader(labels, bare=bare, keyed=keyed)
    for line in _lines(text):
        if line.strip() == SIGNATURE:
            break
        reader.line(line[:LONGEST_LINE])
    return reader.result()


def _lines(text: str) -> list[str]:
    """Return the first lines, without signs that are no text: some databases cannot store them."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return [line.translate(_NO_TEXT) for line in whole.split("\n", MOST_LINES)[:MOST_LINES]]


class _Reader:
    """Takes line after line. ``_field``: whose value the next line may go on."""

    def __init__(self, labels: Mapping[str, str], *, bare: bool, keyed: bool) -> None:
        self._labels = labels
        self._bare = bare
        self._keyed = keyed
        self._values: dict[str, str] = {}
        self._written: dict[str, str] = {}
        self._left: list[str] = []
        self._unsure: list[str] = []
        self._field = ""
        self._called = ""
        self._lines: list[str] = []
        self._found = 0

    def line(self, line: str) -> None:
        hit = self._label(line)
        if hit is not None:
            self._end()
            self._found += 1
            self._field, label, first = hit
            self._called = label.strip(_MARKS)
            self._written.setdefault(self._field, self._called)
            self._lines = [first] if first else []
        elif not line.strip():
            self._blank()
        elif self._goes_on(line):
            self._go_on(line.strip())
        else:
            self._end()
            self._leave(line)

    def result(self) -> LabelLines:
        self._end()
        return LabelLines(self._values, self._written, tuple(self._left), tuple(self._unsure), self._found)

    def _label(self, line: str) -> tuple[str, str, str] | None:
        """Return the line's field, its label and the value beside it; None if it has no known label."""
        for at in _separators(line):
            if (name := self._field_of(line[:at])) is not None:
                value = line[at + 1 :].strip()
                bold = line.lstrip().startswith(("*", "_"))
                return name, line[:at], value.strip(_MARKS) if bold else value
        if self._bare and (name := self._field_of(line[: LONGEST_LABEL + 1])) is not None:
            return name, line, ""
        return None

    def _field_of(self, label: str) -> str | None:
        name = folded(label)
        if (found := self._labels.get(name)) is not None:
            return found
        without = name.partition("(")[0].rstrip()  # "Title (required)"
        return self._labels.get(without) if without != name else None

    def _blank(self) -> None:
        if self._field in IN_PARAGRAPHS and self._lines:
            self._lines.append("")
        elif self._lines:
            self._end()

    def _goes_on(self, line: str) -> bool:
        """Return whether the line belongs to the value above it."""
        if not self._field or (self._keyed and _KEY.match(line)):
            return False
        if self._field in IN_LINES or self._field in WRAPPED:
            return True
        return not self._lines and not _ANY_LABEL.match(line)

    def _go_on(self, line: str) -> None:
        if self._lines and _ANY_LABEL.match(line):
            self._doubt(line)
        self._lines.append(line)

    def _doubt(self, line: str) -> None:
        if len(self._unsure) < MOST_LEFT:
            self._unsure.append(line[:LONGEST_LEFT])

    def _leave(self, line: str) -> None:
        if len(self._left) < MOST_LEFT:
            self._left.append(line.strip()[:LONGEST_LEFT])

    def _end(self) -> None:
        """Keep the value that has ended; of a field the first one counts, and staff see each other one."""
        name, lines = self._field, self._lines
        self._field, self._lines = "", []
        value = ("\n" if name in IN_LINES else " ").join(lines).strip()[:LONGEST_VALUE]
        if not value or name in ("", KNOWN):
            return
        if name not in self._values:
            self._values[name] = value
        elif value.casefold() != self._values[name].casefold():
            self._doubt(f"{self._called}: {value}".replace("\n", " / "))


def _separators(line: str) -> Iterator[int]:
    """Yield where a label of the line may end."""
    places = (at for at, sign in enumerate(line[: LONGEST_LABEL + 1]) if sign in SEPARATORS)
    for _, at in zip(range(MOST_SEPARATORS), places, strict=False):
        yield at


def map_of(vocabulary: Mapping[str, Sequence[str]], own: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the field of each label, folded; ``own`` labels of a library go before the shipped ones."""
    both = (*vocabulary.items(), *own.items())
    return {folded(label): name for name, labels in both for label in labels}
