"""Letters that a library may want or not: [notices] turns each on; each goes once, and where it is true."""

from datetime import date

import pytest

from mailproc.config import ReaderNotices
from mailproc.flow.matching.reader_standing import ReaderStanding
from mailproc.ill import loan_terms, reader_news
from mailproc.ill.apdu import Condition, IllAnswer, RenewAnswer, Shipped
from mailproc.ill.effects import Notify
from mailproc.ill.event_names import event_heard
from mailproc.ill.policy import Settings, effects
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.transaction_state import Occurrence, TransactionState, step
from tests.support.partners import ADDRESS, BL, SECOND

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
    name = event or event_heard(apdu)
    occurrence = Occurrence(name, apdu, {**loan_terms.facts_of(name, apdu, before), **facts})
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
        (State.PENDING, SHIPPED, {"agreed": (ONLY_HERE,), "offered": (ONLY_HERE,)}, []),
        (State.CONDITIONAL, SHIPPED, {"offered": (ONLY_HERE,)}, []),
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


def test_a_held_order_is_not_said_to_be_with_a_library(make_world, sqlite_url):
    """Copyright holds the order: the letter is true at once, and the end is told though nothing had left."""
    world = make_world(sqlite_url, more=f'[policy]\ncopyright = "uk"\n{ALL_ON}')
    world.place(service="COPY")
    (told,) = world.reader()
    assert world.to(ADDRESS[BL]) == []
    assert "we have your request, and will ask other libraries for" in told.text
    world.act("B1", "cancel")
    assert subjects(world) == ["We have your request", "Your request has been ended"]
    assert world.verify().differences == ()


def test_it_is_not_said_once_the_request_has_ended(telling):
    telling.place(run=False)
    telling.act("B1", "cancel")
    assert subjects(telling) == []


PENDING = {"state": State.PENDING}
HERE = {"state": State.RECEIVED, "has": True}
ONLY = {"in_library": True}


@pytest.mark.parametrize(
    ("notice", "true", "untrue"),
    [
        (reader_news.ACKNOWLEDGED, [PENDING, {}], [HERE, {"came": True}, {"closed": True}]),
        (reader_news.WAITING_LIST, [PENDING | {"listed": True}], [PENDING, HERE | {"listed": True}]),
        (reader_news.RENEWAL_REFUSED, [HERE], [HERE | {"has": False}, HERE | {"state": State.RETURNED}]),
        (
            reader_news.IN_LIBRARY,
            [PENDING | ONLY, HERE | ONLY],
            [PENDING, ONLY | {"state": State.RETURNED}, ONLY | {"closed": True}],
        ),
    ],
)
def test_each_has_a_rule_of_when_it_is_true(notice, true, untrue):
    ended = {"state": State.CANCELLED, "closed": True, "listed": True, "has": True, "in_library": True}
    assert all(ReaderStanding(**one).allows(notice) for one in true)
    assert not any(ReaderStanding(**one).allows(notice) for one in (*untrue, ended))


def test_a_renewal_is_refused_to_whom_has_the_loan():
    here = {"facts": {"here": True}, "loan_terms": {"condition": ONLY_HERE}}
    assert news(State.RENEW_PENDING, NO, **here) == ["patron/renewal_refused"], "it is used in the library"
    assert news(State.RENEW_PENDING, NO, **here, whereabouts="collected") == ["patron/renewal_refused"]
    assert news(State.RENEW_PENDING, NO, **here, whereabouts="brought-back") == []


def test_who_uses_it_in_the_library_hears_of_a_refused_renewal(telling):
    telling.place()
    telling.act("B1", "ship", heard_by="mail", condition=ONLY_HERE, on=date(2026, 4, 10))
    telling.act("B1", "receive")
    telling.act("B1", "renew")
    telling.act("B1", "renew-reply", heard_by="mail", answer=False)
    assert subjects(telling)[-1] == "It cannot be renewed"
    assert "You may use it here until Fri 10 Apr." in telling.reader()[-1].text


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
