"""Is a file of a language whole? Compared with English key by key; a letter must not meet a gap."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from string import Formatter

from babel import Locale
from babel.dates import format_date, format_datetime

from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.templating.problem import did_you_mean

Tree = Mapping[str, object]
"""A TOML file, or a table of it."""

LONGEST = 500
_DAYS = ("day", "day_of_year")
_TIMES = ("time", "moment")
_MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def problems(given: Tree, english: Tree, locale: Locale) -> Iterator[ConfigProblem]:
    """Everything wrong in ``given``; empty where it can stand for ``english``."""
    yield from _table((), given, english, locale)
    formats = given.get("formats")
    if isinstance(formats, Mapping):
        yield from _formats(formats, locale)


def _table(loc: Loc, given: Tree, english: Tree, locale: Locale) -> Iterator[ConfigProblem]:
    for key in [key for key in given if key not in english]:
        yield ConfigProblem((*loc, key), f"English has no such key{did_you_mean(key, english)}")
    for key, text in english.items():
        here = (*loc, key)
        if key not in given:
            yield ConfigProblem(here, f"is missing{_in_english(text)}")
        elif isinstance(text, str):
            yield from _text(here, given[key], places(text))
        else:
            yield from _below(here, given[key], text, locale)


def _below(loc: Loc, value: object, english: object, locale: Locale) -> Iterator[ConfigProblem]:
    if not isinstance(value, Mapping) or not isinstance(english, Mapping):
        yield ConfigProblem(loc, "must be a table, as in English", value)
    elif loc[0] == "counted" and len(loc) > 1:
        yield from _counted(loc, value, english, locale)
    else:
        yield from _table(loc, value, english, locale)


def _counted(loc: Loc, forms: Tree, english: Tree, locale: Locale) -> Iterator[ConfigProblem]:
    """All the plural forms of the language and no other; only "other" must hold its number."""
    needed = {*locale.plural_form.tags, "other"}
    if needed != forms.keys():
        listed = ", ".join(sorted(needed))
        yield ConfigProblem(loc, f"must have the plural forms of {locale}, which are {listed}")
    known = places(str(english["other"]))
    for form, text in forms.items():
        optional = form != "other" and isinstance(text, str) and places(text) <= known
        yield from _text((*loc, form), text, places(str(text)) if optional else known)


def _text(loc: Loc, text: object, known: Collection[str]) -> Iterator[ConfigProblem]:
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        yield ConfigProblem(loc, f"must be a text of 1 to {LONGEST} characters", text)
    elif text != text.strip() or not text.isprintable():
        yield ConfigProblem(loc, "must be one line, without blanks around it")
    elif _places(text) != set(known):
        listed = " and ".join(f"{{{name}}}" for name in sorted(known)) or "none"
        yield ConfigProblem(loc, f"must have the same places in braces as the English text: {listed}", text)


def places(text: str) -> set[str]:
    """The names in braces. Raises ValueError where the braces are not in order."""
    return {
        f"{name}{'!' if conversion else ''}{':' if spec else ''}"
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    }


def _places(text: str) -> set[str] | None:
    try:
        return places(text)
    except ValueError:
        return None


def _formats(formats: Tree, locale: Locale) -> Iterator[ConfigProblem]:
    """Tried with a day: CLDR's letters are many, and Babel knows which can be shown."""
    for name in (*_DAYS, *_TIMES):
        pattern = formats.get(name)
        if isinstance(pattern, str):
            try:
                _ = (
                    format_date(date(2026, 11, 23), pattern, locale=locale)
                    if name in _DAYS
                    else format_datetime(_MOMENT, pattern, locale=locale)
                )
            except (ValueError, KeyError, AttributeError) as error:
                yield ConfigProblem(("formats", name), f"is no pattern of CLDR for this: {error}", pattern)


def _in_english(text: object) -> str:
    return f'; in English "{text}"' if isinstance(text, str) else ""
