"""The state is the fold of its events, and a row that says otherwise is found."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.flow.advance import verify
from mailproc.office.queries import request_details
from mailproc.store import verify_mark
from mailproc.store.transactions import TRANSACTION


def tamper(world, **values):
    world.app.store.write(lambda connection: connection.execute(TRANSACTION.update().values(**values)))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"state": "CANCELLED"}, "state"),
        ({"due_on": date(2030, 1, 1)}, "due_on"),
        ({"due_on": None}, "due_on"),
        ({"state_before": "PENDING"}, "state_before"),
        ({"promise": {"what": "HOLD_PLACED"}}, "promise"),
        ({"renewable": True}, "renewable"),
        ({"service": "COPY"}, "service"),
        ({"options": {"number": "B1-1", "renewal_on": "2026-09-09"}}, "renewal_on"),
    ],
)
def test_a_tampered_row(make_world, sqlite_url, values, named):
    world = make_world(sqlite_url)
    world.place()
    world.act("B1", "receive")
    assert world.verify().differences == ()
    tamper(world, **values)
    (difference,) = world.verify().differences
    assert (difference.attempt, set(difference.kept)) == (1, {named})


def test_only_the_state_is_compared(small_world):
    small_world.place()
    tamper(small_world, attention=["bounced"], version=99)
    assert small_world.verify().differences == ()


def test_recorded_facts_never_change(small_world):
    """Later changes of configuration, tables and letters change no history."""
    small_world.place(run=False)
    small_world.act("B1", "cancel")  # its letter had not left
    small_world.place()
    small_world.hear("B2-1 DUE*AUTOMATIC RENEWAL PENDING")
    small_world.act("B2", "receive")
    from mailproc.store import outgoing

    small_world.app.store.write(
        lambda connection: outgoing.change(connection, 1, state="handed_over", last_error="")
    )
    assert small_world.verify().differences == ()


def actions(world):
    with world.store.read() as connection:
        return request_details.shown(connection, "B1", world.app.context).actions


def test_an_automatic_renewal(world):
    """Renewing is refused with the date while it is announced; the lender's word ends that."""
    world.place()
    world.hear("B1-1 SHIPPED LOAN")
    world.act("B1", "receive")
    assert "renew" in actions(world)
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    assert world.attention("B1") == ()
    assert "renew" not in actions(world)
    before = world.dump()
    for way in (world.act, world.foresee):
        with pytest.raises(LocalFault, match="2026-04-13"):
            way("B1", "renew")
    assert world.dump() == before
    world.hear("B1-1 RENEWED*16-09-2026")
    world.act("B1", "renew")
    assert world.state("B1") == "RENEW_PENDING"


@pytest.mark.parametrize(("code", "state"), [("DUE", "RENEW_OVERDUE"), ("NO RENEW", "RENEW_PENDING")])
def test_an_announced_renewal_that_did_not_come(small_world, code, state):
    small_world.place()
    small_world.act("B1", "receive")
    small_world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    small_world.hear(f"B1-1 {code}")
    small_world.act("B1", "renew", anyway=True)
    assert small_world.state("B1") == state


def test_a_renewal_without_a_keyword_goes_to_their_people(world, addresses):
    world.place()
    world.act("B1", "receive")
    world.act("B1", "renew", on=date(2026, 5, 1))
    assert world.state("B1") == "RENEW_PENDING"
    letter = world.to(addresses["XX-BL"])[-1]
    assert "NNNN" not in letter.text and "B1-1" in letter.text


def test_a_renewal_with_a_keyword_goes_to_the_machine(make_world, sqlite_url, addresses, with_keywords):
    world = make_world(sqlite_url, with_keywords({"cancel": "CANCEL", "renew": "RENEW"}))
    world.place()
    world.act("B1", "receive")
    world.act("B1", "renew")
    assert "TXB1-1 RENEW" in world.to(addresses["XX-BL"])[-1].text


# closed, and open again


def test_closed_and_off_the_lists(world):
    world.place()
    world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    world.act("B1", "close", note="the reader found it")
    line = world.shown("B1").line
    assert (line.state, line.outcome, line.attention) == ("NOT_SUPPLIED", "closed", ())
    assert world.transaction("B1")["closed_at"] is not None
    assert world.listed(attention=True) == []
    assert world.shown("B1").history[-1].event == "close"


