"""Who asks for slow pages waits for the own ones, and slows nobody else."""

import asyncio
import threading

from mailproc.web import my_clicks, page_room
from mailproc.web.my_clicks import ReaderClicks
from mailproc.web.page_room import PageRoom
from tests.web import loop


def test_a_person_has_two_pages_at_a_time_and_others_have_theirs():
    room, free = PageRoom(), threading.Event()

    async def all_at_once() -> list[int]:
        begun, here = asyncio.Queue[int](), asyncio.get_running_loop()

        def slow(number: int) -> int:
            here.call_soon_threadsafe(begun.put_nowait, number)
            assert free.wait(30)
            return number

        room.know("cookie 1", "rau")
        room.know("cookie 2", "rau")
        whose = [room.of(token, "192.0.2.1") for token in ("cookie 1", "cookie 2", "cookie 1", "cookie 2")]
        asked = [asyncio.create_task(room.done(who, lambda n=n: slow(n))) for n, who in enumerate(whose)]
        other = room.of("cookie 3", "192.0.2.1")
        assert await asyncio.wait_for(room.done(other, lambda: 7), 30) == 7
        for _ in range(page_room.AT_ONCE):
            await asyncio.wait_for(begun.get(), 30)
        assert begun.empty()
        free.set()
        return await asyncio.gather(*asked)

    assert loop.run(all_at_once()) == [0, 1, 2, 3]
    assert not room._turns, "nothing is kept of who has what they asked for"


def test_many_with_slow_pages_slow_nobody():
    room, free = PageRoom(), threading.Event()

    async def all_at_once() -> int:
        slow = [f"person {n}" for n in range(page_room.THREADS // page_room.AT_ONCE - 1)]
        asked = [
            asyncio.create_task(room.done(who, lambda: free.wait(30)))
            for who in slow
            for _ in range(page_room.AT_ONCE)
        ]
        await asyncio.sleep(0)
        try:
            return await asyncio.wait_for(room.done("another", lambda: 7), 10)
        finally:
            free.set()
            await asyncio.gather(*asked)

    assert loop.run(all_at_once()) == 7


def test_strangers_of_one_place_are_one():
    room = PageRoom()
    assert room.of("guess 1", "2001:db8::1") == room.of("", "2001:db8::2") != room.of("", "192.0.2.1")


def test_a_reader_sends_so_many_forms_within_an_hour(monkeypatch):
    now = 0.0
    monkeypatch.setattr(my_clicks.time, "monotonic", lambda: now)
    clicks = ReaderClicks()
    assert [clicks.is_too_often("R1") for _ in range(my_clicks.MOST)] == [False] * my_clicks.MOST
    assert clicks.is_too_often("R1") and not clicks.is_too_often("R2")
    now = my_clicks.HOUR
    assert not clicks.is_too_often("R1")
