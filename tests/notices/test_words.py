"""Every code that staff may meet has a word; what has none is shown as it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date

import pytest

from mailproc.ill import events, policy
from mailproc.ill.attention import OF_OUR_LETTER, Reason
from mailproc.ill.machine import TABLES
from mailproc.ill.terms import REASON_UNFILLED, ApduType, Role, Service, State
from mailproc.notices import words
from mailproc.notices.english import ENGLISH
from mailproc.notices.vocabulary import Vocabulary

ACTIONS = (
    "cancel receive return renew answer-condition lost damaged message query close undo "
    "will-supply hold conditional answer-retry unfilled locations estimate forward ship check-in "
    "cancel-reply renew-reply overdue recall"
)
DELIVERY = "waiting sending handed_over in_doubt held bounced failed filed filed-answered withdrawn"
ROWS = (row for services in TABLES.values() for states in services.values() for row in states.values())
EVENTS = sorted({event for row in ROWS for event in row})


@pytest.fixture(params=words.LANGUAGES, ids=str)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spoken(language: str) -> Vocabulary:
    return words.LANGUAGES[language]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_for_either_side(role: Role, state: State, language: str) -> None:
    word = words.state_word(role, state, language)
    assert word == words.LANGUAGES[language].states[role.value][state.name]
    assert word
    assert words.state_word(role.value, state.name, language) == word


def test_the_two_sides_read_differently() -> None:
    assert words.state_word(Role.REQUESTER, State.SHIPPED) == "on its way to us"
    assert words.state_word(Role.RESPONDER, State.SHIPPED) == "sent by us"
    assert words.state_word("REQUESTER", "PENDING") == "asked, no answer yet"


@pytest.mark.parametrize(
    "event",
    sorted({*EVENTS, *OF_OUR_LETTER, *policy.REMARKS, *(apdu.name for apdu in ApduType), "WITHDRAWN",
            "UNDONE", "CLOSED"}),
)  # fmt: skip
def test_every_event_has_a_word(event: str, language: str, spoken: Vocabulary) -> None:
    table = spoken.heard if event[0].isupper() else spoken.done
    assert words.event_word(event, language) == table[event]


@pytest.mark.parametrize("event", [event for event in EVENTS if event[0].isupper()])
def test_every_letter_can_be_said_to_people(event: str, language: str, spoken: Vocabulary) -> None:
    assert words.told_word(event, language) == spoken.told[event]


def test_lost_heard_and_lost_said_are_told_apart(language: str) -> None:
    assert words.event_word("LOST", language) != words.event_word("lost", language)


@pytest.mark.parametrize(
    "action", sorted({*ACTIONS.split(), *(a for acts in events.ACTIONS.values() for a in acts)})
)
def test_every_action_has_a_word_before_and_after(action: str, language: str, spoken: Vocabulary) -> None:
    assert action in spoken.done
    assert words.action_word(action, language) == spoken.actions[action]


@pytest.mark.parametrize("reason", REASON_UNFILLED)
def test_every_reason_of_the_standard_has_a_word(reason: str, language: str, spoken: Vocabulary) -> None:
    assert words.reason_word(reason, language) == spoken.reasons[reason]


def test_no_reason_has_a_word_that_the_standard_does_not_know(spoken: Vocabulary) -> None:
    assert set(spoken.reasons) == set(REASON_UNFILLED)


@pytest.mark.parametrize(("why", "word"), [("BOUNCED", "our letter came back undelivered"),
                                           ("expire", "the request ran out")])  # fmt: skip
def test_an_attempt_that_no_answer_ended_has_a_reason_too(why: str, word: str) -> None:
    assert words.reason_word(why) == word


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_attention_has_a_word(reason: Reason, language: str, spoken: Vocabulary) -> None:
    assert words.attention_word(reason, language) == spoken.attention[reason]


def test_no_word_is_for_a_reason_that_is_none(spoken: Vocabulary) -> None:
    assert set(spoken.attention) == set(Reason)


@pytest.mark.parametrize("word", DELIVERY.split())
def test_every_delivery_has_a_word(word: str, language: str, spoken: Vocabulary) -> None:
    assert words.delivery_word(word, language) == spoken.delivery[word]
    assert "delivered" not in words.delivery_word("handed_over")  # we cannot know that


@pytest.mark.parametrize("service", Service)
def test_every_service_has_a_word(service: Service, language: str, spoken: Vocabulary) -> None:
    assert words.service_word(service, language) == spoken.services[service.name]
    assert words.service_word(service.name, language) == spoken.services[service.name]


def test_every_language_has_every_word(spoken: Vocabulary) -> None:
    for field in fields(Vocabulary):
        ours, english = getattr(spoken, field.name), getattr(ENGLISH, field.name)
        if isinstance(english, Mapping):
            assert list(_flat(ours)) == list(_flat(english)), field.name
    assert all(word for _, word in _entries(spoken))


def test_no_word_was_left_in_english() -> None:
    english = dict(_entries(ENGLISH))
    for name, spoken in words.LANGUAGES.items():
        if name != "en":
            assert [code for code, word in _entries(spoken) if word == english[code]] == []


@pytest.mark.parametrize(
    ("tag", "word"),
    [(tag, "verloren") for tag in ("de", "de-AT", "de-CH-1996")]
    + [(tag, "lost") for tag in ("en-GB", "fr", "", "-")],
)
def test_a_language_falls_back_to_the_wider_and_to_english(tag: str, word: str) -> None:
    assert words.state_word(Role.REQUESTER, State.LOST, tag) == word


def test_a_word_that_a_language_lacks_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    poor = replace(words.LANGUAGES["de"], attention={}, states={})
    monkeypatch.setattr(words, "LANGUAGES", {"en": ENGLISH, "de": poor})
    assert words.attention_word("lost", "de-AT") == "it is lost: settle it, and say how to go on"
    assert words.state_word("REQUESTER", "LOST", "de") == "lost"
    assert words.event_word("lost", "de") == "als verloren gemeldet"


def test_a_missing_title_is_said() -> None:
    assert words.title_word("On Letters", "de") == "On Letters"
    assert (words.title_word("", "de"), words.title_word("")) == ("(ohne Titel)", "(no title)")


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[str]:
    for code, value in table.items():
        yield from _flat(value, f"{above}{code}.") if isinstance(value, Mapping) else [f"{above}{code}"]


def _entries(spoken: Vocabulary) -> Iterator[tuple[str, str]]:
    """(table and code, word) of a whole language."""
    tables = {field.name: getattr(spoken, field.name) for field in fields(Vocabulary)}
    tables |= {f"states.{role}": table for role, table in tables.pop("states").items()}
    for name, table in tables.items():
        if isinstance(table, Mapping):
            yield from ((f"{name}.{code}", word) for code, word in table.items())


@pytest.mark.parametrize(
    "ask",
    [words.event_word, words.told_word, words.reason_word, words.delivery_word, words.attention_word,
     words.action_word, words.service_word],
)  # fmt: skip
def test_what_has_no_word_is_shown_as_it_is(ask: Callable[[str, str], str], language: str) -> None:
    assert ask("brand-new", language) == "brand-new"


def test_a_state_without_a_word_is_shown_as_it_is(language: str) -> None:
    assert words.state_word(Role.REQUESTER, "BRAND_NEW", language) == "BRAND_NEW"
    assert words.state_word("NOBODY", State.SHIPPED, language) == "SHIPPED"


def test_the_tone_is_calm(spoken: Vocabulary) -> None:
    for _, word in _entries(spoken):
        assert "!" not in word
        assert word == word.strip()


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (date(2026, 11, 23), "Mon 23 Nov"),
        (date(2026, 1, 4), "Sun 4 Jan"),
        (date(2027, 1, 1), "Fri 1 Jan 2027"),
        (date(2025, 12, 31), "Wed 31 Dec 2025"),
    ],
)
def test_dates_name_the_year_only_where_it_is_not_this_one(day: date, word: str) -> None:
    assert words.date_word(day, date(2026, 11, 20)) == word


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (date(2026, 11, 23), "Mo, 23.11.2026"),
        (date(2026, 3, 1), "So, 01.03.2026"),
        (date(2027, 12, 31), "Fr, 31.12.2027"),
    ],
)
def test_german_dates(day: date, word: str) -> None:
    assert words.date_word(day, date(2026, 11, 20), "de-AT") == word


@pytest.mark.parametrize("tag", words.LANGUAGES)
def test_a_reader_is_told_why_of_a_condition_that_we_declined(tag: str) -> None:
    """In our own history it is an act of ours; a reader asks why there is no book."""
    word = words.reason_word("condition-no", tag)
    assert word not in (words.event_word("condition-no", tag), "condition-no")
    assert "wir" in word if tag == "de" else "we could not accept" in word
