"""How long each part of the year takes: seconds of the processor, and how long one waits."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter, process_time


@dataclass
class Clocked:
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    begun: float = field(default_factory=perf_counter)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begun = process_time()
        yield
        self.seconds[name] += process_time() - begun

    @property
    def waited(self) -> float:
        return perf_counter() - self.begun
