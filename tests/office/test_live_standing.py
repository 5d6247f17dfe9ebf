"""The library system is asked before an order and when the item has come; down, what is stored counts."""

import threading

import pytest

from mailproc.errors import LocalFault
from mailproc.office.patrons import forgetting
from mailproc.slow_work import InsideWrite
from tests.flow.test_form_letters import FORM, accept, send
from tests.office.test_patron_forgetting import ORDERS, where_it_stands
from tests.office.test_patron_import import known, run
from tests.office.test_reader_rules import codes, enter, remarks
from tests.servers.library_system import LOST, PASSWORD, USER, KnownReader, library_system
from tests.servers.ncip_responder import NcipResponder, problem
from tests.servers.ports import free_port
from tests.support import configuration
from tests.support.partners import USUAL

FILE = "id,name,barcodes,expires,blocks\nR1,Ann,2001 2002,,\nR2,Bo,,,fees\nR3,Cy,,2026-03-01,\n"
GOOD = KnownReader("Somebody")
LOST_CARD = "the library system says now: blocked (card reported lost)"
DOWN = "no connection: Connection refused"
NOT_SAID = (
    f"the library system did not say whether the reader may borrow ({DOWN}): what is stored here counts"
)


@pytest.fixture
def system():
    with library_system(dict.fromkeys(("R1", "R2", "R3"), GOOD)) as system:
        yield system


@pytest.fixture
def asking(make_world, sqlite_url, monkeypatch):
    """Makes the house that asks the system on this port."""
    monkeypatch.setenv("ILS_PASSWORD", PASSWORD)

    def make(port, partners=USUAL, **more):
        where = {"protocol": "sip2", "host": "127.0.0.1", "port": port} | more
        usual = {"timeout": 30, "identifier": "id"}
        known = {"user": USER, "password": {"env": "ILS_PASSWORD"}}
        lines = configuration.section("patrons.lookup", **(usual | where), **known)
        world = make_world(sqlite_url, partners, lines)
        run(world, FILE)
        return world

    return make


def refused(world, patron, title="On Letters"):
    with pytest.raises(LocalFault) as error:
        enter(world, patron, title=title)
    assert str(error.value.possible[0]) == "the same with --anyway"
    return str(error.value)


def failures(world, number):
    return [str(one.not_looked_up) for one in world.shown(number).history if one.not_looked_up is not None]


def test_what_it_says_counts_more_than_the_file(system, asking):
    world = asking(system.port)
    for patron in ("R1", "R2", "R3"):  # the file has two of them blocked and expired
        assert codes(enter(world, patron)) == []
    system.readers["R1"] = KnownReader("Ann", LOST, message="Dear Ann Reader, come to the desk")
    del system.readers["R3"]
    assert refused(world, "R1", "Another") == f"R1 may order nothing: {LOST_CARD}"
    assert refused(world, "R3", "Another") == (
        "R3 may order nothing: the library system says now: nobody has this number"
    )
    done = enter(world, "R1", anyway=True, title="Another")
    assert codes(done) == ["reader-barred"]
    assert remarks(world, done.number) == [f"placed with --anyway: the reader may order nothing: {LOST_CARD}"]
    assert failures(world, done.number) == []
    assert world.verify().differences == ()


@pytest.mark.parametrize("patron", ["R1", "R9"])
def test_an_answer_about_somebody_else_counts_for_nothing(system, asking, patron):
    """Another's name, address and category would be taken for the reader's."""
    world = asking(system.port)
    other = KnownReader("Vera Victim", LOST, "vera@victim.example", number="VICTIM2")
    system.readers[patron] = other
    done = enter(world, patron, anyway=True)
    assert "reader-not-looked-up" in codes(done)
    assert where_it_stands(world, "Vera", "vera@", "VICTIM2") == set()
    assert [one.endswith("its answer is about another number") for one in failures(world, done.number)] == [
        True
    ]


@pytest.mark.parametrize("number", ["2002", " r 1 ", ""])
def test_a_system_may_name_another_number_of_the_same_reader(system, asking, number):
    world = asking(system.port)
    system.readers["R1"] = KnownReader("Ann", LOST, number=number)
    assert refused(world, "R1") == f"R1 may order nothing: {LOST_CARD}"


