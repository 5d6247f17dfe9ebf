"""Letters that a library may want or not: [notices] turns each on; each goes once, and where it is true."""

import pytest

from mailproc.config import ReaderNotices
from mailproc.ill import reader_news
from mailproc.ill.apdu import Condition, IllAnswer, RenewAnswer, Shipped
from mailproc.ill.effects import Notify
from mailproc.ill.event_names import event_heard
from mailproc.ill.policy import Settings, effects
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.transaction_state import Occurrence, TransactionState, step
from tests.support.partners import SECOND

EVERY = frozenset(
    {
        reader_news.ACKNOWLEDGED,
        reader_news.WAITING_LIST,
        reader_news.RENEWAL_REFUSED,
        reader_news.IN_LIBRARY,
    }
)
ALL_ON = "[notices]\n" + "".join(f"{name} = true\n" for name in ReaderNotices.model_fields)
ONLY_HERE = "library-use-only"
HOLD = IllAnswer(results=Results.HOLD_PLACED, position=3)


@pytest.fixture
def telling(make_world, sqlite_url):
    return make_world(sqlite_url, more=ALL_ON)


def subjects(world) -> list[str]:
    return [letter.text.partition("Subject: ")[2].partition(":")[0] for letter in world.reader()]


def news(
    state: State, apdu=None, event: str = "", role: Role = Role.REQUESTER, wanted=EVERY, **more
) -> list[str]:
    facts, before = more.pop("facts", {}), TransactionState(role, Service.LOAN, state, **more)
    occurrence = Occurrence(event or event_heard(apdu), apdu, facts)
    done = effects(step(before, occurrence), occurrence, Settings(notices=wanted))
    return [effect.notice for effect in done if isinstance(effect, Notify)]


CONDITION = IllAnswer(results=Results.CONDITIONAL, conditions=(Condition(condition=ONLY_HERE),))
SHIPPED = Shipped(shipped_service=Service.LOAN, shipped_conditions=ONLY_HERE)
NO = RenewAnswer(answer=False)


@pytest.mark.parametrize(
    ("state", "apdu", "more", "told"),
    [
        (State.PENDING, HOLD, {}, ["patron/waiting_list"]),
        (State.PENDING, HOLD, {"promise": {"what": "HOLD_PLACED", "position": 4}}, []),
        (State.PENDING, IllAnswer(results=Results.WILL_SUPPLY), {}, []),
        (State.PENDING, IllAnswer(results=Results.WILL_SUPPLY, position=2), {}, ["patron/waiting_list"]),
        (State.SHIPPED, HOLD, {}, []),
        (State.RENEW_PENDING, NO, {"facts": {"here": True}}, ["patron/renewal_refused"]),
        (State.RENEW_PENDING, NO, {}, []),
        (State.RENEW_PENDING, NO, {"facts": {"here": True}, "whereabouts": "brought-back"}, []),
        (State.RENEW_PENDING, NO, {"facts": {"here": True}, "flaw": "wrong"}, []),
        (State.RECEIVED, NO, {"facts": {"here": True}}, []),
        (State.PENDING, CONDITION, {}, ["patron/in_library"]),
        (State.PENDING, SHIPPED, {}, ["patron/in_library"]),
        (State.PENDING, SHIPPED, {"agreed": (ONLY_HERE,)}, []),
        (State.PENDING, Shipped(shipped_service=Service.LOAN), {}, []),
        (State.RECEIVED, SHIPPED, {}, []),
    ],
)
def test_each_goes_once_and_where_it_is_true(state, apdu, more, told):
    assert news(state, apdu, **more) == told
    assert news(state, apdu, **more, wanted=frozenset()) == []


def test_a_lender_tells_no_reader():
    assert news(State.IDLE, event="request", role=Role.RESPONDER, facts={"first": True}) == []


def test_the_reader_hears_of_the_request_once(telling):
    telling.place("XX-BL", SECOND)
    telling.hear("B1-1 NOT")
    assert subjects(telling) == ["We have your request"]


def test_the_waiting_list_has_a_place(telling):
    telling.place()
    telling.hear("B1-1 USE*3")
    telling.hear("B1-1 USE*2")
    assert subjects(telling) == ["We have your request", "On a waiting list"]
    assert "Place on the list: 3" in telling.reader()[-1].text


def test_a_refused_renewal_names_the_day(telling):
    telling.place()
    telling.hear("B1-1 SHIPPED LOAN")
    telling.act("B1", "receive")
    telling.act("B1", "renew")
    telling.hear("B1-1 NO RENEW")
    assert subjects(telling)[-1] == "It cannot be renewed"
    assert "bring it back by Mon 13 Apr" in telling.reader()[-1].text
    assert telling.verify().differences == ()


def test_without_notices_the_reader_hears_what_they_always_did(small_world):
    small_world.place()
    small_world.hear("B1-1 USE*3")
    small_world.hear("B1-1 SHIPPED LOAN")
    assert small_world.reader() == []
