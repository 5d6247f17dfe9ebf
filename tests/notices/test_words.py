"""Every code that staff may meet has a word; what has none is shown as it is."""

from datetime import date

import pytest

from mailproc.ill import events, policy
from mailproc.ill.machine import TABLES
from mailproc.ill.terms import REASON_UNFILLED, ApduType, Role, State
from mailproc.notices import words

ACTIONS = (
    "cancel receive return renew answer-condition lost damaged message query close undo "
    "will-supply hold conditional answer-retry unfilled locations estimate forward ship check-in "
    "cancel-reply renew-reply overdue recall"
)
ATTENTION = (
    "supplied-after-end delivery-failed bounced in-doubt held-template file-rejected unknown-code "
    "end-of-rota ask-cannot-match refused-by-partner answer-after-end unproven lost-after-returned "
    "condition renewal-refused recalled final-demand restored"
)
DELIVERY = "waiting sending handed_over in_doubt held bounced failed filed withdrawn"
ROWS = (row for services in TABLES.values() for states in services.values() for row in states.values())
EVENTS = sorted({event for row in ROWS for event in row})


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_for_either_side(role: Role, state: State) -> None:
    word = words.state_word(role, state)
    assert word
    assert word != state.name
    assert words.state_word(role.value, state.name) == word


def test_the_two_sides_read_differently() -> None:
    assert words.state_word(Role.REQUESTER, State.SHIPPED) == "on its way to us"
    assert words.state_word(Role.RESPONDER, State.SHIPPED) == "sent by us"
    assert words.state_word("REQUESTER", "PENDING") == "asked, no answer yet"


@pytest.mark.parametrize(
    "event", [*EVENTS, *(apdu.name for apdu in ApduType), "WITHDRAWN", "UNDONE", "CLOSED"]
)
def test_every_event_has_a_word(event: str) -> None:
    assert event in words.EVENTS
    assert words.event_word(event) == words.EVENTS[event]


@pytest.mark.parametrize("event", [event for event in EVENTS if event[0].isupper()])
def test_every_letter_can_be_said_to_people(event: str) -> None:
    assert event in words.TOLD
    assert words.told_word(event) == words.TOLD[event]


def test_lost_heard_and_lost_said_are_told_apart() -> None:
    assert words.event_word("LOST") != words.event_word("lost")


@pytest.mark.parametrize(
    "action", sorted({*ACTIONS.split(), *(a for acts in events.ACTIONS.values() for a in acts)})
)
def test_every_action_has_a_word_before_and_after(action: str) -> None:
    assert action in words.ACTIONS
    assert action in words.DONE
    assert words.action_word(action) == words.ACTIONS[action]


@pytest.mark.parametrize("reason", REASON_UNFILLED)
def test_every_reason_of_the_standard_has_a_word(reason: str) -> None:
    assert reason in words.REASONS
    assert words.reason_word(reason) == words.REASONS[reason]


def test_no_reason_has_a_word_that_the_standard_does_not_know() -> None:
    assert set(words.REASONS) == set(REASON_UNFILLED)


@pytest.mark.parametrize(
    "reason",
    sorted({*ATTENTION.split(), *policy.TROUBLE.values(), *policy.HEARD.values(), *policy.ASK.values()}),
)
def test_every_attention_has_a_word(reason: str) -> None:
    assert reason in words.ATTENTION
    assert words.attention_word(reason) == words.ATTENTION[reason]


@pytest.mark.parametrize("word", DELIVERY.split())
def test_every_delivery_has_a_word(word: str) -> None:
    assert word in words.DELIVERY
    assert "delivered" not in words.delivery_word("handed_over")  # we cannot know that


def test_what_has_no_word_is_shown_as_it_is() -> None:
    for ask in (words.event_word, words.told_word, words.reason_word, words.delivery_word):
        assert ask("brand-new") == "brand-new"
    for ask in (words.attention_word, words.action_word):
        assert ask("brand-new") == "brand-new"
    assert words.state_word(Role.REQUESTER, "BRAND_NEW") == "BRAND_NEW"
    assert words.state_word("NOBODY", State.SHIPPED) == "SHIPPED"


def test_the_tone_is_calm() -> None:
    tables = (
        words.EVENTS,
        words.ACTIONS,
        words.REASONS,
        words.ATTENTION,
        words.DELIVERY,
        *words.STATES.values(),
    )
    for table in tables:
        for word in table.values():
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