def test_by_ncip_too_an_answer_is_about_the_reader_who_was_asked_for(make_world, sqlite_url):
    with NcipResponder() as responder:
        lines = configuration.section("patrons.lookup", protocol="ncip", timeout=30)
        world = make_world(sqlite_url, more=lines + configuration.section("ncip", url=responder.url))
        who = "<UserId><UserIdentifierValue>P2</UserIdentifierValue></UserId>"
        responder.answers = [
            f"<NCIPMessage><LookupUserResponse>{who}</LookupUserResponse></NCIPMessage>".encode()
        ]
        done = enter(world, "R9", anyway=True)
    assert "reader-not-looked-up" in codes(done)


def test_a_warning_is_enough_where_the_library_says_so(system, make_world, sqlite_url):
    lines = configuration.section("patrons", blocked="warn") + configuration.section(
        "patrons.lookup", protocol="sip2", host="127.0.0.1", port=system.port
    )
    world = make_world(sqlite_url, more=lines)
    system.readers["R1"] = KnownReader("Ann", LOST)
    assert codes(enter(world, "R1")) == ["reader-barred-warned"]


def test_when_the_item_has_come_staff_hear_of_a_block_of_today(system, asking):
    world = asking(system.port)
    number = enter(world, "R1").number
    world.run()
    system.readers["R1"] = KnownReader("Ann", LOST)
    words = f"R1 should not get it now: {LOST_CARD}"
    assert words in [str(one) for one in world.foresee(number, "receive").words]
    assert words in [str(one) for one in world.act(number, "receive").words]
    asked = len(system.asked)
    world.act(number, "return")
    assert len(system.asked) == asked


@pytest.mark.parametrize(
    ("keys", "asked"), [({"at_entry": False}, ["R2"]), ({"at_arrival": False}, ["R2"]), ({}, ["R2", "R2"])]
)
def test_when_it_is_asked_is_said_by_the_library(system, asking, keys, asked):
    world = asking(system.port, **keys)
    number = enter(world, "R2", anyway=True).number
    world.run()
    world.act(number, "receive")
    assert system.asked == asked


@pytest.mark.parametrize(("identifier", "asked"), [("id", ["R1", "R9"]), ("barcode", ["2001", "R9"])])
def test_by_which_number_it_is_asked(system, asking, identifier, asked):
    world = asking(system.port, identifier=identifier)
    for typed in ("2002", "R9"):
        enter(world, typed, anyway=True)
    assert system.asked == asked


def test_what_nobody_knew_of_the_reader_is_taken_from_it(system, asking):
    world = asking(system.port)
    system.readers["R7"] = KnownReader("Zoë Leser", email="zoe@reader.example")
    system.readers["R8"] = KnownReader("Bad", email="zoe@\nreader")
    assert codes(enter(world, "R7")) == []
    assert codes(enter(world, "R8")) == []
    enter(world, "R1", title="Another", email="ann@reader.example")
    assert [(one.name, one.email) for one in (known(world, name) for name in ("R7", "R8", "R1"))] == [
        ("Zoë Leser", "zoe@reader.example"), ("Bad", ""), ("Ann", "ann@reader.example")
    ]  # fmt: skip


def test_while_it_is_down_what_is_stored_counts_and_the_history_says_so(asking):
    world = asking(free_port())
    assert refused(world, "R2") == "R2 may order nothing: blocked (fees)"
    done = enter(world, "R1")
    assert codes(done) == ["reader-not-looked-up"]
    first = f"it was not asked again so soon: {DOWN}"
    assert failures(world, done.number) == [first]
    world.run()
    received = world.act(done.number, "receive")
    assert NOT_SAID.replace(DOWN, first) in [str(one) for one in received.words]
    assert failures(world, done.number) == [first, first]
    notes = [one.note for one in world.shown(done.number).history if one.not_looked_up is not None]
    assert all(NOT_SAID.replace(DOWN, first) in one for one in notes)
    assert world.verify().differences == ()


