"""How long each part of the year takes."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Clocked:
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begun = perf_counter()
        yield
        self.seconds[name] += perf_counter() - begun

    @property
    def total(self) -> float:
        return sum(self.seconds.values())
