"""What the practising British Library says to what: one table in data, ``scripts.toml``."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

ORDER, CANCEL = "order", "cancel"


@dataclass(frozen=True)
class Reply:
    """One answer. ``say`` is a reply code, ``text`` a whole letter instead; ``only`` is
    "COPY" or "LOAN" where the answer belongs to that service alone, '' for both."""

    on: str
    say: str = ""
    text: str = ""
    only: str = ""
    both: bool = False


@dataclass(frozen=True)
class Script:
    words: tuple[str, ...]
    help: str
    replies: tuple[Reply, ...]
    silent: bool = False

    def answers(self, cue: str, service: str) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if reply.on == cue and reply.only in ("", service))

    @property
    def cues(self) -> tuple[str, ...]:
        """The cues a person may give, in the order of the story."""
        return tuple(dict.fromkeys(reply.on for reply in self.replies if reply.on not in (ORDER, CANCEL)))


@cache
def scripts() -> tuple[Script, ...]:
    table = tomllib.loads((files(__package__) / "scripts.toml").read_text("utf-8"))
    return tuple(_script(row) for row in table["script"])


def _script(row: dict[str, Any]) -> Script:
    replies = tuple(Reply(**reply) for reply in row.pop("replies"))
    return Script(words=tuple(row.pop("words")), replies=replies, **row)


def filled() -> Script:
    """What happens to an order without a word, and to every order at an obliging library."""
    return scripts()[0]


def choose(lines: Iterable[str]) -> Script:
    """The script of the first word of the table that stands in the order's lines, in capitals."""
    by_word = {word: script for script in scripts() for word in script.words}
    found = _pattern(tuple(by_word)).search("\n".join(lines))
    return by_word[found[0]] if found else filled()


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
