"""A copy of an item in words."""

from datetime import date

from mailproc.ill.holding import Available, Holding
from mailproc.notices.language import Language


def shelf(copy: Holding) -> str:
    """Where it stands: branch, place and shelfmark; '' if the catalogue says nothing."""
    return ", ".join(filter(None, (copy.branch, copy.location, copy.shelfmark)))


def availability(copy: Holding, language: Language, today: date) -> str:
    """Whether it may be fetched, and since when it is lent out; '' if the catalogue says nothing."""
    if copy.until is not None and copy.available is Available.NO:
        return language.label("available", "until", day=language.day_word(copy.until, today))
    return language.texts.labels["available"].get(copy.available.value, "")


def in_words(copy: Holding, language: Language, today: date) -> str:
    """Return all of it on one line: "Main, QA 76 .G7 (available; vol. 1–16)"."""
    said = "; ".join(filter(None, (availability(copy, language, today), copy.note)))
    place = shelf(copy) or copy.title
    return f"{place} ({said})" if said else place
