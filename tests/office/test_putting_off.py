"""Not today: what staff put off is hidden until a day, and nothing can hide by it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from mailproc.errors import LocalFault
from mailproc.ill import closed_days, machine
from mailproc.ill.terms import Role, Service
from mailproc.office.acts import perform, putting_off
from mailproc.office.mailroom import digest_mail
from mailproc.office.queries import agenda, listing, reviews
from mailproc.store.transactions import TRANSACTION
from tests.support import configuration
from tests.web.wishes import submit

ORDER = "TXC{0}-1 S LOAN\nA book of ours"


def found(world):
    with world.app.store.read() as connection:
        return agenda.agenda(connection, world.app.context)


def put_off(world):
    return {one.number: one.put_off for one in found(world).put_off}


def here(world):
    return [one.number for group in found(world).groups for one in group.requests]


def in_days(world, days):
    return world.now.date() + timedelta(days=days)


@pytest.fixture
def waits(small_world):
    """B1, to which nobody is left to ask, and B2, which waits for others."""
    small_world.place()
    small_world.place()
    small_world.hear("B1-1 NOT")
    return small_world


def test_it_is_hidden_until_its_day_and_the_sum_says_so(waits):
    before = waits.rows("timer")
    waits.act("B1", "put-off", on=in_days(waits, 3), note="they call back")
    today = found(waits)
    assert (today.needing, len(today.put_off), today.waiting, today.all_open) == (0, 1, 1, 2)
    assert put_off(waits) == {"B1": in_days(waits, 3)}
    assert waits.rows("timer") == before
    assert waits.attention("B1") == ("end-of-rota",)
    waits.days(2)
    assert here(waits) == []
    waits.days(1)
    assert here(waits) == ["B1"] and put_off(waits) == {}
    assert not waits.verify().differences


def test_what_has_come_back_by_itself_is_forgotten(waits):
    waits.act("B1", "put-off", on=in_days(waits, 1))
    waits.days(1)
    waits.hear("B2-1 NOT")
    waits.act("B2", "put-off", on=in_days(waits, 1))
    (kept,) = waits.rows("put_off")
    assert kept["request_id"] == waits.transaction("B2")["request_id"]


def test_a_wish_is_hidden_from_its_list_whatever_happens_to_others(waits):
    wish = submit(waits)
    waits.act(wish, "put-off", on=in_days(waits, 1))
    waits.hear("B2-1 NOT")

    def to_review():
        with waits.app.store.read() as connection:
            return reviews.count(connection, listing.Filter(attention=True), None, waits.app.context.today())

    assert (to_review(), put_off(waits)) == (0, {wish: in_days(waits, 1)})
    waits.days(1)
    assert to_review() == 1


def refused(world, number="B1", action="put-off", **said):
    before = world.dump()
    with pytest.raises(LocalFault) as fault:
        world.act(number, action, **said)
    assert world.dump() == before
    return str(fault.value)


def test_news_of_it_shows_it_again_at_once(waits):
    for news in (
        lambda: waits.hear("B1-1 OTHER"),
        lambda: waits.act("B1", "message", heard_by="phone", note="we look again"),
        lambda: waits.act("B1", "show-again"),
    ):
        waits.act("B1", "put-off", on=in_days(waits, 5))
        assert here(waits) == []
        news()
        assert here(waits) == ["B1"]
    assert "is not put off" in refused(waits, action="show-again")


def test_it_is_never_put_off_past_what_is_due(waits):
    assert "B1 can be put off until 2026-03-16 at most (two weeks)" in refused(waits, on=in_days(waits, 15))
    assert "is not a day to come" in refused(waits, on=in_days(waits, 0))
    assert "B2 needs nothing now" in refused(waits, "B2")
    waits.ordered(ORDER.format(1))
    waits.act("L1", "will-supply", on=in_days(waits, 2))
    assert "(the promised day)" in refused(waits, "L1", on=in_days(waits, 3))
    waits.act("L1", "put-off", on=in_days(waits, 2))
    waits.days(2)
    assert "cannot wait until tomorrow" in refused(waits, "L1")


def test_without_a_day_it_is_the_next_on_which_we_are_open(waits):
    waits.act("B1", "put-off")
    assert put_off(waits) == {"B1": in_days(waits, 1)}
    waits.act("B1", "put-off", on=in_days(waits, 4))
    assert put_off(waits) == {"B1": in_days(waits, 4)}


def test_the_letter_of_the_day_and_the_lists_count_it_too(waits):
    waits.act("B1", "put-off", on=in_days(waits, 3))
    letter = digest_mail.letter_of(found(waits), waits.app.context)
    assert (letter.needing, letter.hidden, letter.waiting, letter.all_open) == (0, 1, 1, 2)
    waits.sent.clear()
    digest_mail.send(waits.app.store, waits.app.context)
    waits.run()
    assert "until Thu 5 Mar (1)\n  B1  " in waits.notices()[0].text.replace("\r", "")
    assert "0 here + 1 put off + 1 waiting for others = 2 open." in waits.notices()[0].text
    today, needing = waits.app.context.today(), listing.Filter(attention=True)
    with waits.app.store.read() as connection:
        assert listing.listed(connection, needing, today) == []
        assert listing.count(connection, needing, today).number == 0
        (line,) = (one for one in listing.listed(connection, listing.Filter(), today) if one.number == "B1")
    assert (line.needs, line.put_off) == (("end-of-rota",), in_days(waits, 3))


def test_the_next_day_is_one_on_which_we_are_open():
    monday, closed = date(2026, 3, 2), closed_days.read(["tue", "2026-03-04"])
    here = SimpleNamespace(today=lambda: monday, closed_days=closed)
    assert putting_off.next_day(here) == date(2026, 3, 5)


def test_what_is_foreseen_hides_nothing(waits):
    before = waits.dump()
    act = perform.StaffAct(action="put off", number="B1", on=in_days(waits, 2))
    assert perform.foresee(waits.app.store, waits.app.context, act).words
    assert waits.dump() == before


@pytest.fixture(params=["", "[ncip]"])
def any_house(request, make_world, sqlite_url):
    """A house that tells its library system nothing, and one that tells it of loans."""
    told = configuration.section("ncip", url="http://127.0.0.1:9/ncip")
    return make_world(sqlite_url, more=told if request.param else "")


@pytest.mark.parametrize("service", [Service.LOAN, Service.COPY])
@pytest.mark.parametrize("role", Role)
def test_each_request_can_be_put_off_and_shown_again_in_every_state(any_house, addresses, role, service):
    world = any_house
    if role is Role.REQUESTER:
        number = world.place(service=service.name)
    else:
        world.ordered(f"TXC1-1 S{' LOAN' if service is Service.LOAN else ''}\nA book of ours\npp 1-2")
        number = "L1"
    for state in machine.TABLES[role][service]:
        row = TRANSACTION.update().values(state=state.name, attention=["message"])
        world.store.write(lambda connection, row=row: connection.execute(row))
        world.act(number, "put-off", run=False, on=in_days(world, 1))
        assert put_off(world) == {number: in_days(world, 1)}, state
        world.act(number, "show-again", run=False)
        assert (put_off(world), here(world)) == ({}, [number]), state
