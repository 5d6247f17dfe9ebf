"""Say what a partner does not read of a message of ours, because its wire does not carry it."""

from collections.abc import Sequence
from datetime import date

from mailproc.ill.facts import NotToldFact
from mailproc.notices.language_files import ENGLISH
from mailproc.sentence import Sentence, Word, sentence

NOT_TOLD = "not-told"
_CODES = {"reason": "reasons", "copyright_compliance": "single"}
"""Fields whose value is a code ("in-use-on-loan", "declared"), and the table of a language for it."""


def told(lost: Sequence[NotToldFact]) -> Sentence:
    """Return one sentence with each field and its words; a personal value is not repeated."""
    return sentence(NOT_TOLD, lost=tuple(_part(one) for one in lost))


def _part(one: NotToldFact) -> Sentence:
    field = field_word(one["field"].removeprefix("item."))
    if not one["words"]:
        return sentence("not-told-field", field=field)
    return sentence("not-told-part", field=field, words=_value(one["field"], one["words"]))


def _value(field: str, words: str) -> str | date | Word:
    """Return a day and a code as such, so that each language writes it; other words stay as they are."""
    if field in _CODES:
        return Word(_CODES[field], words)
    try:
        return date.fromisoformat(words) if len(words) == len("2026-01-31") else words
    except ValueError:
        return words


def field_word(name: str) -> Word:
    """Return the name for people: of a part of the citation, of a request, or of an answer."""
    tables = {"citation": ENGLISH.texts.citation, "labels.asked": ENGLISH.texts.labels["asked"]}
    return Word(next((table for table, words in tables.items() if name in words), "labels.fields"), name)
