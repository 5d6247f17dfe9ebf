"""TCP: the port for APDUs, against itself when it keeps nothing, and against the SMTP listener."""

from contextlib import ExitStack
from statistics import mean

from bench import child
from bench.figures import Figures, Goal, Suite

SECONDS = 2.4
TURNS = 3
CONNECTIONS = 50

GOALS = (
    Goal("TCP", "durable port for APDUs to one that drops, 50 connections", "tcp group", "tcp drop", 0.65),
    Goal(
        "TCP", "messages by TCP to letters by SMTP, both durable, 50 connections", "tcp group", "smtp", 1.25
    ),
)


def measure() -> Figures:
    """The doors stand open together and are asked in turn: the machine changes within seconds."""
    with ExitStack() as stack:
        drop = stack.enter_context(child.door("drop", "tcp"))
        group = stack.enter_context(child.door("group", "tcp"))
        smtp = stack.enter_context(child.door("group"))
        turn = SECONDS / TURNS
        said = [
            (
                child.tcp_load(drop, CONNECTIONS, turn)["rate"],
                child.tcp_load(group, CONNECTIONS, turn)["rate"],
                child.load(smtp, CONNECTIONS, turn)["rate"],
            )
            for _ in range(TURNS)
        ]
    dropped, kept, letters = (mean(column) for column in zip(*said, strict=True))
    return {"tcp drop": dropped, "tcp group": kept, "smtp": letters}


SUITE = Suite(GOALS, measure)
