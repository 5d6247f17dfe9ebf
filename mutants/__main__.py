"""make mutants: changes one thing of the program at a time, and runs the tests that run its line.

    python -m mutants map [TESTS …]        once, and again when tests or code have changed much
    python -m mutants run [--count N] [--seed S] [--under ill …] [--only FILE#NUMBER …] [--tests TEST …]

``run`` draws mutants by the seed, as many of each kind as there are, and prints those that no test noticed.
Exit status 1 where one survived. A survivor is killed by a better test, or explained in equivalent.toml
as the same program. With ``--tests`` only these are asked, whole files or single tests, and no map is needed.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from operator import attrgetter
from pathlib import Path

import coverage

from mutants import trial
from mutants.equivalent import explained, judged
from mutants.mutate import Mutant, mutants
from mutants.nearest import Given, Nearest
from mutants.trial import Try

ROOT = Path(__file__).parent.parent
MAP = Path(os.environ.get("MUTANTS_MAP", ROOT / ".mutants"))
FOLDERS = ("ill", "flow", "store", "protocols", "transport", "mail", "proof")
TESTS = (*FOLDERS, "flow_out", "two_offices", "office", "app", "cli", "notices", "templating")
PORTIONS = (3.0, 12.0)
"""Seconds of tests: first the nearest few; who survives them meets more."""
SOME = 10
"""Tests a second of a portion, at the most: many small ones say no more."""
SLOWER = 8.0
"""So many times longer than when the map was made tests may take, and a few seconds."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    mapping = commands.add_parser("map")
    mapping.add_argument("tests", nargs="*", default=[f"tests/{name}" for name in TESTS])
    mapping.add_argument("--workers", default="2")
    running = commands.add_parser("run")
    running.add_argument("--count", type=int, default=300)
    running.add_argument(
        "--skip", type=int, default=0, help="so many of the first: a run that is taken up again"
    )
    running.add_argument("--seed", type=int, default=int(time.time()))
    running.add_argument("--under", nargs="*", default=FOLDERS)
    running.add_argument(
        "--seconds", nargs="+", type=float, default=PORTIONS, help="of tests, portion by portion"
    )
    running.add_argument("--only", nargs="*", default=[])
    running.add_argument("--tests", nargs="*", default=[])
    asked = parser.parse_args()
    if asked.command == "map":
        return _map(asked.tests, asked.workers)
    chosen = _named(asked.only) if asked.only else _drawn(asked.under, asked.count, asked.seed)
    print(f"seed {asked.seed}, {len(chosen)} mutants", flush=True)
    return _run(chosen[asked.skip :], asked.seconds, Given(asked.tests) if asked.tests else Nearest(MAP))


def _map(tests: Sequence[str], workers: str) -> int:
    MAP.mkdir(exist_ok=True)
    command = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "mutants.recorder",
        "-p",
        "no:cacheprovider",
        "-n",
        workers,
        *(tests or ["tests"]),  # named, so that the short form leaves nothing out
    ]
    environment = os.environ | {"MUTANTS_MAP": str(MAP)}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=False)  # noqa: S603  # our own
    whole = coverage.Coverage(data_file=str(MAP / "coverage"), config_file=False)
    whole.load()
    whole.combine([str(MAP)])
    whole.save()
    return 0


def _named(names: Sequence[str]) -> list[Mutant]:
    """By "mailproc/flow/send.py#12", or a whole file."""
    found = []
    for name in names:
        file, _, number = name.partition("#")
        found += [one for one in _of(ROOT / file) if number in ("", str(one.number))]
    return found


def _drawn(folders: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """One of each kind in turn, so that the many constants do not crowd out the few conditions."""
    kinds: dict[str, list[Mutant]] = defaultdict(list)
    for folder in folders:
        for path in sorted((ROOT / "mailproc" / folder).rglob("*.py")):
            if "migrations" not in path.parts:  # they are history, and run once
                for mutant in filter(attrgetter("function"), _of(path)):
                    kinds[mutant.kind].append(mutant)
    chance = random.Random(seed)  # noqa: S311  # no secret
    for of_kind in kinds.values():
        chance.shuffle(of_kind)
    in_turn = chain.from_iterable(zip_longest(*(kinds[kind] for kind in sorted(kinds))))
    return [one for one in in_turn if one is not None][:count]


def _of(path: Path) -> list[Mutant]:
    return mutants(str(path.relative_to(ROOT)), path.read_text())


def _run(chosen: Sequence[Mutant], portions: Sequence[float], nearest: Nearest | Given) -> int:
    MAP.mkdir(exist_ok=True)
    reasons = explained(ROOT)
    asked = {
        mutant: [test for portion in _portions(nearest, nearest.tests(mutant), portions) for test in portion]
        for mutant in chosen
    }
    counts: Counter[str] = Counter()

    def work(tried: Try) -> None:
        sample = list(dict.fromkeys(test for tests in asked.values() for test in tests[:1]))[:10]
        if (fate := tried(None, sample, 120)) != "survived":
            counts[f"the program as it is {fate}: see {MAP}/last.log"] += 1
            return
        for number, mutant in enumerate(chosen, start=1):
            begun = time.monotonic()
            fate, count = _fate(mutant, nearest, portions, tried)
            fate = judged(fate, mutant, reasons)
            counts[fate] += 1
            took = time.monotonic() - begun
            print(f"{number}/{len(chosen)} {fate} ({count} tests, {took:.0f} s): {mutant}", flush=True)

    files = sorted({test.partition("::")[0] for tests in asked.values() for test in tests})
    trial.begin(ROOT, MAP, files, work)
    print(", ".join(f"{count} {fate}" for fate, count in counts.most_common()))
    return 0 if counts.keys() <= {"killed", "timeout", "explained"} else 1


def _fate(mutant: Mutant, nearest: Nearest | Given, portions: Sequence[float], tried: Try) -> tuple[str, int]:
    tests = nearest.tests(mutant)
    asked = 0
    for portion in _portions(nearest, tests, portions):
        asked += len(portion)
        limit = SLOWER * (5 + sum(nearest.seconds[one] for one in portion))
        if (fate := tried(mutant, portion, limit)) != "survived":
            return fate, asked
    return ("survived" if tests else "never run"), asked


def _portions(
    nearest: Nearest | Given, tests: Sequence[str], portions: Sequence[float]
) -> Iterator[list[str]]:
    done = 0
    for seconds in portions:
        if portion := list(nearest.portion(tests[done:], seconds, round(SOME * seconds))):
            yield portion
        done += len(portion)


if __name__ == "__main__":
    sys.exit(main())
