"""A letter's content and the memory that it holds: octet by octet."""

import pytest

from mailproc.config import Listen
from mailproc.transport.smtp_content import END, LINE_END, Content
from mailproc.transport.smtp_memory import ENDING, LETTERS, Memory

LARGEST = 1_100
LETTER = LARGEST + ENDING
LISTEN = Listen.model_validate(
    {"port": 0, "max_size": LARGEST, "max_connections": 2, "max_connections_per_host": 1}
)


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        (b"Subject: x\r\n\r\nbody\r\n.\r\n", b"Subject: x\r\n\r\nbody\r\n"),
        (b"..one\r\n...\r\n.\r\n", b".one\r\n..\r\n"),
        (b".\r\n", b""),
    ],
)
def test_the_dots_of_smtp_are_undone(said: bytes, letter: bytes) -> None:
    content = Content(LARGEST, Memory(LISTEN), "a")
    content.add(LINE_END + said)
    assert content.ended
    assert content.letter() == letter


def test_what_is_too_large_is_refused_holds_nothing_and_its_end_is_found() -> None:
    content = Content(LARGEST, Memory(LISTEN), "a")
    content.add(b"x" * (LARGEST + len(END)))
    assert (content.refusal, content.held) == ("", LARGEST + len(END))
    content.add(b"x")
    assert (content.refusal, content.held) == ("552 5.3.4 Letter too large", 0)
    content.refuse("452 4.3.1 Too much mail at once, try again later")
    assert content.refusal.startswith("552")
    content.add(END)
    assert (content.ended, content.held) == (True, 0)


def test_memory_is_taken_with_each_octet_and_freed_once() -> None:
    memory = Memory(LISTEN)
    share = LETTERS // 2 * LETTER
    first = Content(LARGEST, memory, "a")
    first.add(b"x" * 1_000)
    memory.take("a", share - 1_000)
    assert memory.shortage("a") == ""
    first.add(b"x")
    assert "from a hold its share of the memory" in memory.shortage("a")
    for _ in range(2):
        first.release()
        assert first.held == 0
    memory.take("a", 1_000)
    assert memory.shortage("a") == ""
    memory.take("a", 1)
    assert memory.shortage("a") != ""


def test_all_hosts_together_may_hold_all_the_memory_to_the_octet() -> None:
    memory = Memory(LISTEN)
    for host in ("a", "b"):
        memory.take(host, LETTERS // 2 * LETTER)
    assert memory.shortage("a") == memory.shortage("c") == ""
    memory.take("c", 1)
    assert "hold all their memory" in memory.shortage("c")
    memory.free("c", 1)
    assert memory.shortage("c") == ""
