"""A notice: a letter to people, made from its template."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailproc.config_load.value_checks import FALLBACK_LANGUAGE, LANGUAGE_TAG
from mailproc.templating.contract import as_context
from mailproc.templating.heading import split_letter
from mailproc.templating.problem import BrokenTemplate, TemplateProblem, of_error

HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that turn the direction of a line: in a stranger's title they only deceive."""


@dataclass(frozen=True)
class Notice:
    """``subject`` is one line, ``text`` has LF line ends and ends with one."""

    subject: str
    text: str


def path_of(name: str, language: str) -> str:
    """The template of a notice ("patron/arrived") in a language ("en", "de-AT").

    What is no language (an imported reader's empty or odd field) is English: the letter must go.
    """
    spoken = language if LANGUAGE_TAG.fullmatch(language) else FALLBACK_LANGUAGE
    return f"{spoken}/{name}.txt"


def letter_of(text: str, file: str) -> Notice:
    """A rendered text taken apart. Raises BrokenTemplate where it is no letter."""
    try:
        return Notice(*split_letter(text))
    except ValueError as error:
        raise BrokenTemplate([TemplateProblem(file, 1, "", of_error(error))]) from error


def lines_of(context: object) -> dict[str, Any]:
    """The context as plain dicts, every text in it on one line.

    A title comes from a stranger: its line breaks must not become a header or a second letter.
    """
    return {name: _one_line(value) for name, value in as_context(context).items()}


def _one_line(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join("".join(map(_harmless, value)).split())
    if isinstance(value, list):
        return [_one_line(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _one_line(each) for name, each in value.items()}
    return value


def _harmless(character: str) -> str:
    if character in HIDDEN:
        return ""
    return " " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character
