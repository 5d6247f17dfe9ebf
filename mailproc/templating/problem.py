"""What is wrong with a template, said so that whoever edits it finds the place."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailproc.errors import LocalFault


@dataclass(frozen=True)
class TemplateProblem:
    """``line`` counts from 1, 0 where the whole file is meant; ``field`` is the name as it was
    written ("item.titel"), '' where none is at fault."""

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
    """The end of a sentence that names the nearest known name, or a few of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {', '.join(names[:12])}" if names else ""
