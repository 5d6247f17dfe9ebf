"""Describe what is wrong with a template so that the person who edits it finds the place."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailproc.errors import LocalFault
from mailproc.sentence import Part, Sentence, sentence

IN_LINE = "text-fault-line"
"""The code of a problem's sentence where the line is known."""


@dataclass(frozen=True)
class TemplateProblem:
    """One problem of a template.

    ``line`` counts from 1, 0 for the whole file; ``field`` is the name as written ("item.titel"), '' if none.
    """

    file: str
    line: int
    field: str
    text: Part

    @property
    def said(self) -> Part:
        """The problem with its place."""
        if self.line:
            return sentence(IN_LINE, file=self.file, line=self.line, what=self.text)
        return sentence("text-fault", file=self.file, what=self.text)

    def __str__(self) -> str:
        return str(self.said)


class BrokenTemplate(LocalFault):
    """A template that must not be used. ``problems`` holds at least one; the text is the first."""

    def __init__(self, problems: Sequence[TemplateProblem]) -> None:
        super().__init__(problems[0].said, also=tuple(problem.said for problem in problems[1:]))
        self.problems = tuple(problems)


def problem_of(said: Sentence, field: str) -> TemplateProblem:
    """Return the problem of which ``said``, whose code is ``IN_LINE``, was the sentence."""
    line, what = said.values["line"], said.values["what"]
    text = what if isinstance(what, Part) else str(what)
    return TemplateProblem(str(said.values["file"]), line if isinstance(line, int) else 0, field, text)


def nearest(name: str, known: Iterable[str]) -> Part:
    """Return the end of a sentence that names the nearest known name, or a few of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return sentence("text-near", name=near[0])
    return sentence("text-known", names=", ".join(names[:12])) if names else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the same in English."""
    return str(nearest(name, known))


def of_error(error: ValueError) -> Part:
    """Return the sentence with which a text was refused."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Part) else str(error)
