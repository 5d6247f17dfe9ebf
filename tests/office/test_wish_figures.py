"""What was submitted to staff, counted by what became of it."""

import pytest

from mailproc.ill.terms import Role
from mailproc.office.queries import wish_figures
from mailproc.office.requests import notes, reviewing
from mailproc.office.requests.reviewing import Acceptance
from tests.flow.test_form_letters import FORM, ORDER, WISH, send
from tests.support.partners import ADDRESS, CUSTOMER, USUAL


@pytest.fixture
def office(make_world, sqlite_url):
    return make_world(sqlite_url, USUAL + FORM)


def wishes(office, role=None, since=None, until=None):
    with office.store.read() as connection:
        return wish_figures.wishes(connection, role, since, until)


def decline(office, number, reason):
    reviewing.decline(office.store, office.app.context, number, reason, "clerk")


def test_each_is_counted_once_by_what_became_of_it(office):
    for name in ("one", "two", "three", "four"):
        send(office, WISH.replace("Letters", name))
    decline(office, "B1", "we hold it")
    decline(office, "B2", "too new")
    reviewing.take_back(office.store, office.app.context, "B2", "clerk")
    decline(office, "B2", "we hold it")
    notes.add(office.store, office.app.context, "B2", "by telephone", "clerk")
    reviewing.accept(office.store, office.app.context, "B3", Acceptance(("XX-BL",)), "clerk", anyway=True)
    (found,) = wishes(office)
    assert (found.role, found.submitted, found.waiting, found.accepted, found.declined) == (
        Role.REQUESTER, 4, 1, 1, 2,
    )  # fmt: skip
    assert (found.reasons, found.other) == ({"we hold it": 2}, 0), "the last reason of each counts"


def test_orders_to_us_stand_beside_wishes(office):
    send(office)
    send(office, ORDER, ADDRESS[CUSTOMER])
    assert [(one.role, one.submitted) for one in wishes(office)] == [(Role.REQUESTER, 1), (Role.RESPONDER, 1)]
    assert [one.role for one in wishes(office, Role.RESPONDER)] == [Role.RESPONDER]


def test_a_time_begins_with_its_first_instant_and_ends_before_its_last(office):
    send(office)
    now = office.rows("submission")[0]["at"]
    assert wishes(office, since=now) and not wishes(office, until=now)


def test_reasons_that_few_have_are_counted_together(office, monkeypatch):
    monkeypatch.setattr(wish_figures, "MOST_REASONS", 1)
    for number, reason in ((1, "a"), (2, "b"), (3, "b")):
        send(office, WISH.replace("Letters", str(number)))
        decline(office, f"B{number}", reason)
    (found,) = wishes(office)
    assert (found.reasons, found.other) == ({"b": 2}, 1)