def test_a_book_that_comes_after_all_opens_it_again(world):
    world.place()
    world.act("B1", "close")
    world.hear("B1-1 SHIPPED LOAN")
    shown = world.shown("B1")
    assert (shown.line.state, shown.line.outcome, shown.closed_at) == ("SHIPPED", "", None)
    assert world.transaction("B1")["closed_at"] is None
    world.act("B1", "receive")
    world.act("B1", "return")
    assert world.shown("B1").line.outcome == "filled"


def test_a_message_about_a_closed_request_is_seen(small_world):
    small_world.place()
    small_world.act("B1", "close")
    small_world.hear("B1-1 LONDON", "B1-1 USE*1")
    assert small_world.listed(attention=True) == ["B1"]
    assert small_world.shown("B1").line.outcome == "closed"


def test_closed_after_the_end_keeps_its_outcome_clear(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA book")
    small_world.act("L1", "ship")
    small_world.act("L1", "check-in")
    assert small_world.shown("L1").line.outcome == "filled"
    small_world.act("L1", "close")
    line = small_world.shown("L1").line
    assert (line.state, line.outcome) == ("CHECKED_IN", "filled")


def test_a_copy_sent_straight_to_the_reader_ends_by_switch(make_world, sqlite_url):
    world = make_world(sqlite_url, more="[policy]\ncopy_ends_shipped = true\n")
    world.place(service="COPY", delivery={"electronic": "r@readers.example"})
    world.hear("B1-1 SHIPPED COPY")
    assert (world.state("B1"), world.shown("B1").line.outcome) == ("RECEIVED", "filled")
    assert world.shown("B1").history[-1].cause["kind"] == "policy"
    assert world.verify().differences == ()
    world.place(service="COPY", delivery={"electronic": "r@readers.example"})
    world.hear("B2-1 SHIPPED COPY")
    with pytest.raises(LocalFault):  # no act of staff led here
        world.act("B2", "undo")


def test_each_page_is_a_snapshot_of_its_own(world, monkeypatch):
    """What comes while the pages are looked at is checked too; a store is never held in one snapshot."""
    for _ in range(3):
        world.place()
    monkeypatch.setattr(verify, "PAGE", 2)
    check, looked = verify._check, []

    def check_and_place(connection, transaction, figures):
        looked.append(transaction.id)
        if len(looked) == 2:
            world.place(run=False)
        return check(connection, transaction, figures)

    monkeypatch.setattr(verify, "_check", check_and_place)
    assert verify.verify_all(world.app.store).checked == 4
    assert looked == [1, 2, 3, 4]


def test_only_what_changed_is_checked(make_world, store_url):
    world = make_world(store_url)
    store = world.app.store
    for _ in range(3):
        world.place()
    assert verify.verify_changed(store).checked == 3  # nothing was ever found to be right
    assert verify.verify_changed(store).checked == 0
    world.hear("B2-1 USE*3")
    assert verify.verify_changed(store).checked == 1
    assert verify.verify_changed(store).checked == 0
    world.act("B3", "cancel")
    tamper(world, state="RECEIVED")
    (difference,) = verify.verify_changed(store).differences
    assert difference.transaction_id == 3
    assert difference in verify.verify_changed(store).differences  # it is not forgotten, and all is looked at
    assert verify.verify_all(store).checked == 3


def test_pages_of_what_changed(world, monkeypatch):
    monkeypatch.setattr(verify, "PAGE", 2)
    store = world.app.store
    world.place()
    assert verify.verify_all(store) == verify.Verified(1, ())
    for _ in range(5):
        world.place()
    assert verify.verify_changed(store).checked == 5


def test_the_mark_never_goes_back(world):
    world.place()
    store = world.app.store
    store.write(lambda connection: verify_mark.remember(connection, 7))
    store.write(lambda connection: verify_mark.remember(connection, 3))
    with store.read() as connection:
        assert verify_mark.until(connection) == 7


def test_differences_found_by_a_full_verify_are_kept(make_world, store_url):
    """A difference in what changed long ago: the shorter look does not call it right."""
    world = make_world(store_url)
    world.place()
    world.place()
    store = world.app.store
    assert verify.verify_all(store).differences == ()
    store.write(
        lambda one: one.execute(TRANSACTION.update().where(TRANSACTION.c.id == 1).values(state="LOST"))
    )
    assert verify.verify_changed(store).differences == (), "nothing happened to it, as far as mailproc knows"
    (difference,) = verify.verify_all(store).differences
    for _ in range(2):
        assert verify.verify_changed(store).differences == (difference,)
