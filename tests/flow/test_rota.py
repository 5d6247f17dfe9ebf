"""Who is asked next, who decides, and what people are told at the end."""

import pytest

from mailproc.errors import LocalFault
from tests.support.partners import BL, SECOND


def test_the_next_one_is_asked_by_itself(world, addresses):
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 NOT")
    shown = world.shown("B1")
    assert (shown.line.partner, shown.line.attempt, shown.line.state) == ("XX-SECOND", 2, "PENDING")
    assert [(one.partner, one.tried, one.why_not) for one in shown.rota] == [
        ("XX-BL", True, "not-owned"),
        ("XX-SECOND", True, ""),
    ]
    (order,) = world.to(addresses["XX-SECOND"])
    assert "TXB1-2" in order.text
    assert world.transaction("B1-1")["state"] == "NOT_SUPPLIED"
    assert shown.history[-1].cause["kind"] == "policy"
    assert world.reader() == []


def test_the_end_of_the_rota(world):
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 NOT")
    world.hear("B1-2 NOT*NUKL", of="XX-SECOND")
    assert world.attention("B1") == ("end-of-rota",)
    assert world.state("B1") == "NOT_SUPPLIED"
    (to_reader,), (to_staff,) = world.reader(), world.notices()
    assert "A book" in to_reader.text and "A book" in to_staff.text
    with pytest.raises(LocalFault):
        world.next("B1")
    world.next("B1", "XX-BL")  # staff ask again all the same
    assert (world.shown("B1").line.attempt, world.state("B1")) == (3, "PENDING")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("CRF*CANNOT MATCH ITEM", "ask-cannot-match"),
        ("CAT*REAPPLY 3", "ask-later"),
        ("DIRECT", "ask-locations"),
        ("*TOTAL LIBRARY MAX COST 9.50", "ask-cost"),
    ],
)
def test_staff_decide_to_go_on(small_world, code, reason):
    small_world.place("XX-BL", "XX-SECOND")
    small_world.hear(f"B1-1 {code}")
    assert small_world.attention("B1") == (reason,)
    assert len(small_world.notices()) == 1
    assert small_world.reader() == []
    small_world.next("B1")
    line = small_world.shown("B1").line
    assert (line.partner, line.state, line.attention) == ("XX-SECOND", "PENDING", ())


def test_the_table_is_the_librarys_own(make_world, sqlite_url):
    follows = '[artemail.follows]\n"NOT" = "ask"\n"CRF*CANNOT MATCH ITEM" = "next"\n'
    world = make_world(sqlite_url, more=follows)
    world.place("XX-BL", "XX-SECOND")
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 NOT", "B2-1 CRF*CANNOT MATCH ITEM")
    assert world.attention("B1") == ("ask-unfilled",)
    assert world.shown("B2").line.partner == "XX-SECOND"


def test_where_copyright_was_in_the_way_at_the_end_staff_are_asked_first(small_world):
    """Perhaps only our declaration is missing."""
    small_world.place("XX-BL", service="COPY")
    small_world.hear("B1-1 RCOP")
    assert small_world.attention("B1") == ("ask-copyright",)
    assert small_world.reader() == []
    small_world.act("B1", "close")
    assert "has been ended" in small_world.reader()[0].text


@pytest.mark.parametrize("action", ["close", "message", "query"])
def test_actions_after_unfilled_do_not_ask_the_next_library(small_world, action):
    small_world.place("XX-BL", "XX-SECOND")
    small_world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    small_world.act("B1", action, note="a word")
    assert small_world.shown("B1").line.attempt == 1


@pytest.mark.parametrize("code", ["USE*2", "USE O/D", "NOT", "DIRECT", "RCOP", "CANC", "NCANC"])
def test_late_answers_do_not_ask_the_next_library(small_world, code):
    small_world.place("XX-BL", "XX-SECOND")
    small_world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    small_world.hear(f"B1-1 {code}")
    assert (small_world.shown("B1").line.attempt, small_world.state("B1")) == (1, "NOT_SUPPLIED")


