import sys
import time
from collections.abc import Callable

import pytest

from mailproc.practice.child import Child, Gone


def python(code: str, heard: Callable[[str], None] = lambda _line: None) -> Child:
    return Child("the program", [sys.executable, "-u", "-c", code], {}, heard)


def soon() -> float:
    return time.monotonic() + 10


def test_it_hears_what_is_said_and_says_what_is_written() -> None:
    heard: list[str] = []
    child = python("print('one'); print(input() + '!', flush=True); input()", heard.append)
    child.wait_for(lambda line: line == "one", "one", soon())
    child.write("two")
    assert child.wait_for(lambda line: line.startswith("two"), "two", soon()) == "two!"
    assert child.wait_for(lambda line: line == "one", "one, said before", soon()) == "one"
    child.stop()
    assert heard == ["one", "two!"]


def test_an_end_before_the_line_is_told_at_once() -> None:
    child = python("print('something else')")
    start = time.monotonic()
    with pytest.raises(Gone, match="the program ended before it listens: something else"):
        child.wait_for(lambda line: "listening" in line, "it listens", start + 60)
    assert time.monotonic() - start < 30
    child.stop()


def test_a_deadline_is_kept() -> None:
    child = python("input()")
    with pytest.raises(Gone, match="Not in time: it listens"):
        child.wait_for(lambda line: "listening" in line, "it listens", time.monotonic() + 0.2)
    assert child.stop() != 0


def test_a_program_that_does_not_want_to_end_ends() -> None:
    child = python(
        "import signal; signal.signal(15, signal.SIG_IGN); print('deaf'); [input() for _ in range(9)]"
    )
    child.wait_for(lambda line: line == "deaf", "it is deaf", soon())
    assert child.stop(patience=0.2) == -9