def test_a_request_to_review_is_looked_up_when_staff_accept_it(system, asking):
    world = asking(system.port, USUAL + FORM)
    send(world)
    assert system.asked == []  # a letter waits for nobody
    system.readers["R1"] = KnownReader("Ann", LOST)
    with pytest.raises(LocalFault, match="card reported lost"):
        accept(world, "B1")
    assert codes(accept(world, "B1", anyway=True)) == ["reader-barred"]
    assert system.asked == ["R1", "R1"]


def test_a_request_to_review_says_in_its_history_that_nobody_answered(asking):
    world = asking(free_port(), USUAL + FORM)
    send(world)
    assert codes(accept(world, "B1")) == ["reader-not-looked-up"]
    assert failures(world, "B1") == [DOWN]
    assert world.verify().differences == ()


def test_an_answer_that_does_not_come_holds_nobody_up(system, asking):
    world = asking(system.port, timeout=0.3)
    system.waits = threading.Event()
    assert codes(enter(world, "R1")) == ["reader-not-looked-up"]
    assert failures(world, "B1") == ["no answer within 0.3 seconds"]
    assert codes(enter(world, "R1", title="Another")) == ["reader-not-looked-up"]
    assert len(system.asked) <= 1


def test_no_connection_of_the_store_waits_for_it(system, asking):
    world = asking(system.port)
    system.waits = threading.Event()
    placing = threading.Thread(target=enter, args=(world, "R1"))
    placing.start()
    assert system.heard.wait(30)
    world.place(title="Of nobody", patron=None)
    system.waits.set()
    placing.join(30)
    assert {world.shown(number).line.title for number in ("B1", "B2")} == {"On Letters", "Of nobody"}


def test_in_a_write_nobody_is_asked(system, asking):
    world = asking(system.port)
    with pytest.raises(InsideWrite):
        world.store.write(lambda _connection: world.app.context.patron_lookup.ask("R1"))
    assert system.asked == []


def test_no_secret_is_in_what_is_said(system, asking, monkeypatch, caplog):
    monkeypatch.setenv("ILS_PASSWORD", "wr0ng-Passw0rd")  # after that of ``asking``
    world = asking(system.port)
    done = enter(world, "R1")
    said = [*map(str, done.warnings), *failures(world, done.number), caplog.text]
    assert "Passw0rd" not in "".join(said)


def test_by_ncip_the_same_holds(make_world, sqlite_url):
    with NcipResponder() as responder:
        lines = configuration.section("patrons.lookup", protocol="ncip", timeout=30)
        world = make_world(
            sqlite_url, more=lines + configuration.section("ncip", url=responder.url, accept_item=[])
        )
        responder.users = {"2001": "", "R2": ""}
        run(world, FILE)
        assert codes(enter(world, "R1")) == []
        assert codes(enter(world, "R2")) == []  # the file has this one blocked
        assert "nobody has this number" in refused(world, "R3")
        responder.users.clear()
        responder.answers = [b"It works!"]
        world.run()
        done = world.act("B1", "receive")
        assert [one.code for one in done.words if one.code.startswith("reader-")] == ["reader-not-looked-up"]
        assert "gave no answer in NCIP" in failures(world, "B1")[0]
        assert responder.received == ["LookupUser"] * 4


def test_who_is_forgotten_is_in_no_failure_either(make_world, sqlite_url):
    with NcipResponder() as responder:
        lines = configuration.section("patrons.lookup", protocol="ncip", timeout=30)
        world = make_world(
            sqlite_url, more=lines + configuration.section("ncip", url=responder.url, accept_item=[])
        )
        run(world, FILE)
        trouble = problem("Failure of 2001", "for Ann", "UserIdentifierValue", "2001")
        responder.answers = [f"<NCIPMessage><Problem/>{trouble}</NCIPMessage>".encode()]
        number = enter(world, "R1").number
        assert "2001" in failures(world, number)[0]
        world.run()
        world.act(number, "close")
        forgetting.forget(world.store, world.app.context, "R1")
        assert where_it_stands(world, "2001") <= ORDERS
