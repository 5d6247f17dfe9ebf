"""Every code that staff may meet has a word; what has none is shown as it is."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import mailproc
from mailproc.ill import actions, policy
from mailproc.ill.apdu import Money
from mailproc.ill.attention import OF_OUR_LETTER, Reason
from mailproc.ill.findings import Noted
from mailproc.ill.machine import TABLES
from mailproc.ill.status import OF_STATE, RequestStatus, Term
from mailproc.ill.terms import REASON_UNFILLED, ApduType, Role, Service, State
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH, Languages, shipped, shipped_tags
from mailproc.notices.vocabulary import Vocabulary
from mailproc.office.desk import handed_order_form, new_request_form
from mailproc.protocols.artemail import tables

REPLY_CODES = Path(tables.__file__).parent

ACTIONS = (
    "cancel receive return renew answer-condition lost damaged message query close undo "
    "will-supply hold conditional answer-retry unfilled locations estimate forward ship check-in "
    "cancel-reply renew-reply overdue recall"
)
DELIVERY = "waiting sending handed_over in_doubt held bounced failed filed filed-answered withdrawn"
ROWS = (row for services in TABLES.values() for states in services.values() for row in states.values())
EVENTS = sorted({event for row in ROWS for event in row})


@pytest.fixture(params=shipped_tags(), ids=str)
def language(request: pytest.FixtureRequest) -> Language:
    return shipped(request.param)


@pytest.fixture
def spoken(language: Language) -> Vocabulary:
    return language.texts


def test_each_reply_code_means_in_english_what_its_table_says() -> None:
    """Its source stands there; the languages find it by its English words, so each has its own."""
    table = tomllib.loads((REPLY_CODES / "data/replies.toml").read_text(encoding="utf-8"))
    said = {row["word"]: row["means"] for row in (*table["code"], *table["legacy"])}
    assert ENGLISH.texts.reply_codes == said
    assert len(set(said.values())) == len(said)


def test_a_code_of_the_site_s_own_means_what_the_site_says(language: Language) -> None:
    assert language.meaning("out of print") == "out of print"
    assert "(out of print)" in ENGLISH.reply_code("OOP", "out of print")
    assert language.reply_code("OOP", "") == "OOP"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_for_either_side(role: Role, state: State, language: Language) -> None:
    word = language.state_word(role, state)
    assert word == language.texts.states[role.value][state.name]
    assert word
    assert language.state_word(role.value, state.name) == word


def test_the_two_sides_read_differently() -> None:
    assert ENGLISH.state_word(Role.REQUESTER, State.SHIPPED) == "on its way to us"
    assert ENGLISH.state_word(Role.RESPONDER, State.SHIPPED) == "sent by us"
    assert ENGLISH.state_word("REQUESTER", "PENDING") == "asked, no answer yet"


@pytest.mark.parametrize(
    "event",
    sorted({*EVENTS, *OF_OUR_LETTER, *policy.REMARKS, *(apdu.name for apdu in ApduType), "WITHDRAWN",
            "UNDONE", "CLOSED"}),
)  # fmt: skip
def test_every_event_has_a_word(event: str, language: Language, spoken: Vocabulary) -> None:
    table = spoken.heard if event[0].isupper() else spoken.done
    assert language.event_word(event) == table[event]


@pytest.mark.parametrize("event", [event for event in EVENTS if event[0].isupper()])
def test_every_letter_can_be_said_to_people(event: str, language: Language, spoken: Vocabulary) -> None:
    assert language.told_word(event) == spoken.told[event]


def test_lost_heard_and_lost_said_are_told_apart(language: Language) -> None:
    assert language.event_word("LOST") != language.event_word("lost")


@pytest.mark.parametrize("action", sorted({*ACTIONS.split(), *actions.BY_NAME}))
def test_every_action_has_a_word_before_and_after(
    action: str, language: Language, spoken: Vocabulary
) -> None:
    assert action in spoken.done
    assert language.action_word(action) == spoken.actions[action]


@pytest.mark.parametrize("reason", REASON_UNFILLED)
def test_every_reason_of_the_standard_has_a_word(reason: str, language: Language, spoken: Vocabulary) -> None:
    assert language.reason_word(reason) == spoken.reasons[reason]


def test_no_reason_has_a_word_that_the_standard_does_not_know(spoken: Vocabulary) -> None:
    assert set(spoken.reasons) == set(REASON_UNFILLED)


@pytest.mark.parametrize(("why", "word"), [("BOUNCED", "our letter came back undelivered"),
                                           ("expire", "the request ran out")])  # fmt: skip
def test_an_attempt_that_no_answer_ended_has_a_reason_too(why: str, word: str) -> None:
    assert ENGLISH.reason_word(why) == word


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_attention_has_a_word(
    reason: Reason, language: Language, spoken: Vocabulary
) -> None:
    assert language.attention_word(reason) == spoken.attention[reason]


def test_no_word_is_for_a_reason_that_is_none(spoken: Vocabulary) -> None:
    assert set(spoken.attention) == set(Reason)


@pytest.mark.parametrize("word", DELIVERY.split())
def test_every_delivery_has_a_word(word: str, language: Language, spoken: Vocabulary) -> None:
    assert language.delivery_word(word) == spoken.delivery[word]
    assert "delivered" not in ENGLISH.delivery_word("handed_over")  # we cannot know that


@pytest.mark.parametrize("service", Service)
def test_every_service_has_a_word(service: Service, language: Language, spoken: Vocabulary) -> None:
    assert language.service_word(service) == spoken.services[service.name]
    assert language.service_word(service.name) == spoken.services[service.name]


def test_every_term_and_finding_has_a_word(spoken: Vocabulary) -> None:
    assert set(spoken.terms) == set(Term)
    assert set(spoken.noted) == {one.name for one in Noted}
    assert set(OF_STATE) == set(State)


def test_the_command_line_asks_for_labels_that_exist_and_for_all_of_them() -> None:
    """A label is asked for by its part and name, or its part is taken whole."""
    sources = "".join(path.read_text() for path in (Path(mailproc.__file__).parent).rglob("*.py"))
    asked = set(re.findall(r'label\(\s*["\']([a-z]+)["\'], ["\']([a-z_]+)["\']', sources))
    labels = ENGLISH.texts.labels
    parts = {
        part for part in labels if re.search(rf'(?:[lw][a-z]+\[|label\(|words_of\()["\']{part}["\']', sources)
    }
    parts |= {part for part, _ in asked} | set(re.findall(r'"labels\.([a-z_]+)"', sources))
    assert {(part, name) for part, name in asked if name not in labels[part]} == set()
    assert set(labels) == parts
    names = {name for words in labels.values() for name in words}
    unused = {name for name in names if f'"{name}"' not in sources and f"'{name}'" not in sources}
    pages = "".join(path.read_text() for path in (Path(mailproc.__file__).parent / "web/html").glob("*.html"))
    unused -= {"look", "work", "keep", *labels["they_told"], *labels["found_in"]}  # roles; acts; fields
    unused -= set(re.findall(r"\b(?:words|say)\.([a-z_]+)", pages))
    unused -= {f"field_{name}" for name in new_request_form.FIELDS}
    for form in (new_request_form.GROUPS, handed_order_form.GROUPS):
        unused -= {f"group_{name}" for name in form}
        unused -= {f"field_{name}" for fields in form.values() for name in fields}
    unused -= {f"at_desk_{code}" for code in ENGLISH.texts.sentences}
    assert (
        unused - set(labels["asked"]) - set(labels["untold"]) - set(labels["then"]) - set(labels["fields"])
        == set()
    )


def has_words(text: str) -> bool:
    """Is there anything beside the places in braces? "{letter}: {why}" is the same everywhere."""
    return any(sign.isalpha() for sign in re.sub(r"{.*?}", "", text))


def test_no_word_was_left_in_english() -> None:
    english = dict(_entries(ENGLISH.texts))
    for tag in shipped_tags()[1:]:
        same = [
            code for code, word in _entries(shipped(tag).texts) if word == english[code] and has_words(word)
        ]
        assert same == ["formats.time", "citation.isbn", "citation.issn", "labels.requests.partner",
                        "labels.found_in.isbn", "labels.found_in.issn", "labels.show.barcode",
                        "labels.charges.partner", "labels.stats.partner",
                        "labels.desk_readers.loan_isbn", "labels.desk_readers.copy_issn",
                        "labels.patrons.barcodes", "labels.patrons.name", "labels.hooks.name",
                        "labels.jobs.partner",
                        "labels.partners.name", "labels.trace.id", "labels.staff.name"]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "word"),
    [(tag, "verloren") for tag in ("de", "de-AT", "de-CH-1996")]
    + [(tag, "lost") for tag in ("en-GB", "fr", "", "-")],
)
def test_a_language_falls_back_to_the_wider_and_to_english(tag: str, word: str) -> None:
    assert Languages().of(tag).state_word(Role.REQUESTER, State.LOST) == word


def test_a_missing_title_is_said() -> None:
    german = shipped("de")
    assert german.title_word("On Letters") == "On Letters"
    assert (german.title_word(""), ENGLISH.title_word("")) == ("(ohne Titel)", "(no title)")


def _entries(spoken: Vocabulary) -> Iterator[tuple[str, str]]:
    """(tables and code, word) of a whole language."""
    for field in fields(Vocabulary):
        yield from _flat(field.name, getattr(spoken, field.name))


def _flat(name: str, value: Mapping[str, object] | object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for code, below in value.items():
            yield from _flat(f"{name}.{code}", below)
    else:
        yield name, str(value)


@pytest.mark.parametrize(
    "ask",
    [Language.event_word, Language.told_word, Language.reason_word, Language.delivery_word,
     Language.attention_word, Language.action_word, Language.service_word],
)  # fmt: skip
def test_what_has_no_word_is_shown_as_it_is(ask: Callable[[Language, str], str], language: Language) -> None:
    assert ask(language, "brand-new") == "brand-new"


def test_a_state_without_a_word_is_shown_as_it_is(language: Language) -> None:
    assert language.state_word(Role.REQUESTER, "BRAND_NEW") == "BRAND_NEW"
    assert language.state_word("NOBODY", State.SHIPPED) == "SHIPPED"


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
    assert ENGLISH.day_word(day, date(2026, 11, 20)) == word


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (date(2026, 11, 23), "Mo, 23.11.2026"),
        (date(2026, 3, 1), "So, 01.03.2026"),
        (date(2027, 12, 31), "Fr, 31.12.2027"),
    ],
)
def test_german_dates(day: date, word: str) -> None:
    assert shipped("de").day_word(day, date(2026, 11, 20)) == word


def test_a_reader_is_told_why_of_a_condition_that_we_declined(language: Language) -> None:
    """In our own history it is an act of ours; a reader asks why there is no book."""
    word = language.reason_word("condition-no")
    assert word not in (language.event_word("condition-no"), "condition-no")
    assert "wir" in word if language.tag == "de" else "we could not accept" in word


@pytest.mark.parametrize(
    ("amount", "english", "german"),
    [
        ("12.50", "12.50 EUR", "12,50 EUR"),
        ("1234567", "1,234,567 EUR", "1.234.567 EUR"),
        ("0.005", "0.005 EUR", "0,005 EUR"),
        ("-3", "-3 EUR", "-3 EUR"),
        ("1E+3", "1,000 EUR", "1.000 EUR"),
        ("1E+999999", "1E+999999 EUR", "1E+999999 EUR"),
        ("1E-999999", "1E-999999 EUR", "1E-999999 EUR"),
        ("NaN", "NaN EUR", "NaN EUR"),
        ("Infinity", "Infinity EUR", "Infinity EUR"),
    ],
)
def test_amounts_keep_every_digit(amount: str, english: str, german: str) -> None:
    money = Money(amount=Decimal(amount), currency="EUR")
    assert (ENGLISH.amount(money), shipped("de").amount(money)) == (english, german)


def test_an_amount_without_a_currency_is_its_number(language: Language) -> None:
    assert language.amount(Money(amount=Decimal(7))) == "7"
    assert language.amount(None) == ""


def test_a_time_has_its_day_where_that_is_another() -> None:
    wall = datetime(2026, 3, 1, 9, 5)  # noqa: DTZ001  # wall time of the library
    assert shipped("de").time_word(wall, wall.date()) == "09:05"
    assert shipped("de").time_word(wall, date(2026, 3, 2)) == "So, 01.03.2026, 09:05"


@pytest.mark.parametrize("code", ["en", "de"])
def test_a_count_that_programs_read_has_digits_alone(code: str) -> None:
    language = shipped(code)
    assert "12345 " in language.counted("checked", 12345, plain=True)
    assert "12345 " not in language.counted("checked", 12345)


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("policy-problem", "our rules do not allow it"),
        ("not-found-as-cited", "we cannot match what they cited"),
        ("in-use-on-loan", "it is on loan"),
    ],
)
def test_our_own_refusal_is_ours(reason: str, word: str) -> None:
    stands = RequestStatus(Term.UNFILLED, reason=reason)
    assert ENGLISH.status(stands, date(2026, 3, 2), ours=True) == f"Unfilled: {word}"
