"""Which tests are asked about a mutant: those that run its line, nearest and quickest first."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import coverage

from mutants.mutate import Mutant

TIMES = "seconds.json"
"""Beside the coverage data: how long each test takes that passed."""
MOVED = 20
"""Lines that a change of the file may have moved others by."""


class Nearest:
    """``folder``: where the recorder wrote."""

    def __init__(self, folder: Path) -> None:
        self.seconds: dict[str, float] = json.loads((folder / TIMES).read_text())
        self._data = coverage.CoverageData(str(folder / "coverage"))
        self._data.read()
        self._files = sorted(self._data.measured_files())

    def tests(self, mutant: Mutant) -> list[str]:
        """All that run one of its lines; where none does, the lines may have moved since: those beside it."""
        measured = next((one for one in self._files if one.endswith(f"/{mutant.file}")), "")
        lines = self._data.contexts_by_lineno(measured)
        for beside in range(0, MOVED, 2):
            its = range(mutant.line - beside, mutant.last_line + 1 + beside)
            if found := {test for line in its for test in lines.get(line, ())} & self.seconds.keys():
                return self._ordered(found, mutant)
        return []

    def _ordered(self, found: set[str], mutant: Mutant) -> list[str]:
        """One case of each test before the second of any; the tests of its own folder first."""
        cases: dict[str, list[str]] = defaultdict(list)
        for test in sorted(found, key=lambda one: (self.seconds[one], one)):
            cases[test.partition("[")[0]].append(test)
        rank = {test: at for of_one in cases.values() for at, test in enumerate(of_one)}
        far = {test: not test.startswith(_folder(mutant)) for test in found}
        return sorted(found, key=lambda one: (rank[one] // 3, far[one], self.seconds[one], one))

    def portion(self, tests: Sequence[str], seconds: float, most: int) -> Iterator[str]:
        """The first of them that need so many seconds together, at least one."""
        spent = 0.0
        for test in tests[:most]:
            if spent > seconds:
                return
            spent += self.seconds[test]
            yield test


class Given:
    """The tests that the command line names, for every mutant."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = tests
        self.seconds = dict.fromkeys(tests, 10.0)

    def tests(self, _: Mutant) -> Sequence[str]:
        return self._tests

    def portion(self, tests: Sequence[str], _seconds: float, _most: int) -> Iterator[str]:
        yield from tests


def _folder(mutant: Mutant) -> str:
    return f"tests/{mutant.file.split('/')[1]}/"
