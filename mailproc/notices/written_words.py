"""Find in what people write the acts that their words may mean, as the table in data says.

It orders the suggestions to staff, and says whether an act of theirs is what a reader asked for: then the
letter is dealt with. It carries nothing out: a person wrote the words, and may mean something else.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SHIPPED = Path(__file__).parent / "written_words.toml"

MOST_LOOKED_AT = 2_000
"""Characters of a letter: what it is about stands at its beginning."""

_SENTENCE = re.compile(r"[.!?;\n]")
_NO_WORD = re.compile(r"[^\w']+")
GAP = " … "


@dataclass(frozen=True)
class WrittenWords:
    """A row of the table."""

    writer: str
    act: str
    phrases: tuple[str, ...]
    answer: str = ""

    @property
    def meant(self) -> str:
        """Return the act with its answer: "renew-reply yes"."""
        return f"{self.act} {self.answer}".rstrip()


def meant(text: str, writer: str) -> tuple[str, ...]:
    """Return the acts that the words of ``writer`` may mean, in the order of the table."""
    said = unicodedata.normalize("NFC", text[:MOST_LOOKED_AT]).casefold().replace("’", "'")
    sentences = [f" {_NO_WORD.sub(' ', one).strip()}" for one in _SENTENCE.split(said)]
    rows = (row for row in table() if row.writer == writer)
    return tuple(
        row.meant for row in rows if any(_says(one, phrase) for one in sentences for phrase in row.phrases)
    )


def _says(sentence: str, phrase: str) -> bool:
    """Return whether the parts of the phrase stand in the sentence one after the other, each at a word's
    beginning."""
    place = 0
    for part in phrase.split(GAP):
        place = sentence.find(f" {part}", place)
        if place < 0:
            return False
        place += len(part)
    return True


@cache
def table() -> tuple[WrittenWords, ...]:
    """Return the rows. Raise TypeError for one with a field that is missing or unknown."""
    rows = tomllib.loads(_SHIPPED.read_text("utf-8"))["words"]
    return tuple(WrittenWords(**{**row, "phrases": tuple(row["phrases"])}) for row in rows)
