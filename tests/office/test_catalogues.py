"""Catalogues are asked about requests: before one of ours leaves, and beside one that came."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailproc import slow_work
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Item
from mailproc.ill.holding import Available
from mailproc.office.catalogues import locate, new_requests
from mailproc.office.queries import holdings
from mailproc.office.requests import amend, corrections, place
from mailproc.office.slips import printing
from mailproc.office.slips.kinds import SlipKind
from mailproc.store import catalogue_answers
from tests.servers import catalogue_stub
from tests.servers.catalogue_stub import NOTHING, CatalogueStub, field, records
from tests.servers.ports import free_port
from tests.support import configuration
from tests.support.world import World

ISBN, TITLE = "9783161484100", "On Letters"
OURS = field("245", a="On Letters") + field("852", a="XX-US", b="Main", h="QA 1")
LENT = field("952", a="MAIN", o="K 2", q="2026-12-24")
WITH_PARTNERS = (
    field("245", a="On Letters")
    + field("852", a="XX-US", h="QA 1")
    + field("852", a="de-1", h="A 1")
    + field("852", a="XX-BL", h="B 1")
    + field("852", a="XX-BL", h="B 2")
    + field("852", a="XX-NOBODY")
)
Make = Callable[..., World]


@pytest.fixture
def stub() -> Iterator[CatalogueStub]:
    with catalogue_stub.running() as running:
        yield running


def catalogue(url: str, name: str = "own", more: str = "", **values: configuration.Value) -> str:
    return configuration.section("[catalogue]", name=name, url=url, **values) + more


@pytest.fixture
def house(make_world: Make, store_url: str, stub: CatalogueStub) -> World:
    """With a catalogue of our own, which has nothing yet."""
    return make_world(store_url, more=catalogue(stub.url))


def enter(world: World, *, anyway: bool = False, **item: str) -> place.Entered:
    wanted = {"service": "LOAN", "item": {"title": TITLE, "isbn": ISBN} | item, "partners": ["XX-BL"]}
    return place.place(world.store, world.app.context, place.read(wanted), "clerk", anyway=anyway)


def codes(done: place.Entered) -> list[str]:
    return [one.code for one in done.warnings if one.code.startswith("own-copy")]


def look(world: World) -> int:
    return new_requests.look_up(world.store, world.app.context)


def test_a_request_for_what_we_hold_is_refused_before_it_leaves(house: World, stub: CatalogueStub) -> None:
    stub.say(records(OURS))
    with pytest.raises(LocalFault) as refused:
        enter(house)
    assert str(refused.value) == "We hold it, as the catalogue own says: Main, QA 1"
    assert str(refused.value.possible[0]) == "the same with --anyway"
    house.run()
    assert house.sent == []


def test_an_override_stands_in_the_history_and_what_was_said_beside_the_request(
    house: World, stub: CatalogueStub
) -> None:
    stub.say(records(OURS))
    done = enter(house, anyway=True)
    shown = house.shown(done.number)
    assert codes(done) == ["own-copy"]
    assert any(one.remark.startswith("placed with --anyway: We hold it") for one in shown.history)
    (looked,) = shown.looked
    assert (looked.catalogue, looked.answer.searched_by, looked.fault) == ("own", "isbn", "")
    assert looked.answer.holdings[0].shelfmark == "QA 1"
    assert look(house) == 0, "it was asked already"
    assert house.verify().differences == ()


def test_what_is_found_by_words_only_warns(house: World, stub: CatalogueStub) -> None:
    stub.answer = lambda path: NOTHING if "isbn" in path else records(OURS)
    assert codes(enter(house)) == ["own-copy-warned"]
    assert [path.partition("query=")[2].partition("&")[0] for path in stub.asked] == [
        "bath.isbn%3D%229783161484100%22+or+bath.isbn%3D%22316148410X%22", "dc.title+all+%22On+Letters%22",
    ]  # fmt: skip


def test_a_catalogue_may_only_warn(make_world: Make, sqlite_url: str, stub: CatalogueStub) -> None:
    stub.say(records(LENT))
    world = make_world(sqlite_url, more=catalogue(stub.url, held="warn"))
    done = enter(world)
    assert codes(done) == ["own-copy-warned"]
    assert "MAIN, K 2 (lent out until Thu 24 Dec)" in str(done.warnings[0])


def test_what_we_do_not_hold_is_placed(house: World, stub: CatalogueStub) -> None:
    assert codes(enter(house)) == []
    assert len(stub.asked) == 2, "by its number, and by its words"


def test_our_symbols_tell_our_copies(make_world: Make, sqlite_url: str, stub: CatalogueStub) -> None:
    stub.say(records(field("852", a="XX-OTHER", h="X")))
    world = make_world(sqlite_url, more=catalogue(stub.url, ours=["XX-US"]))
    assert codes(enter(world)) == []
    stub.say(records(field("852", a="xx-us", h="X")))
    assert codes(enter(world, isbn="9780306406157", title="Another", anyway=True)) == ["own-copy"]


def test_a_partners_request_is_looked_up_by_the_clock_and_its_slip_names_the_shelf(
    house: World, stub: CatalogueStub
) -> None:
    stub.say(records(OURS + LENT))
    house.ordered("TXC1-1 S LOAN\nAuthor, A.\nOn Letters\nISBN 9783161484100")
    assert stub.asked == [], "nothing is asked on the path of a letter"
    assert look(house) == 1
    assert [copy.shelfmark for copy in house.shown("L1").looked[0].answer.holdings] == ["QA 1", "K 2"]
    with house.store.read() as connection:
        (slip,) = printing.new(connection, house.app.context, [SlipKind.PULL]).slips
        copy = holdings.to_fetch(connection, house.app.context, 1)
    assert slip.shelfmark == "QA 1"
    assert copy is not None and copy.available is Available.UNKNOWN  # the other one is lent out
    assert look(house) == 0


DOWN = {"an error of the server": (503, b"x"), "no time": (429, b"")}


@pytest.mark.parametrize("case", DOWN)
def test_a_catalogue_that_is_down_stops_nothing_and_is_left_for_a_while(
    house: World, stub: CatalogueStub, case: str
) -> None:
    stub.say(DOWN[case])
    assert codes(enter(house)) == ["own-copy-unknown"]
    done = enter(house, isbn="9780306406157", title="Another")
    assert "not asked before" in str(next(one for one in done.warnings if one.code == "own-copy-unknown"))
    look(house)
    assert len(stub.asked) == 1
    stub.say(records(OURS))
    house.later(minutes=5)
    assert look(house) == 2, "what was asked in vain is asked again"
    assert [house.shown(number).looked[0].fault for number in ("B1", "B2")] == ["", ""]


def test_a_port_where_nobody_listens_stops_nothing(make_world: Make, sqlite_url: str) -> None:
    url = f"http://127.0.0.1:{free_port()}/sru"
    world = make_world(sqlite_url, more=catalogue(url) + catalogue(url, "second"))
    assert codes(enter(world)) == ["own-copy-unknown"]
    assert [bool(one.fault) for one in world.shown("B1").looked] == [True, True]
    world.run()
    assert len(world.sent) == 1


REFUSALS = {
    "no such data base": (404, b"<html>"),
    "elsewhere": (302, b""),
    "HTML": b"<!DOCTYPE html><html>It works!</html>",
    "too long": b" " * 1_000_001,
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_a_catalogue_refuses_is_said_and_tried_again_after_hours(
    house: World, stub: CatalogueStub, case: str
) -> None:
    stub.say(REFUSALS[case])
    assert codes(enter(house)) == ["own-copy-unknown"]
    asked = len(stub.asked)
    assert all("elsewhere" not in path for path in stub.asked)
    house.later(minutes=4)
    look(house)
    assert len(stub.asked) == asked
    stub.say(records(OURS))
    house.later(hours=6)
    assert look(house) == 1


def test_an_earlier_answer_stays_when_the_catalogue_goes_down(house: World, stub: CatalogueStub) -> None:
    stub.say(records(OURS))
    enter(house, anyway=True)
    stub.say((503, b""))
    (said,) = locate.of_request(house.store, house.app.context, "B1", again=True)
    assert said.fault
    (kept,) = house.shown("B1").looked
    assert kept.fault
    assert kept.answer.holdings[0].shelfmark == "QA 1"


def test_an_answer_counts_for_a_while(house: World, stub: CatalogueStub) -> None:
    stub.say(records(OURS))
    store, context, item = house.store, house.app.context, Item(isbn=ISBN)
    first = locate.of_item(store, context, item)
    stub.say(NOTHING)
    assert locate.of_item(store, context, replace(item, isbn="3-16-148410-X")) == first
    assert len(stub.asked) == 1
    (again,) = locate.of_item(store, context, item, again=True)
    assert again.answer.records == 0
    house.later(minutes=60)
    stub.say(records(OURS))
    assert locate.of_item(store, context, item)[0].answer == first[0].answer


def test_a_corrected_item_is_looked_up_again(house: World, stub: CatalogueStub) -> None:
    stub.say(records(OURS))
    enter(house, anyway=True)
    stub.say(NOTHING)
    correction = corrections.read({"item": {"isbn": "9780306406157", "title": "Another"}})
    amend.amend(house.store, house.app.context, "B1", correction, by="clerk")
    assert house.shown("B1").looked == ()
    assert look(house) == 1
    assert house.shown("B1").looked[0].answer.records == 0


def test_all_catalogues_are_asked_at_once(make_world: Make, sqlite_url: str, stub: CatalogueStub) -> None:
    """Each answers only once both have been asked."""
    both = threading.Barrier(2, timeout=20)

    def answer(_path: str) -> bytes:
        both.wait()
        return records(OURS)

    stub.answer = answer
    more = catalogue(stub.url, timeout=30, longest=30) + catalogue(stub.url, "union", use="union", timeout=30)
    world = make_world(sqlite_url, more=more)
    said = locate.of_item(world.store, world.app.context, Item(isbn=ISBN))
    assert [(one.catalogue, one.fault, one.answer.records) for one in said] == [
        ("own", "", 1),
        ("union", "", 1),
    ]
    ours = holdings.ours(said, world.app.context)
    assert [copy.source for copy in ours] == ["own"], "a union names ours by symbols"


def test_answers_that_are_kept_have_a_bound(
    house: World, stub: CatalogueStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_answers, "MOST", 3)
    for number in range(8):
        locate.of_item(house.store, house.app.context, Item(title=f"Book {number}"))
    with house.store.read() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM catalogue_answer").scalar_one()
    assert kept <= 3


def test_nothing_is_asked_inside_a_write(house: World, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[bool] = []
    known = house.app.context.ask_catalogue

    def ask(*args: object) -> object:
        inside.append(slow_work.is_writing())
        return known(*args)  # type: ignore[arg-type]

    monkeypatch.setitem(vars(house.app.context), "ask_catalogue", ask)
    enter(house)
    house.ordered("TXC1-1 S LOAN\nAuthor, A.\nOn Letters")
    look(house)
    assert inside == [False, False]


def test_a_fault_of_ours_stops_no_request(
    house: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def ask(*_args: object) -> object:
        raise IndexError("a bug")

    monkeypatch.setitem(vars(house.app.context), "ask_catalogue", ask)
    assert codes(enter(house)) == ["own-copy-unknown"]
    assert "a bug" in caplog.text


def test_who_else_holds_it_are_lenders_with_their_source(
    make_world: Make, sqlite_url: str, stub: CatalogueStub
) -> None:
    stub.say(records(WITH_PARTNERS))
    symbols = configuration.section("catalogue.partners", **{'"DE-1"': "XX-FIRST"})
    first = configuration.partner("XX-FIRST", "ill@first.example", codec="letter")
    more = catalogue(stub.url, "union", symbols + first, use="union", ours=["XX-US"])
    world = make_world(sqlite_url, more=more)
    assert codes(enter(world, anyway=True)) == ["own-copy"], "our symbol is in it too"
    with world.store.read() as connection:
        found = holdings.lenders(connection, world.app.context, 1)
    assert [(one.partner, one.source, [copy.shelfmark for copy in one.holdings]) for one in found] == [
        ("XX-FIRST", "union", ["A 1"]),
        ("XX-BL", "union", ["B 1", "B 2"]),
    ]


def test_requests_are_looked_up_newest_first_some_at_a_time_and_not_for_ever(
    house: World, stub: CatalogueStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [f"TXC1-{number} S LOAN\nAuthor, A.\nBook {number}" for number in range(1, 6)]
    house.ordered(*orders)
    monkeypatch.setattr(new_requests, "BATCH", 2)
    assert look(house) == 2
    assert [bool(house.shown(f"L{number}").looked) for number in range(1, 6)] == [False] * 3 + [True] * 2
    house.later(days=new_requests.LOOK_BACK / timedelta(days=1))
    assert look(house) == 0


def test_without_a_catalogue_everything_is_as_before(small_world: World) -> None:
    assert codes(enter(small_world)) == []
    assert small_world.shown("B1").looked == ()
    assert look(small_world) == 0
    with pytest.raises(LocalFault, match="names no catalogue"):
        locate.of_request(small_world.store, small_world.app.context, "B1")


def test_an_item_without_words_is_not_asked_about(house: World, stub: CatalogueStub) -> None:
    house.ordered("TXC1-1 S LOAN\n!!")
    assert look(house) == 0
    assert look(house) == 0
    locate.of_request(house.store, house.app.context, "L1", again=True)
    assert stub.asked == []
    assert "no ISBN" in str(house.shown("L1").looked[0].fault)
