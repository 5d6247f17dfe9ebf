"""Describe what is wrong with a template so that the person who edits it finds the place."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailproc.errors import LocalFault


@dataclass(frozen=True)
class TemplateProblem:
    """One problem of a template.

    ``line`` counts from 1, 0 for the whole file; ``field`` is the name as written ("item.titel"), '' if none.
    """

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.text}"


class BrokenTemplate(LocalFault):
    """A template that must not be used. ``problems`` holds at least one; the text is the first."""

    def __init__(self, problems: Sequence[TemplateProblem]) -> None:
        super().__init__(str(problems[0]), also=tuple(str(problem) for problem in problems[1:]))
        self.problems = tuple(problems)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the nearest known name, or a few of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {', '.join(names[:12])}" if names else ""
