"""G1, G3, G4, G12: the SMTP door. Every door is opened anew in each round, on an empty store."""

from contextlib import ExitStack
from statistics import mean, median

from bench import child
from bench.figures import Figures, Goal, Suite

SECONDS = 2.4
TURNS = 3

GOALS = (
    Goal("G1", "durable listener to one that drops, 50 connections", "group 50", "drop 50", 0.75),
    Goal("G1", "the same, 1 connection", "group 1", "drop 1", 0.55),
    Goal("G1", "durable on uvloop to dropping on asyncio, 50 connections", "uvloop 50", "drop 50", 1.0),
    Goal(
        "G3", "slow disk: group commit to a commit each, 50 connections", "slow group 50", "slow each 50", 6
    ),
    Goal("G3", "slow disk: group commit to dropping, 50 connections", "slow group 50", "slow drop 50", 0.5),
    Goal(
        "G3",
        "slow disk: p99 of group commit to that of a commit each",
        "slow group p99",
        "slow each p99",
        0.25,
        "ms",
        at_most=True,
    ),
    Goal("G3", "p99 of group commit to that of dropping", "group p99", "drop p99", 2.5, "ms", at_most=True),
    Goal("G4", "group commit to a commit each, 1 connection", "group 1", "each 1", 0.9),
    Goal("G4", "the same on the slow disk", "slow group 1", "slow each 1", 0.9),
    Goal(
        "G12",
        "slow disk, 1 connection: no faster than its fsyncs allow",
        "slow group 1",
        "",
        200,
        at_most=True,
    ),
)


def measure() -> Figures:
    """The doors of one disk stand open together and are asked in turn: the disk changes within seconds."""
    plain = {"drop": ("drop", "asyncio"), "each": ("each", "asyncio"), "group": ("group", "asyncio")}
    figures = _measured(plain | {"uvloop": ("group",)}, slow=False, turns=TURNS)
    slow = _measured(plain, slow=True, turns=1)
    return figures | {f"slow {name}": value for name, value in slow.items()}


def _measured(doors: dict[str, tuple[str, ...]], *, slow: bool, turns: int) -> Figures:
    """``turns`` times each door in turn, SECONDS in all: the rates, and the median of the p99."""
    figures: Figures = {}
    with ExitStack() as stack:
        ports = {name: stack.enter_context(child.door(*kind, slow=slow)) for name, kind in doors.items()}
        for connections in (1, 50):
            said = [
                {name: child.load(port, connections, SECONDS / turns) for name, port in ports.items()}
                for _ in range(turns)
            ]
            for name in ports:
                figures[f"{name} {connections}"] = mean(turn[name]["rate"] for turn in said)
                figures[f"{name} p99"] = median(turn[name]["p99"] for turn in said)  # of 50 in the end
    return figures


SUITE = Suite(GOALS, measure)
