"""The library system is told of what happened, of nothing else, and in the order in which it happened."""

import base64
import hashlib
import hmac

import pytest

from mailproc.config import Config
from mailproc.errors import LocalFault
from mailproc.flow.hook_receivers import HookReceivers
from mailproc.ill.actions import AT_THE_DESK
from mailproc.office.acts import perform
from mailproc.office.acts.staff_act import StaffAct
from mailproc.office.patrons import forgetting
from tests.hooks.house import SECRET, House, MakeHouse, hook
from tests.servers.hook_receiver import HookReceiver
from tests.support.partners import ADDRESS, CUSTOMER


def lent(house: House) -> None:
    """B1 is ordered, sent and received."""
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive")


def test_a_step_is_told_with_its_signature(
    make_house: MakeHouse, receiver: HookReceiver, store_url: str
) -> None:
    """The signature is checked here by the words of Standard Webhooks, and by none of our code."""
    house = make_house(hook("ils", "REQUESTER.receive", url=receiver.url), store_url)
    lent(house)
    assert house.call() == 1
    (heard,) = receiver.heard
    assert heard.event == "REQUESTER.receive"
    assert heard.told["state"] == {"before": "SHIPPED", "after": "RECEIVED"}
    assert heard.headers["idempotency-key"] == f'"{heard.key}"'
    assert heard.headers["content-type"] == "application/json; charset=utf-8"
    signed = b".".join([heard.key.encode(), heard.headers["webhook-timestamp"].encode(), heard.body])
    digest = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert heard.headers["webhook-signature"] == f"v1,{digest}"
    assert int(heard.headers["webhook-timestamp"]) == int(house.world.now.timestamp())
    assert house.states() == ["handed_over"]
    assert house.call() == 0


