"""A form that is ordered without review waits for the catalogues: what we hold goes to staff."""

from collections.abc import Callable, Iterator

import pytest

from mailproc.app import one_run
from mailproc.office.catalogues import new_requests
from mailproc.office.requests import reviewing
from mailproc.office.requests.reviewing import Acceptance
from tests.flow.test_form_letters import READERS, STRAIGHT, send
from tests.office.test_patron_import import run as imported
from tests.servers import catalogue_stub
from tests.servers.catalogue_stub import NOTHING, CatalogueStub, field, records
from tests.support import configuration
from tests.support.partners import ADDRESS, BL, SECOND, USUAL
from tests.support.world import World

OURS = records(field("245", a="On Letters") + field("852", h="QA 1"))


@pytest.fixture
def stub() -> Iterator[CatalogueStub]:
    with catalogue_stub.running() as running:
        yield running


@pytest.fixture
def house(make_world: Callable[..., World], sqlite_url: str, stub: CatalogueStub) -> World:
    own = configuration.section("[catalogue]", name="own", url=stub.url)
    world = make_world(sqlite_url, USUAL + STRAIGHT + own)
    imported(world, READERS)
    return world


def look(world: World) -> None:
    new_requests.look_up(world.store, world.app.context)
    world.run()


def test_what_we_do_not_hold_goes_straight_on_once_the_catalogue_was_asked(
    house: World, stub: CatalogueStub
) -> None:
    stub.say(NOTHING)
    send(house)
    assert house.to(ADDRESS[BL]) == []
    look(house)
    assert house.state("B1") == "PENDING"
    assert len(house.to(ADDRESS[BL])) == 1
    look(house)
    assert len(house.to(ADDRESS[BL])) == 1
    assert house.verify().differences == ()


@pytest.mark.parametrize("said", [OURS, (503, b"x"), (404, b"x")], ids=["held", "down", "refused"])
def test_what_we_hold_or_do_not_know_of_waits_for_staff(
    house: World, stub: CatalogueStub, said: catalogue_stub.Content
) -> None:
    stub.say(said)
    send(house)
    look(house)
    assert house.to(ADDRESS[BL]) == []
    assert house.shown("B1").looked
    done = reviewing.accept(house.store, house.app.context, "B1", Acceptance(), "clerk", anyway=True)
    assert any(one.code.startswith("own-copy") for one in done.warnings)
    house.run()
    assert len(house.to(ADDRESS[BL])) == 1


def test_a_rule_waits_for_the_catalogue_of_others(
    make_world: Callable[..., World], sqlite_url: str, stub: CatalogueStub
) -> None:
    union = configuration.section("[catalogue]", name="union", use="union", url=stub.url)
    rule = configuration.section("[rota]", name="who has it", holders="only", partners=[BL])
    form = STRAIGHT.replace(f'lenders = ["{BL}"]\n', "")
    world = make_world(sqlite_url, USUAL + form + union + rule)
    imported(world, READERS)
    stub.say(records(field("245", a="On Letters") + field("852", a=SECOND)))
    send(world)
    assert world.sent == []
    look(world)
    assert [len(world.to(ADDRESS[one])) for one in (BL, SECOND)] == [0, 1]


def test_what_staff_declined_is_not_ordered_afterwards(house: World, stub: CatalogueStub) -> None:
    stub.say(NOTHING)
    send(house)
    reviewing.decline(house.store, house.app.context, "B1", "no", "clerk")
    look(house)
    assert house.to(ADDRESS[BL]) == []


def test_one_run_sends_what_goes_on_by_what_the_catalogue_says(house: World, stub: CatalogueStub) -> None:
    """Whoever runs it by cron would send it hours later."""
    stub.say(NOTHING)
    send(house)
    one_run.run_once(house.app)
    assert [row["attempts"] for row in house.rows("outgoing")] == [1], "it was tried: there is no relay"
