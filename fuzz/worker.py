"""One process of the fuzzing: makes the letters of its tasks and reads them."""

from random import Random

from fuzz import corpus
from fuzz.mutate import mutated
from fuzz.target import Find, Target

MOST_FINDS = 20  # that one task brings home

_target: Target
_letters: list[bytes]


def begin() -> None:
    global _target, _letters
    _target, _letters = Target(), corpus.letters()


def read(task: tuple[int, int, int]) -> list[tuple[Find, bytes]]:
    seed, number, count = task
    chance = Random(f"{seed}/{number}")  # noqa: S311  # to be made again, no secret
    finds: list[tuple[Find, bytes]] = []
    for _ in range(count):
        raw = mutated(_letters, chance)
        find = _target.check(raw)
        if find is not None and len(finds) < MOST_FINDS:
            finds.append((find, raw))
    return finds