def test_only_one_attempt_is_active(small_world):
    small_world.place("XX-BL", "XX-SECOND")
    with pytest.raises(LocalFault) as refused:
        small_world.next("B1")
    assert "B1-1" in str(refused.value)
    small_world.act("B1", "cancel")
    with pytest.raises(LocalFault):
        small_world.next("B1")
    small_world.hear("B1-1 CANC")
    small_world.next("B1")
    assert small_world.shown("B1").line.partner == "XX-SECOND"


def test_a_filled_request_is_not_asked_again(small_world):
    small_world.place("XX-BL", "XX-SECOND", service="COPY")
    small_world.act("B1", "receive")
    with pytest.raises(LocalFault) as refused:
        small_world.next("B1")
    assert "is Received" in str(refused.value)


def test_a_lenders_request_has_no_rota(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA book")
    with pytest.raises(LocalFault):
        small_world.next("L1")


@pytest.mark.parametrize("symbol", ["XX-CUSTOMER", "XX-NOBODY"])
def test_only_lenders_are_asked(small_world, symbol):
    before = small_world.dump()
    with pytest.raises(LocalFault):
        small_world.place(symbol)
    assert small_world.dump() == before


def test_a_partner_that_left_the_configuration(make_world, sqlite_url):
    """Its place in the rota waits for staff; nothing is lost."""
    world = make_world(sqlite_url)
    world.place("XX-BL", "XX-SECOND")
    config = world.app.config.file
    smaller = make_world(sqlite_url)
    smaller.app.config.file.write_text(config.read_text().replace("XX-SECOND", "XX-THIRD"))
    from mailproc.app.build import build

    world.app = build(smaller.app.config.file, world.clock)
    world.hear("B1-1 NOT")
    assert (world.state("B1"), world.attention("B1")) == ("NOT_SUPPLIED", ("ask-unfilled",))
    world.app.store.close()


def test_a_hard_bounce_offers_the_next_partner(small_world):
    small_world.place("XX-BL", "XX-SECOND")
    small_world.bounce(small_world.sent[0])
    assert small_world.attention("B1") == ("bounced",)
    small_world.act("B1", "cancel")  # nobody has the order, so nobody is asked to stop it
    assert small_world.state("B1") == "CANCELLED"
    assert len(small_world.sent) == 2  # the order and the notice to staff
    small_world.next("B1")
    assert small_world.shown("B1").line.partner == "XX-SECOND"


def test_an_order_that_could_not_be_sent_is_withdrawn_by_going_on(small_world, addresses):
    """Nobody can send it again afterwards."""
    small_world.refuses = lambda letter: letter.to == addresses["XX-BL"]
    small_world.place("XX-BL", "XX-SECOND")
    assert (small_world.shown("B1").line.delivery, small_world.attention("B1")) == (
        "failed",
        ("delivery-failed",),
    )
    small_world.next("B1")
    assert small_world.transaction("B1-1")["state"] == "CANCELLED"
    assert small_world.row("outgoing", 1)["state"] == "withdrawn"
    assert small_world.shown("B1").line.partner == "XX-SECOND"


@pytest.mark.parametrize("came", [False, True], ids=["it never came", "it came"])
def test_what_was_closed_before_it_came_keeps_nobody_from_being_asked(small_world, came):
    number = small_world.place(BL, SECOND, BL, service="COPY")
    small_world.hear(f"{number}-1 SHIPPED COPY")
    if came:
        small_world.act(number, "receive")
    small_world.act(f"{number}-1", "close")
    small_world.next(number)
    small_world.hear(f"{number}-2 NOT", of=SECOND)
    if came:
        assert [row["attempt"] for row in small_world.rows("transactions")] == [1, 2]
    else:
        small_world.hear(f"{number}-3 NOT")
    subjects = [letter.text.partition("Subject: ")[2].partition(":")[0] for letter in small_world.reader()]
    assert subjects == ["Your interlibrary loan is here" if came else "We could not get it for you"]