def test_a_secret_of_standard_webhooks_is_base64(
    make_house: MakeHouse, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    house_hook = hook(url=receiver.url, secret={"env": "TEST_WHSEC"})
    monkeypatch.setenv("TEST_WHSEC", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    house = make_house(house_hook)
    house.world.place()
    house.call()
    heard = receiver.heard[0]
    signed = b".".join([heard.key.encode(), heard.headers["webhook-timestamp"].encode(), heard.body])
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert heard.headers["webhook-signature"] == f"v1,{digest}"


def test_both_sides_are_told_each_of_its_own(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = make_house(hook("shelf", "RESPONDER.*", url=receiver.url))
    lent(house)
    house.world.ordered("TXC1-1 S LOAN\nA book of ours")
    house.world.act("L1", "ship")
    house.call()
    assert receiver.events == ["RESPONDER.ILL_REQUEST", "RESPONDER.ship"]
    assert [one.told["reader"] for one in receiver.heard] == [None, None]
    row = house.world.transaction("L1")
    theirs = {"group": row["tgq"], "qualifier": row["tq"]}
    assert "C1" in row["tgq"]
    assert receiver.heard[1].told["numbers"] == {"request": "L1", "transaction": "L1-1", **theirs}


@pytest.mark.parametrize("which", ["wrong", "partial"])
def test_a_wrong_item_and_a_part_are_told_as_such(
    which: str, make_house: MakeHouse, receiver: HookReceiver
) -> None:
    """Else the library system would tell the reader to come for it."""
    house = make_house(hook("ils", "REQUESTER.receive", url=receiver.url))
    house.world.place(service="COPY")
    house.world.hear("B1-1 SHIPPED")
    house.world.act("B1", "receive", **{which: True})
    house.call()
    house.world.act("B1", "receive")
    house.call()
    said = [{name for name in ("wrong", "partial") if heard.told[name]} for heard in receiver.heard]
    assert said == [{which}, set()]


def test_what_did_not_happen_is_not_told(make_house: MakeHouse, receiver: HookReceiver) -> None:
    """The second copy of a message, and an act that is refused or only foreseen."""
    house = make_house(hook(url=receiver.url))
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.foresee("B1", "receive")
    with pytest.raises(LocalFault):
        house.world.act("B1", "check-in")
    while house.call():
        pass
    assert receiver.events == ["REQUESTER.request", "REQUESTER.SHIPPED"]


def test_what_staff_say_once_more_is_told_once(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = make_house(hook("ils", "RESPONDER.ship", url=receiver.url))
    house.world.ordered("TXC1-1 S LOAN\nA book of ours")
    house.world.act("L1", "ship")
    house.world.act("L1", "ship", repeat=True)
    assert [row["event"] for row in house.calls()] == ["RESPONDER.ship"]
    assert len(house.world.to(ADDRESS[CUSTOMER])) == 2


def test_an_undo_is_told_too(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = make_house(hook("ils", "REQUESTER.receive", "REQUESTER.UNDONE", url=receiver.url))
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive", run=False)
    house.world.act("B1", "undo")
    while house.call():
        pass
    assert receiver.events == ["REQUESTER.receive", "REQUESTER.UNDONE"]
    assert receiver.heard[1].told["state"] == {"before": "RECEIVED", "after": "SHIPPED"}


def test_a_call_waits_for_the_earlier_one_of_its_request(
    make_house: MakeHouse, receiver: HookReceiver, store_url: str
) -> None:
    """The first fails: nothing of B1 overtakes it, and B2 is told meanwhile."""
    house = make_house(hook("ils", "*.request", "*.SHIPPED", "*.receive", url=receiver.url), store_url)
    lent(house)
    receiver.answers = [503]
    house.call()
    assert receiver.events == ["REQUESTER.request"]
    house.world.place(title="Another book")
    house.call(seconds=31)
    assert [one.told["numbers"]["request"] for one in receiver.heard] == ["B1", "B2"]
    while house.call(minutes=2):
        pass
    of_first = [one.event for one in receiver.heard if one.told["numbers"]["request"] == "B1"]
    assert of_first == ["REQUESTER.request", "REQUESTER.request", "REQUESTER.SHIPPED", "REQUESTER.receive"]
    assert receiver.heard[0].key == receiver.heard[2].key, "a repeat has the same key"
    assert receiver.heard[0].body == receiver.heard[2].body
    assert set(house.states()) == {"handed_over"}


def test_two_hooks_do_not_wait_for_each_other(make_house: MakeHouse, receiver: HookReceiver) -> None:
    with HookReceiver() as other:
        house = make_house(hook("one", url=receiver.url) + hook("two", url=other.url))
        receiver.usual = 503
        lent(house)
        while house.call():
            pass
        assert other.events == ["REQUESTER.request", "REQUESTER.SHIPPED", "REQUESTER.receive"]
        assert set(receiver.events) == {"REQUESTER.request"}


def test_without_a_hook_nothing_is_written(make_house: MakeHouse) -> None:
    house = make_house("")
    lent(house)
    assert house.calls() == []
    assert house.call() == 0
    assert not HookReceivers(Config())


def test_a_reader_who_is_forgotten_is_not_told_any_more(
    make_house: MakeHouse, receiver: HookReceiver
) -> None:
    house = make_house(hook(url=receiver.url))
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "close")
    assert all(row["payload"]["reader"]["id"] == "R1" for row in house.calls())
    forgetting.forget(house.world.store, house.world.app.context, "R1")
    assert "R1" not in str(house.calls())
    house.call()
    assert all(one.told["reader"] is None for one in receiver.heard)


def came_quietly(house: House) -> None:
    """B1 is received, and no letter left, so that it can be undone."""
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive", quiet=True)


def undone(house: House) -> str:
    return " | ".join(str(one) for one in house.world.act("B1", "undo").words)


def test_undo_says_who_was_told_and_is_not_told_again(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = make_house(hook("ils", "REQUESTER.receive", url=receiver.url))
    came_quietly(house)
    house.call()
    assert "ils was told of it (H1), and is not told that it is taken back" in undone(house)
    assert house.call() == 0


def test_undo_says_how_a_call_that_waits_is_stopped(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = make_house(hook("ils", "REQUESTER.receive", url=receiver.url))
    came_quietly(house)
    assert "ils is still to be told of it: mailproc dismiss H1 stops that" in undone(house)


def test_who_hears_of_the_undo_is_not_named(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = make_house(hook("ils", "REQUESTER.receive", "REQUESTER.UNDONE", url=receiver.url))
    came_quietly(house)
    house.call()
    assert "ils" not in undone(house)
    assert house.call() == 1


def at_the_desk(house: House, action: str) -> str:
    act = StaffAct(action=action, number="B1", by="rau", door=AT_THE_DESK)
    done = perform.perform(house.world.app.store, house.world.app.context, act)
    return " | ".join(map(str, done.words))


def test_an_act_at_the_desk_is_told_when_its_letters_leave(
    make_house: MakeHouse, receiver: HookReceiver
) -> None:
    house = make_house(hook("ils", "REQUESTER.receive", url=receiver.url))
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    at_the_desk(house, "receive")
    assert house.call(seconds=59) == 0
    assert house.call(seconds=1) == 1 and receiver.events == ["REQUESTER.receive"]


def test_an_act_at_the_desk_that_is_taken_back_is_never_told(
    make_house: MakeHouse, receiver: HookReceiver
) -> None:
    """Neither that it was done, nor that it was taken back."""
    house = make_house(hook("ils", "REQUESTER.receive", "REQUESTER.UNDONE", url=receiver.url))
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    at_the_desk(house, "receive")
    assert "ils" not in at_the_desk(house, "undo")
    house.world.later(hours=1)
    assert house.call() == 0 and receiver.events == []
    assert house.states() == ["dismissed"]
    at_the_desk(house, "receive")
    house.world.later(hours=1)
    assert house.call() == 1 and receiver.events == ["REQUESTER.receive"]
