"""While a group of letters is committed, those that come wait for the next; nobody's trouble is another's."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from functools import wraps
from typing import Any

import pytest

from mailproc.errors import NoRoom, TryLater
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport.smtp_groups import GROUP, Groups
from tests.transport.conftest import NOW

Kept = list[StoredLetter]


class Store:
    """Its commits end when the test says so. ``groups`` are the numbers of the letters that it was given."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.commits: list[Future[Kept]] = []
        self.full = False

    def keep(self, letters: Sequence[NewLetter]) -> "Future[Kept]":
        if self.full:
            raise TryLater("the store has more work waiting than it takes")
        self.groups.append([int(letter.raw) for letter in letters])
        self.commits.append(Future())
        return self.commits[-1]

    def commit(self, number: int) -> None:
        rows = [StoredLetter(100 + letter, new=True) for letter in self.groups[number]]
        self.commits[number].set_result(rows)


def letters(*numbers: int) -> list[NewLetter]:
    return [NewLetter("listener", b"%d" % number, NOW) for number in numbers]


async def come(groups: Groups, *sessions: Sequence[int]) -> "list[asyncio.Task[Kept]]":
    """A session each, with its letters; they have begun to wait."""
    tasks = [asyncio.create_task(groups.kept(letters(*numbers))) for numbers in sessions]
    await turns()
    return tasks


async def turns() -> None:
    """What the loop has to do is done."""
    for _ in range(5):
        await asyncio.sleep(0)


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(**given: Any) -> None:
        asyncio.run(test(**given))

    return run


def rows(task: "asyncio.Task[Kept]") -> list[int]:
    return [kept.inbox_id for kept in task.result()]


@in_a_loop
async def test_letters_that_come_during_a_commit_share_the_next() -> None:
    store = Store()
    groups = Groups(store.keep)
    (first,) = await come(groups, [1])
    others = await come(groups, [2, 3], [4], [5])
    assert store.groups == [[1]]
    store.commit(0)
    assert [kept.inbox_id for kept in await first] == [101]
    assert store.groups == [[1], [2, 3, 4, 5]]
    assert not any(task.done() for task in others), "250 before the commit"
    store.commit(1)
    await asyncio.wait(others)
    assert [rows(task) for task in others] == [[102, 103], [104], [105]]


@in_a_loop
async def test_a_group_has_an_end() -> None:
    store = Store()
    groups = Groups(store.keep)
    await come(groups, [0])
    waiting = await come(groups, *([number] for number in range(1, GROUP + 4)))
    store.commit(0)
    await turns()
    store.commit(1)
    await asyncio.wait(waiting[:GROUP])
    assert [len(group) for group in store.groups] == [1, GROUP, 3]
    store.commit(2)
    await asyncio.wait(waiting)
    assert [rows(task) for task in waiting] == [[100 + number] for number in range(1, GROUP + 4)]


@in_a_loop
async def test_one_letters_trouble_is_not_that_of_the_others() -> None:
    store = Store()
    groups = Groups(store.keep)
    (first,) = await come(groups, [0])
    good, bad, late = await come(groups, [1], [2], [3])
    store.commit(0)
    await first
    store.commits[1].set_exception(ValueError("a letter that no column takes"))
    await turns()
    assert store.groups[2:] == [[1], [2], [3]]
    store.commit(2)
    store.commits[3].set_exception(ValueError("the same again"))
    store.commit(4)
    await asyncio.wait([good, bad, late])
    assert rows(good) == [101]
    assert rows(late) == [103]
    assert isinstance(bad.exception(), ValueError)


@pytest.mark.parametrize("why", [TryLater("locked"), NoRoom("the disk is full")], ids=["later", "no-room"])
@in_a_loop
async def test_the_stores_trouble_is_everybodys(why: TryLater) -> None:
    store = Store()
    groups = Groups(store.keep)
    (first,) = await come(groups, [0])
    both = await come(groups, [1], [2])
    store.commits[0].set_exception(why)
    await asyncio.wait([first])
    assert first.exception() is why
    store.commits[1].set_exception(why)
    await asyncio.wait(both)
    assert [task.exception() for task in both] == [why, why]
    assert len(store.groups) == 2, "tried again at once"
    (after,) = await come(groups, [3])
    store.commit(2)
    assert await after == [StoredLetter(103, new=True)]


@in_a_loop
async def test_a_full_queue_is_told_as_no_room_and_the_next_letter_is_tried() -> None:
    store = Store()
    groups = Groups(store.keep)
    store.full = True
    with pytest.raises(NoRoom, match="more work waiting"):
        await groups.kept(letters(1))
    store.full = False
    (again,) = await come(groups, [1])
    store.commit(0)
    await again
    assert rows(again) == [101]


@in_a_loop
async def test_a_store_that_closes_defers() -> None:
    store = Store()
    groups = Groups(store.keep)
    (task,) = await come(groups, [1])
    store.commits[0].cancel()
    with pytest.raises(TryLater, match="closing"):
        await task


@in_a_loop
async def test_who_leaves_while_it_waits_takes_only_its_own_letter_along() -> None:
    store = Store()
    groups = Groups(store.keep)
    (first,) = await come(groups, [0])
    gone, stays = await come(groups, [1], [2])
    gone.cancel()
    first.cancel()
    await asyncio.wait([gone, first])
    store.commit(0)
    await turns()
    assert store.groups == [[0], [2]]
    store.commit(1)
    await stays
    assert rows(stays) == [102]
