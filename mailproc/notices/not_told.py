"""Say what a partner does not read of a message of ours, because its wire does not carry it."""

from collections.abc import Sequence
from datetime import date

from mailproc.ill.facts import NotToldFact
from mailproc.notices.language_files import ENGLISH
from mailproc.sentence import Sentence, Word, sentence

NOT_TOLD = "not-told"


def told(lost: Sequence[NotToldFact]) -> Sentence:
    """Return one sentence with each field and its words; a personal value is not repeated."""
    return sentence(NOT_TOLD, lost=tuple(_part(one) for one in lost))


def _part(one: NotToldFact) -> Sentence:
    field = field_word(one["field"].removeprefix("item."))
    if not one["words"]:
        return sentence("not-told-field", field=field)
    return sentence("not-told-part", field=field, words=_value(one["words"]))


def _value(words: str) -> str | date:
    """Return a day as a day, so that each language writes it; other words stay as they are."""
    try:
        return date.fromisoformat(words) if len(words) == len("2026-01-31") else words
    except ValueError:
        return words


def field_word(name: str) -> Word:
    """Return the name for people: of a part of the citation, of a request, or of an answer."""
    tables = {"citation": ENGLISH.texts.citation, "labels.asked": ENGLISH.texts.labels["asked"]}
    return Word(next((table for table, words in tables.items() if name in words), "labels.fields"), name)
