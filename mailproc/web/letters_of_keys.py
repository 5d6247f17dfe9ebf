"""Which letter of the keyboard stands for what."""

from collections.abc import Iterable, Mapping
from string import ascii_lowercase

TAKEN = "jkuzgx"
"""Letters that mean the same on each page."""
OF_ANSWERS: Mapping[str, str] = {"yes": "y", "no": "n"}
OF_ACTS: Mapping[str, str] = {
    "receive": "r", "return": "b", "renew": "e", "collected": "p", "cancel": "c",
    "ship": "s", "will-supply": "w", "hold": "h", "conditional": "d", "unfilled": "f", "answer-retry": "a",
    "check-in": "i", "overdue": "o", "recall": "l",
    "message": "m", "query": "q", "close": "v", "put-off": "t", "show-again": "t",
}  # fmt: skip
"""The letter of an act, the same on all pages and in all languages. What is done seldom, or must not be done
by a slip (lost, damaged), has none."""


def of_act(action: str, answer: str) -> str:
    """Return the letter of an act of staff with its yes or no; '' for none."""
    return OF_ANSWERS.get(answer) or OF_ACTS.get(action, "")


def letters(names: Iterable[str], taken: str = "") -> list[str]:
    """Return a letter for each name, its first one that is free; '' where there is none."""
    found: list[str] = []
    for name in names:
        free = (
            one for one in name.lower() if one in ascii_lowercase and one not in taken and one not in found
        )
        found.append(next(free, ""))
    return found
