"""make bench: every goal of speed, measured against a yardstick of the same run.

    python -m bench [--json] [--rounds N] [GOAL …]

A figure is the median of its rounds; the exit status is 1 where a goal is not reached.
"""

import argparse
import json
import sys
import time

from bench import (
    backup,
    big_file,
    clock,
    desk,
    desk_seen,
    drain,
    growth,
    hooks,
    intake,
    iso,
    parse,
    patrons,
    people,
    proof,
    render,
    sbn,
    shelf,
    slips,
    slnp,
    stats,
    status,
    steps,
    takeover,
    tcp,
    two_offices,
    way,
)
from bench.figures import Suite, judged, table

SUITES: tuple[Suite, ...] = (
    intake.SUITE, parse.SUITE, proof.SUITE, steps.SUITE, render.SUITE, clock.SUITE, way.SUITE,
    big_file.SUITE, iso.SUITE, sbn.SUITE, drain.SUITE, shelf.SUITE, growth.SUITE, two_offices.SUITE,
    people.SUITE, status.SUITE, stats.SUITE, backup.SUITE, patrons.SUITE, slips.SUITE, takeover.SUITE,
    hooks.SUITE, tcp.SUITE, slnp.SUITE, desk.SUITE,
    desk_seen.SUITE,
)  # fmt: skip


def main() -> int:
    known = sorted({goal.name for suite in SUITES for goal in suite.goals})
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"any of {', '.join(known)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if unknown := set(asked.goals) - set(known):
        parser.error(f"no goal {', '.join(unknown)}; known are {', '.join(known)}")
    wanted = [suite for suite in SUITES if suite.serves(asked.goals)]
    possible = [suite for suite in wanted if _possible(suite)]
    verdicts = run(possible, asked.rounds)
    verdicts = [one for one in verdicts if not asked.goals or one.goal.name in asked.goals]
    if asked.json:
        print(json.dumps([verdict.as_json() for verdict in verdicts], indent=1))
    else:
        print(table(verdicts))
    refused = asked.goals and len(possible) < len(wanted)
    return 0 if all(verdict.reached for verdict in verdicts) and not refused else 1


def run(suites, rounds):
    """All suites, round by round, so that a slow minute of the machine falls on all of them."""
    found = {suite: [] for suite in suites}
    for number in range(1, rounds + 1):
        for suite in found:
            begun = time.monotonic()
            found[suite].append(suite.measure())
            names = ", ".join(dict.fromkeys(goal.name for goal in suite.goals))
            print(f"round {number}: {names} in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return [judged(goal, found[suite]) for suite in found for goal in suite.goals]


def _possible(suite):
    if missing := suite.missing():
        names = ", ".join(dict.fromkeys(goal.name for goal in suite.goals))
        print(f"{names} left out: apt-get install {missing}", file=sys.stderr, flush=True)
    return not missing


if __name__ == "__main__":
    sys.exit(main())
