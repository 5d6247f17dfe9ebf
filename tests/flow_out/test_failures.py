"""What becomes of a letter when the relay says no, later, nothing, or is not there."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailproc.errors import GiveUp, InDoubt, LocalFault, TryLater
from mailproc.flow.prepare import outgoing_letter
from mailproc.store import outgoing
from tests.flow_out.office import BL, Office
from tests.servers.relay import Relay


def test_a_letter_that_is_taken_is_handed_over_with_its_answer(office: Office, relay: Relay) -> None:
    number = office.place()
    office.run()
    assert office.letter(1)["state"] == "handed_over"
    assert "queued" in office.letter(1)["reply"]
    assert office.letter(1)["handed_over_at"] == office.clock.now
    assert office.show(number)["delivery"] == "handed_over"
    assert len(relay.to(BL)) == 1
    assert office.outbox() == []


def test_a_deferred_letter_waits_by_the_table_of_pauses(office: Office, relay: Relay) -> None:
    number = office.place()
    pauses = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]
    pauses += [timedelta(hours=12)] * 2
    for pause in pauses:
        relay.answers = ["451 4.7.1 greylisted"]
        office.run()
        assert relay.answers == []
        row = office.letter(1)
        assert (row["state"], row["not_before"]) == ("prepared", office.clock.now + pause)
        assert "451" in row["last_error"]
        assert office.show(number)["delivery"] == "waiting"
        office.clock.now += pause - timedelta(seconds=1)
        assert office.send() == 0
        office.clock.now += timedelta(seconds=1)
    office.run()
    assert office.letter(1)["state"] == "handed_over"
    assert office.letter(1)["last_error"] == ""
    assert office.show(number)["attention"] == []


def test_after_four_days_staff_are_told_and_redeliver_gives_four_more(office: Office, relay: Relay) -> None:
    number = office.place()
    relay.answers = ["451 4.3.0 no"] * 40
    begun = office.clock.now
    office.run()
    while office.letter(1)["state"] == "prepared":
        office.clock.now = office.letter(1)["not_before"]
        office.run()
    assert timedelta(days=4) <= office.clock.now - begun < timedelta(days=4, hours=12)
    relay.answers = []
    office.clock.forward(minutes=1)
    office.run()
    shown = office.show(number)
    assert shown["delivery"] == "failed"
    assert shown["attention"] == ["delivery-failed"]
    assert shown["state"] == "PENDING"
    assert len(relay.to("desk@town.example")) == 1
    relay.answers = ["451 4.3.0 still no"]
    office.redeliver("O1")
    office.run()
    assert office.letter(1)["state"] == "prepared"  # not given up at once again
    office.clock.forward(minutes=1)
    office.run()
    assert office.show(number)["delivery"] == "handed_over"
    assert office.show(number)["attention"] == []


def test_a_permanent_refusal_fails_and_the_next_letter_goes(office: Office, relay: Relay) -> None:
    number = office.place()
    office.quiet()
    other = office.place("Another", partners=["UK-TWO"])
    relay.answers = ["550 5.1.1 no such user"]
    office.run()
    shown = office.show(number)
    assert (shown["delivery"], shown["attention"]) == ("failed", ["delivery-failed"])
    assert "550 5.1.1 no such user" in shown["history"][-1]["note"]
    assert office.show(other)["delivery"] == "handed_over"
    office.clock.forward(days=1)
    office.run()
    assert office.letter(1)["state"] == "shelved"


def test_if_the_connection_breaks_after_the_dot_an_order_waits_for_staff(
    office: Office, relay: Relay
) -> None:
    number = office.place()
    relay.answers = ["break"]
    office.run()
    office.clock.forward(days=3)
    office.run()
    assert len(relay.to(BL)) == 1  # never a second one by itself
    shown = office.show(number)
    assert (shown["delivery"], shown["attention"]) == ("in_doubt", ["in-doubt"])
    assert [line.id for line in office.outbox()] == ["O1"]
    told = relay.to("desk@town.example")
    assert len(told) == 1
    assert number in told[0].text
    assert "may have arrived" in told[0].text


def test_broken_after_the_dot_a_notice_goes_again_after_a_pause(office: Office, relay: Relay) -> None:
    number = office.place(patron={"id": "P1", "name": "R", "email": "r@town.example"})
    office.run()
    office.act(number, "receive")
    relay.answers = ["break", "break"]
    office.run()
    assert len(relay.to("r@town.example")) == 1  # not again and again while the line is bad
    office.clock.forward(minutes=1)
    office.run()
    assert len(relay.to("r@town.example")) == 2
    office.clock.forward(minutes=5)
    office.run()
    first, _, third = relay.to("r@town.example")
    assert first.raw == third.raw  # byte for byte
    office.clock.forward(days=2)
    office.run()
    assert len(relay.to("r@town.example")) == 3


def test_broken_after_the_dot_a_letter_to_their_people_goes_again_too(office: Office, relay: Relay) -> None:
    number = office.place()
    office.run()
    office.act(number, "receive")
    office.act(number, "renew")
    relay.answers = ["break"]
    office.run()
    office.clock.forward(minutes=1)
    office.run()
    _, first, again = relay.to(BL)  # the order is first
    assert first.raw == again.raw
    assert office.show(number)["attention"] == []


def test_in_doubt_redelivered_or_taken_as_arrived(office: Office, relay: Relay) -> None:
    first, second = office.place("One"), ""
    relay.answers = ["break"]
    office.run()
    second = office.place("Two")
    relay.answers = ["break"]
    office.run()
    doubtful = [line.id for line in office.outbox()]
    assert len(doubtful) == 2
    office.redeliver(doubtful[0])
    office.redeliver(doubtful[1], arrived=True)
    office.run()
    assert office.show(first)["delivery"] == office.show(second)["delivery"] == "handed_over"
    assert office.show(first)["attention"] == office.show(second)["attention"] == []
    orders = relay.to(BL)
    assert len(orders) == 3
    assert orders[2].raw == orders[0].raw


def test_killed_while_it_was_sent(office: Office, relay: Relay, clock: Any) -> None:
    """The rows as a kill between the two commits leaves them; the next start looks at them."""
    from mailproc.flow import send

    number = office.place()
    office.run()
    office.store.write(lambda c: send.outgoing.change(c, 1, state="sending", sending_since=clock()))
    assert send.recover(office.store, office.app.context) == 1
    office.run()
    assert office.show(number)["delivery"] == "in_doubt"
    assert len(relay.to(BL)) == 1


def test_a_notice_that_kills_the_process_is_not_tried_for_ever(office: Office, relay: Relay) -> None:
    from mailproc.flow import send

    number = office.place(patron={"id": "P1", "name": "R", "email": "r@town.example"})
    office.run()
    office.act(number, "receive")
    office.quiet()

    class Killed(BaseException):
        pass

    def deliver(*_given: object) -> tuple[str, str]:
        raise Killed

    deaths = 0
    for _ in range(8):
        try:
            send.run(office.store, office.app.context, deliver)
        except Killed:
            deaths += 1
        send.recover(office.store, office.app.context)
        office.clock.forward(hours=1)
    assert deaths == 5
    assert [(line.state, "died five times" in line.note) for line in office.outbox()] == [("in_doubt", True)]


def test_a_bug_while_sending_harms_its_own_letter_only(office: Office) -> None:
    from mailproc.flow import send

    office.place("One")
    office.quiet()
    office.place("Two", partners=["UK-TWO"])
    office.quiet()

    def deliver(envelope: Any, *_rest: object) -> tuple[str, str]:
        if envelope.rcpt_to == BL:
            raise ZeroDivisionError
        return "handed_over", "250 ok"

    assert send.run(office.store, office.app.context, deliver) == 2
    assert office.letter(1)["state"] == "in_doubt"
    assert "ZeroDivisionError" in office.letter(1)["last_error"]
    assert office.letter(2)["state"] == "handed_over"


def test_a_relay_that_is_down_is_logged_once(
    office: Office, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    relay.stop()
    for each in range(5):
        office.place(f"Book {each}")
        office.quiet()  # five files
    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            office.send()
            office.clock.forward(hours=3)
    warnings = [record for record in caplog.records if "waits" in record.getMessage()]
    assert len(warnings) == 1
    relay.start()
    office.clock.forward(days=1)
    office.run()
    assert len(relay.to(BL)) == 5
    assert [office.letter(number)["state"] for number in range(1, 6)] == ["handed_over"] * 5


def test_hold_keeps_a_letter_and_redeliver_lets_it_go(office: Office, relay: Relay) -> None:
    from mailproc.office.mailroom import incoming

    number = office.place()
    office.quiet()
    incoming.hold(office.store, "O1")
    office.clock.forward(days=30)
    office.run()
    assert relay.letters == []
    assert office.show(number)["delivery"] == "held"
    with pytest.raises(LocalFault, match="only a letter that waits"):
        incoming.hold(office.store, "O1")
    office.redeliver("O1")
    relay.answers = ["451 later"]
    office.run()
    assert office.letter(1)["state"] == "prepared"  # the days of the hold do not count
    office.clock.forward(minutes=1)
    office.run()
    assert office.show(number)["delivery"] == "handed_over"


@pytest.mark.parametrize(
    "letter_id", ["I1", "E1", "B1", "O", "O1x", "O²", "O99", "O" + "9" * 30, "", "intent 3"]
)
def test_redeliver_of_what_is_no_letter_is_refused_in_a_sentence(
    sqlite_office: Office, letter_id: str
) -> None:
    with pytest.raises(LocalFault) as refused:
        sqlite_office.redeliver(letter_id)
    assert len(str(refused.value)) > 10


@pytest.mark.parametrize("verp", [False, True])
def test_each_death_over_a_letter_counts(office: Office, verp: bool) -> None:
    """Also where it gets an envelope sender of its own as it is taken up."""
    from mailproc.flow import send

    office.place(patron={"id": "P1", "name": "R", "email": "r@town.example"})
    office.run()
    office.act("B1", "receive")
    office.quiet()
    config = office.app.context.config
    deliver = config.deliver.model_copy(update={"verp": verp, "mode": "smtp"})
    context = replace(office.app.context, config=config.model_copy(update={"deliver": deliver}))

    class Killed(BaseException):
        pass

    def killed(*_given: object) -> tuple[str, str]:
        raise Killed

    for deaths in range(1, 6):
        with pytest.raises(Killed):
            send.run(office.store, context, killed)
        assert office.letter(2)["unfinished"] == deaths
        send.recover(office.store, context)
        office.clock.forward(hours=13)
    assert office.letter(2)["state"] == "in_doubt"
    assert "died five times" in office.letter(2)["last_error"]


def test_a_store_that_fails_the_sender_is_no_letter_s_fault(office: Office) -> None:
    from mailproc.flow import send

    office.place(patron={"id": "P1", "name": "R", "email": "r@town.example"})
    office.run()
    office.act("B1", "receive")
    office.quiet()

    class Killed(BaseException):
        pass

    def killed(*_given: object) -> tuple[str, str]:
        raise Killed

    for _ in range(5):
        with pytest.raises(Killed):
            send.run(office.store, office.app.context, killed)
        send.recover(office.store, office.app.context, "not written down", died=False)
        assert (office.letter(2)["state"], office.letter(2)["unfinished"]) == ("prepared", 0)
        office.clock.forward(hours=12)


@pytest.mark.parametrize("end", ["250", TryLater("451 later"), InDoubt("the line broke"), GiveUp("550 no")])
def test_a_letter_that_came_back_while_it_was_sent_stays_so(office: Office, end: str | Exception) -> None:
    from mailproc.flow import send

    office.place()
    office.quiet()

    def deliver(*_given: object) -> tuple[str, str]:
        assert office.store.write(lambda connection: outgoing.bounced(connection, 1, "it came back"))
        if isinstance(end, Exception):
            raise end
        return "handed_over", end

    send.run(office.store, office.app.context, deliver)
    assert (office.letter(1)["state"], office.letter(1)["last_error"]) == ("bounced", "it came back")


def test_a_letter_that_cannot_be_made_is_held_and_the_others_go(
    office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = outgoing_letter.letter

    def letter(body: Any, address: str, *rest: Any, **more: Any) -> Any:
        if address == BL:
            raise LocalFault(f"{address!r} is not an e-mail address.")
        return made(body, address, *rest, **more)

    monkeypatch.setattr(outgoing_letter, "letter", letter)
    number = office.place("One")
    office.place("Two", partners=["UK-TWO"])
    office.run()
    assert not relay.to(BL)
    assert len(relay.letters) >= 2, "the other library's order, and word to staff"
    assert any("is not an e-mail address" in line.note for line in office.outbox())
    assert office.show(number)["attention"] == ["held-value"]
