"""A receiver that fails, hangs or floods: a clear word, nothing lost, nothing blocked."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from mailproc.errors import TryLater
from mailproc.flow import call as calling
from mailproc.office.mailroom import dismissal, hook_handling
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries import hooks as lists
from mailproc.office.queries import letters
from mailproc.office.queries.status import status
from mailproc.store import hook_calls
from tests.hooks.house import House, MakeHouse, hook
from tests.servers.hook_receiver import HookReceiver, closes, floods, hangs
from tests.servers.hook_receiver import status as answers

Misdeed = Callable[[HookReceiver], int | Callable[[BaseHTTPRequestHandler], None]]

ELSEWHERE = {"Location": "http://127.0.0.1:9/elsewhere"}
LATER: dict[str, tuple[Misdeed, str]] = {
    "500": (lambda _: 500, "answered 500"),
    "503": (lambda _: 503, "answered 503"),
    "429": (lambda _: 429, "answered 429"),
    "closes": (lambda _: closes, "no answer from 127.0.0.1"),
    "floods": (lambda _: floods, "too long"),
    "hangs": (hangs, "did not answer within 0.5 s"),
}
REFUSED: dict[str, tuple[Misdeed, str]] = {
    "400": (lambda _: 400, "answered 400"),
    "404": (lambda _: 404, "answered 404"),
    "redirect": (lambda _: answers(302, **ELSEWHERE), "answered 302"),
}
IN_DOUBT = ("500", "closes", "floods", "hangs")
"""Whoever answers so may have done it."""


def placed(make_house: MakeHouse, receiver: HookReceiver, **more: object) -> House:
    house = make_house(hook("ils", "*.request", url=receiver.url, timeout=0.5, **more))
    house.world.place()
    return house


@pytest.mark.parametrize("name", LATER)
def test_it_is_tried_again_with_the_same_key(
    name: str, make_house: MakeHouse, receiver: HookReceiver
) -> None:
    house = placed(make_house, receiver)
    misdeed, words = LATER[name]
    receiver.answers = [misdeed(receiver)]
    house.call()
    (row,) = house.calls()
    assert (row["state"], row["unfinished"]) == ("prepared", 0)
    assert words in row["last_error"]
    assert house.call(seconds=31) == 0, "a minute has not passed"
    assert house.call(seconds=31) == 1
    assert house.states() == ["handed_over"]
    assert len({one.key for one in receiver.heard}) == 1
    assert len(receiver.heard) == 2


@pytest.mark.parametrize("name", LATER)
def test_what_may_not_be_repeated_waits_for_staff(
    name: str, make_house: MakeHouse, receiver: HookReceiver
) -> None:
    house = placed(make_house, receiver, repeat_safe=False)
    receiver.usual = LATER[name][0](receiver)
    house.call()
    assert house.states() == ["in_doubt" if name in IN_DOUBT else "prepared"]
    house.call(days=1)
    assert len(receiver.heard) == (1 if name in IN_DOUBT else 2)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_for_staff_at_once(name: str, make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = placed(make_house, receiver)
    misdeed, words = REFUSED[name]
    receiver.usual = misdeed(receiver)
    house.call()
    (row,) = house.calls()
    assert row["state"] == "shelved"
    assert words in row["last_error"]
    house.call(days=1)
    assert [one.path for one in receiver.heard] == ["/told"], "no redirect is followed"


def test_nobody_listens(make_house: MakeHouse) -> None:
    house = make_house(hook("ils", "*.request", url="http://127.0.0.1:9/"))
    house.world.place()
    house.call()
    (row,) = house.calls()
    assert row["state"] == "prepared"
    assert "127.0.0.1" in row["last_error"]


def test_given_up_told_to_staff_and_made_again(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = placed(make_house, receiver)
    world = house.world
    receiver.usual = 500
    for _ in range(20):
        house.call(hours=12, minutes=1)
    assert house.states() == ["shelved"]
    world.run()
    (letter,) = [one for one in world.notices() if "library system was not told" in one.text]
    assert "(`mailproc hooks show H1`): given up after 4 days: answered 500" in " ".join(letter.text.split())
    with world.store.read() as connection:
        (line,) = [one for one in letters.outbox(connection) if one.id == "H1"]
        wrong = [str(one) for one in status(world.store, connection, world.app.context).wrong]
    assert (line.state, line.other, line.subject) == ("shelved", "ils", "B1-1 REQUESTER.request")
    assert any("ils was not told" in one for one in wrong)
    receiver.usual = 200
    foreseen = hook_handling.redeliver_all(world.store, world.app.context, dry_run=True)
    assert [one.id for one in foreseen] == ["H1"]
    assert house.states() == ["shelved"]
    assert [one.id for one in hook_handling.redeliver_all(world.store, world.app.context)] == ["H1"]
    house.call()
    assert house.states() == ["handed_over"]
    assert len({one.key for one in receiver.heard}) == 1
    with world.store.read() as connection:
        (hook_line,) = lists.listed(connection, world.app.context)
    assert (hook_line.waiting, hook_line.failed, hook_line.said) == (0, 0, "answered 200")


def test_staff_are_told_once_a_day_of_each_hook(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = placed(make_house, receiver)
    receiver.usual = 404
    for number in range(3):
        house.world.place(title=f"Book {number}")
    while house.call():
        pass
    house.world.run()
    assert house.states() == ["shelved"] * 4
    assert len([one for one in house.world.notices() if "library system" in one.text]) == 1


def test_what_is_given_up_keeps_later_calls_until_staff_decide(
    make_house: MakeHouse, receiver: HookReceiver
) -> None:
    house = make_house(hook("ils", url=receiver.url))
    world = house.world
    receiver.answers = [404]
    world.place()
    house.call()
    world.hear("B1-1 SHIPPED LOAN")
    assert house.call() == 0
    dismissal.dismiss(world.store, world.app.context, ["H1"], "entered by hand", DoneBy("clerk", world.now))
    assert house.call() == 1
    assert house.states() == ["dismissed", "handed_over"]
    assert receiver.events == ["REQUESTER.request", "REQUESTER.SHIPPED"]


def test_staff_say_that_it_arrived(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = placed(make_house, receiver, repeat_safe=False)
    receiver.usual = 500
    house.call()
    done = hook_handling.redeliver(house.world.store, house.world.app.context, 1, arrived=True)
    assert (done.id, done.state) == ("H1", "handed_over")
    house.call(days=1)
    assert len(receiver.heard) == 1


def test_a_hook_that_hangs_holds_up_no_other(make_house: MakeHouse, receiver: HookReceiver) -> None:
    """Its own four calls hang; those of the other are all made meanwhile."""
    with HookReceiver() as other:
        slow, quick = hook("slow", "*.request", url=receiver.url), hook("quick", "*.request", url=other.url)
        house = make_house(slow + quick)
        receiver.usual = hangs(receiver)
        for number in range(8):
            house.world.place(title=f"Book {number}", run=False)
        house.world.later(minutes=1)

        def goes_on() -> bool:
            if len(other.heard) == 8:
                receiver.released.set()
            return True

        house.caller.run(goes_on)
        assert len(other.heard) == 8
        assert 4 <= len(receiver.heard) <= 8


def test_a_hook_that_is_gone_is_a_finding(make_house: MakeHouse, receiver: HookReceiver) -> None:
    """Its calls wait, staff can drop them, and none can be made again."""
    house = placed(make_house, receiver)
    world = house.world
    vars(world.app.context).pop("hooks", None)
    without = world.app.config.model_copy(update={"hook": ()})
    object.__setattr__(world.app.context, "config", without)
    with world.store.read() as connection:
        wrong = [str(one) for one in status(world.store, connection, world.app.context).wrong]
    assert any("no longer in config.toml" in one for one in wrong)
    with pytest.raises(Exception, match="no longer in config"):
        hook_handling.redeliver(world.store, world.app.context, 1)
    dismissal.dismiss(world.store, world.app.context, ["H1"])
    assert house.states() == ["dismissed"]


def test_a_store_that_fails_loses_no_answer(
    make_house: MakeHouse, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is written down when the store can write again, and the call is made once."""
    house = placed(make_house, receiver)
    store, real = house.world.store, house.world.store.write
    failing = [False, True, True]

    def write(job: Any) -> Any:
        if failing and failing.pop(0):
            raise TryLater("the disk is full")
        return real(job)

    monkeypatch.setattr(store, "write", write)
    with pytest.raises(TryLater):
        house.call()
    with pytest.raises(TryLater):
        house.call()
    assert house.states() == ["sending"]
    house.call()
    assert house.states() == ["handed_over"]
    assert len(receiver.heard) == 1


