"""Options that take one of a few known words."""

from collections.abc import Iterable

from mailproc.errors import LocalFault
from mailproc.sentence import sentence


def one_of(option: str, given: str, known: Iterable[str]) -> None:
    """Raise LocalFault if a word was given that is none of these, in upper or lower case."""
    words = list(known)
    if given and given.lower() not in map(str.lower, words):
        raise LocalFault(sentence("option-none-of", option=option, given=given, known=", ".join(words)))
