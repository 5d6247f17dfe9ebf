"""make fuzz: mutated letters over every reader that a stranger's letter meets.

    python -m fuzz [--letters N] [--seed S] [--processes P]

A find (an exception, a slow letter, something that must not be) is written once for each kind into
tests/samples/finds, where the tests read it from then on. The exit status is 1 where there was one.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256

from fuzz import corpus, worker

CHUNK = 2_000  # letters of one task


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--letters", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    begun = time.monotonic()
    print(f"seed {asked.seed}", flush=True)
    kinds = run(asked.letters, asked.seed, asked.processes, begun)
    took = time.monotonic() - begun
    print(
        f"{asked.letters} letters in {took:.0f} s ({asked.letters / took:.0f}/s), {len(kinds)} kinds of finds"
    )
    for kind, count in kinds.most_common():
        print(f"  {count:6} {kind}")
    return 1 if kinds else 0


def run(letters: int, seed: int, processes: int, begun: float) -> Counter[str]:
    """How many finds of each kind; the shortest letter of each is kept as a sample."""
    kinds: Counter[str] = Counter()
    kept: dict[str, bytes] = {}
    tasks = [(seed, number, min(CHUNK, letters - number)) for number in range(0, letters, CHUNK)]
    with ProcessPoolExecutor(processes, initializer=worker.begin) as pool:
        for done, finds in enumerate(pool.map(worker.read, tasks), start=1):
            for find, raw in finds:
                kinds[find.kind] += 1
                if len(raw) < len(kept.get(find.kind, raw + b"x")):
                    kept[find.kind] = raw
                    print(f"{find.kind}: {find.text[-600:]}", file=sys.stderr)
            if done % 25 == 0:
                print(f"{done * CHUNK} letters, {time.monotonic() - begun:.0f} s", flush=True)
    for kind, raw in kept.items():
        corpus.FINDS.mkdir(exist_ok=True)
        (corpus.FINDS / f"{kind.lower()}-{sha256(raw).hexdigest()[:8]}.eml").write_bytes(raw)
    return kinds


if __name__ == "__main__":
    sys.exit(main())
