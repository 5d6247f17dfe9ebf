"""Words for people instead of codes, in the language of whoever reads them.

The command line's plain output and the notices use them (so this stands below both); codes stay in
``--json``. What has no word is shown as its code: a new code must never hide a request.

``language`` is a tag such as "de-AT": its own words, else those of the wider language, else English.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from mailproc.ill.terms import Role, Service, State
from mailproc.notices.english import ENGLISH
from mailproc.notices.german import GERMAN
from mailproc.notices.vocabulary import Vocabulary, Words

LANGUAGES: Mapping[str, Vocabulary] = {"en": ENGLISH, "de": GERMAN}


def state_word(role: Role | str, state: State | str, language: str = "en") -> str:
    """How a transaction stands, seen from our side. Takes the members or their names."""
    code = state.name if isinstance(state, State) else state
    for spoken in _spoken(language):
        if word := spoken.states.get(str(role), {}).get(code):
            return word
    return code


def event_word(event: str, language: str = "en") -> str:
    """What happened: letters by their row in CAPITALS (what they did), acts in lower case (we)."""
    return _word(event, language, _heard, _done)


def told_word(event: str, language: str = "en") -> str:
    """What we tell another library's people, by the row of the letter ("LOST", "RENEW_ANSWER.no")."""
    return _word(event, language, lambda spoken: spoken.told)


def reason_word(reason: str, language: str = "en") -> str:
    """Why it cannot be supplied: by the standard's name, or by the event that ended the attempt."""
    return _word(reason, language, lambda spoken: spoken.reasons, lambda spoken: spoken.ends, _heard, _done)


def delivery_word(word: str, language: str = "en") -> str:
    """Where our last letter is."""
    return _word(word, language, lambda spoken: spoken.delivery)


def attention_word(reason: str, language: str = "en") -> str:
    """Why a human is needed."""
    return _word(reason, language, lambda spoken: spoken.attention)


def action_word(action: str, language: str = "en") -> str:
    """What staff may do."""
    return _word(action, language, lambda spoken: spoken.actions)


def service_word(service: Service | str, language: str = "en") -> str:
    """What is asked for: "loan", "copy". Takes the member or its name."""
    return _word(str(service), language, lambda spoken: spoken.services)


def title_word(title: str, language: str = "en") -> str:
    """The title, or words that say that there is none."""
    return title or next(_spoken(language)).no_title


def date_word(day: date, today: date, language: str = "en") -> str:
    """ "Mon 23 Nov", with its year where that is not today's; "Mo, 23.11.2026". Both in the library's
    time zone."""
    return next(_spoken(language)).day(day, day.year != today.year)


def time_word(wall: datetime, today: date, language: str = "en") -> str:
    """ "10:00", with its day where that is not today. Wall time of the library's zone."""
    day = "" if wall.date() == today else f"{date_word(wall.date(), today, language)}, "
    return f"{day}{wall:%H:%M}"


def _heard(spoken: Vocabulary) -> Words:
    return spoken.heard


def _done(spoken: Vocabulary) -> Words:
    return spoken.done


def _word(code: str, language: str, *tables: Callable[[Vocabulary], Words]) -> str:
    for spoken in _spoken(language):
        for table in tables:
            if word := table(spoken).get(code):
                return word
    return code


def _spoken(language: str) -> Iterator[Vocabulary]:
    """The vocabularies to look in, in order; English at the end."""
    while language:
        if language in LANGUAGES:
            yield LANGUAGES[language]
        language = language.rpartition("-")[0]
    yield ENGLISH
