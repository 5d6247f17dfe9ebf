"""G1, G3, G4, G12: the SMTP door. Every door is started anew in each round, on an empty store."""

from bench import child
from bench.figures import Figures, Goal, Suite

SECONDS = 2.0

GOALS = (
    Goal("G1", "durable listener to one that drops, 50 connections", "group 50", "drop 50", 0.75),
    Goal("G1", "the same, 1 connection", "group 1", "drop 1", 0.55),
    Goal("G1", "durable on uvloop to dropping on asyncio, 50 connections", "uvloop 50", "drop 50", 1.0),
    Goal(
        "G3", "slow disk: group commit to a commit each, 50 connections", "slow group 50", "slow each 50", 6
    ),
    Goal("G3", "slow disk: group commit to dropping, 50 connections", "slow group 50", "drop 50", 0.5),
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
    """Each pair that is compared stands side by side: the disk changes within minutes."""
    figures: Figures = {}
    for kind in ("drop", "each", "group"):
        figures |= _measured(kind, "asyncio")
    figures |= _measured("group", "uvloop")
    for kind in ("each", "group"):
        figures |= _measured(kind, "asyncio", slow=True)
    return figures


def _measured(kind: str, loop: str, *, slow: bool = False) -> Figures:
    name = ("slow " if slow else "") + ("uvloop" if loop == "uvloop" else kind)
    with child.door(kind, loop, slow=slow) as port:
        one = child.load(port, 1, SECONDS)
        fifty = child.load(port, 50, SECONDS)
    return {f"{name} 1": one["rate"], f"{name} 50": fifty["rate"], f"{name} p99": fifty["p99"]}


SUITE = Suite(GOALS, measure)