def test_a_commit_that_failed_and_holds_all_the_same_is_no_doubt(
    make_house: MakeHouse, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL may lose its connection during COMMIT: the call is marked as being made, and was not."""
    house = placed(make_house, receiver, repeat_safe=False)
    store, real = house.world.store, house.world.store.write
    failing = [True]

    def write(job: Any) -> Any:
        done = real(job)
        if failing and failing.pop():
            raise TryLater("the connection was lost")
        return done

    monkeypatch.setattr(store, "write", write)
    with pytest.raises(TryLater):
        house.call()
    assert (house.states(), receiver.heard) == (["sending"], [])
    house.call()
    assert house.states() == ["prepared"]
    house.call(minutes=2)
    assert house.states() == ["handed_over"]
    assert len(receiver.heard) == 1


def dies(house: House, *, died: bool = True) -> None:
    """The service ends while the call is being made, and begins again half a day later."""
    house.world.later(hours=13)
    store, context = house.world.store, house.world.app.context
    now = context.clock()
    made = store.write(lambda c: hook_calls.claim(c, hook_calls.due(c, "ils", now, 1), now))
    assert len(made) == 1
    assert calling.recover(store, context, died=died) == 1


def test_a_call_over_which_the_service_died_five_times_is_for_staff(
    make_house: MakeHouse, receiver: HookReceiver
) -> None:
    """Four deaths may be chance."""
    house = placed(make_house, receiver)
    found = []
    for _ in range(calling.queue.DEATHS):
        dies(house)
        found += house.states()
    assert found == ["prepared"] * 4 + ["in_doubt"]
    assert house.call(days=1) == 0
    assert receiver.heard == []
    house.world.run()
    (letter,) = [one.text for one in house.world.notices() if "hooks show H1" in one.text]
    assert str(calling.queue.KILLED) in " ".join(letter.split())


def test_an_end_that_was_asked_for_is_no_death_of_a_call(
    make_house: MakeHouse, receiver: HookReceiver
) -> None:
    house = placed(make_house, receiver)
    for _ in range(2 * calling.queue.DEATHS):
        dies(house, died=False)
    assert house.states() == ["prepared"]
    house.call(hours=13)
    assert house.states() == ["handed_over"]


def test_status_says_that_calls_wait_before_they_are_given_up(
    make_house: MakeHouse, receiver: HookReceiver
) -> None:
    house = placed(make_house, receiver)
    receiver.usual = 500
    house.call()

    def said() -> list[str]:
        with house.world.store.read() as connection:
            found = status(house.world.store, connection, house.world.app.context).wrong
        return [str(one) for one in found if "ils" in str(one)]

    assert said() == []
    house.call(hours=2)
    (line,) = said()
    assert "calls have waited for ils for more than an hour" in line
    receiver.usual = 204
    house.call(hours=3)
    assert (house.states(), said()) == (["handed_over"], [])
