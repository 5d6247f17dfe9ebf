"""G6, first half: reading a letter of 2 kB against the standard library's modern policy."""

import time
from collections.abc import Callable
from email import message_from_bytes, policy

from bench import letters
from bench.figures import Goal, Suite
from mailproc.mail.parse import parse

SECONDS = 0.7
LETTER = letters.plain(1, "ill@college0.example")

GOALS = (
    Goal("G6", "parse: structure, decoded text, needed headers, to policy.default", "ours", "default", 3),
)


def ours() -> object:
    letter = parse(LETTER)
    return letter.text, letter.subject, letter.sender, letter.date


def default() -> object:
    """The same fields by the standard library."""
    message = message_from_bytes(LETTER, policy=policy.default)
    names = ("from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references")
    names += ("auto-submitted", "return-path", "precedence")
    body = message.get_body(("plain",))
    return [str(message[name] or "") for name in names], body and body.get_content()


def rate(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """How often ``work`` runs in a second."""
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        work()
        count += 1
    return count / (time.perf_counter() - begun)


SUITE = Suite(GOALS, lambda: {"ours": rate(ours), "default": rate(default)})
