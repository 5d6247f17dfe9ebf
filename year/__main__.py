"""make year: a simulated year of requests through the real stations.

    python -m year [--requests N] [--seed N] [--folder FOLDER]

The exit status is 1 if something is not as it should be.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from year import house
from year.story import Story, told
from year.verdict import Verdict, judge

MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m year", description=__doc__)
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the store is kept; else it is deleted")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="mailproc-year-", dir=_memory()))
        )
        folder.mkdir(parents=True, exist_ok=True)
        opened = stack.enter_context(house.opened(folder))
        story = told(opened, asked.seed, asked.requests)
        story.run()
        with story.clocked.part("checks"):
            verdict = judge(story)
    _tell(story, verdict)
    return 0 if verdict.is_good else 1


def _memory() -> Path | None:
    return MEMORY if MEMORY.is_dir() else None


def _tell(story: Story, verdict: Verdict) -> None:
    for line in verdict.lines():
        print(line)
    print(f"{story.clocked.waited:8.1f} s  in all; of the processor:")
    for name, seconds in story.clocked.seconds.items():
        print(f"{seconds:8.1f} s  {name}")


if __name__ == "__main__":
    sys.exit(main())
