"""Does work grow faster than its input? Processor time at two sizes, and an end to what does not end."""

import gc
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TIMES = 4
"""How much longer the longer input is."""
GROWTH = TIMES * 2.5
"""A quadratic work grows sixteenfold; the rest is the machine's unrest."""
CAP = 1.0
"""Seconds of the processor for one try: what is quadratic fails soon."""


class Endless(BaseException):
    """A try took more than CAP. No reader may take it for a fault of its letter."""


@contextmanager
def _capped(seconds: float) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise Endless

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds(work: Callable[[], Any], tries: int = 1, cap: float = CAP) -> float:
    """The least of several tries. Endless where one reaches the cap."""
    least = float("inf")
    gc.disable()  # it comes when it likes, and longer where other tests have left more
    try:
        for _ in range(tries):
            with _capped(cap):
                began = time.thread_time()
                work()
                least = min(least, time.thread_time() - began)
    finally:
        gc.enable()
    return least


def too_steep(work: Callable[[int], Callable[[], Any]], length: int, floor: float) -> tuple[str, float]:
    """'' where ``work(length)`` and ``work(TIMES * length)`` show about linear growth, or where the first
    takes less than ``floor`` seconds; else what was measured. And the seconds of the first."""
    try:
        first = seconds(work(length))
        if first < floor:
            return "", first
        short, long = seconds(work(length), 3), seconds(work(TIMES * length), 2)
        if long > GROWTH * short:  # perhaps the machine was busy: look again
            short, long = seconds(work(length), 3), seconds(work(TIMES * length), 3)
    except Endless:
        return f"more than {CAP:g} s", CAP
    if long <= GROWTH * short:
        return "", short
    return f"{short * 1000:.1f} ms for {length}, {long * 1000:.1f} ms for {TIMES * length} characters", short
