"""The mutants that no test can notice, with the reason of each: ``equivalent.toml`` beside this file.

A mutant is named by its file, its function and the changed text, so that it is found again when lines move.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from mutants.mutate import Mutant, mutants

LIST = Path(__file__).parent / "equivalent.toml"


class Stale(Exception):
    """The list names a mutant that is not there."""


def explained(root: Path, listed: Path = LIST) -> Mapping[tuple[str, str], str]:
    """(file, name of the mutant): why it is the same program. Raise Stale for a mutant that is not there."""
    reasons = {}
    for file, of_file in tomllib.loads(listed.read_text()).items():
        path = root / file
        there = {one.name for one in mutants(file, path.read_text())} if path.exists() else set()
        if gone := [name for name in of_file if name not in there]:
            raise Stale(f"{listed.name} names a mutant of {file} that is not there: {gone[0]!r}. Take it out")
        reasons.update({(file, name): why for name, why in of_file.items()})
    return reasons


def judged(fate: str, mutant: Mutant, reasons: Mapping[tuple[str, str], str]) -> str:
    """The fate of a mutant, where the list speaks of it too."""
    if (mutant.file, mutant.name) not in reasons:
        return fate
    return "explained" if fate in ("survived", "never run") else f"{fate}, though {LIST.name} explains it"
