"""Find the short codes in what people write (NIS, O/L, W/L 3), as the table in data explains them.

They are a suggestion to staff and no more. A code in capitals counts anywhere in the writer's words, a small
one only in a short answer: "ref" and "mis" are words too.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SHIPPED = Path(__file__).parent / "short_codes.toml"

MOST_LOOKED_AT = 2_000
"""Characters of a letter: a code stands at its beginning."""
SHORT_ANSWER = 10
"""Words of an answer in which small letters may be a code."""
MOST = 4

_WORD = re.compile(r"(?<![\w/-])[A-Za-z]{1,4}+(?:[/-][A-Za-z]{1,3}+)?\??(?![\w/-])")
_NUMBER = re.compile(r"[ :]{0,3}+(?:no\.? ?)?([0-9]{1,3}+)(?![.\d])")
_SENTENCE = re.compile(r"[.!?\n]")


@dataclass(frozen=True)
class ShortCode:
    """A row of the table; ``number`` is what stands behind the code in a letter."""

    word: str
    means: str
    act: str
    options: str
    sure: str
    source: str
    phrases: tuple[str, ...] = ()
    number: str = ""

    @property
    def given(self) -> tuple[str, str]:
        """Return the name of the option that goes with the act, and its value; '' twice for none."""
        option, _, value = self.options.format(number=self.number or "NUMBER").partition(" ")
        return option.removeprefix("--"), value

    @property
    def command(self) -> str:
        """Return the act with its options, without --heard-by; '' if nothing follows from the code."""
        options = self.options.format(number=self.number or "NUMBER")
        return f"{self.act} {options}".strip()


def found(text: str) -> tuple[ShortCode, ...]:
    """Return the codes in a writer's own words, in their order, each once; at most ``MOST``."""
    said = text[:MOST_LOOKED_AT]
    short = len(said.split(None, SHORT_ANSWER)) <= SHORT_ANSWER
    placed: dict[str, tuple[int, ShortCode]] = {}
    for match in _WORD.finditer(said):
        row = _by_word().get(match[0].casefold())
        if row is not None and (match[0] == row.word or short or "/" in row.word):
            number = _NUMBER.match(said, match.end())
            placed.setdefault(row.word, (match.start(), _numbered(row, number[1] if number else "")))
    for start, phrase in _phrases(said):
        if row := _by_phrase().get(phrase):
            placed.setdefault(row.word, (start, row))
    in_order = sorted(placed.values(), key=lambda one: one[0])
    return tuple(row for _, row in in_order)[:MOST]


def _phrases(said: str) -> list[tuple[int, str]]:
    """Return the beginnings of the sentences, up to a comma, each with its place."""
    phrases: list[tuple[int, str]] = []
    start = 0
    for sentence in _SENTENCE.split(said):
        phrases.append((start, sentence.partition(",")[0].strip().casefold()))
        start += len(sentence) + 1
    return phrases


def _numbered(row: ShortCode, number: str) -> ShortCode:
    return ShortCode(**{**vars(row), "number": number})


@cache
def _by_word() -> dict[str, ShortCode]:
    return {row.word.casefold(): row for row in table()}


@cache
def _by_phrase() -> dict[str, ShortCode]:
    return {phrase: row for row in table() for phrase in row.phrases}


@cache
def table() -> tuple[ShortCode, ...]:
    """Return the rows. Raise TypeError for one with a field that is missing or unknown."""
    rows = tomllib.loads(_SHIPPED.read_text("utf-8"))["code"]
    return tuple(ShortCode(**{**row, "phrases": tuple(row.get("phrases", ()))}) for row in rows)
