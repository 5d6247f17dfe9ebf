"""Render templates, on trial and for letters; every error names the line of the template."""

import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Template, UndefinedError

from mailproc.sentence import Part, sentence
from mailproc.templating.contract import Contract, samples
from mailproc.templating.filter_work import OF_SAMPLES, OutOfTime, WorkAccount, paid_by
from mailproc.templating.problem import BrokenTemplate, TemplateProblem, of_error
from mailproc.templating.said import unsaid
from mailproc.templating.sandbox import FaultyValue

LONGEST_LETTER = 2_000_000
"""Characters. An order file of 500 orders has a tenth; a text in three loops could fill the memory."""


class TooLong(Exception):
    """The loops of a template produce more than a letter can have."""


def tried(template: Template, contract: Contract, name: str) -> Iterator[TemplateProblem]:
    """Yield the first fault of each kind that rendering with the samples shows, until the work is paid up."""
    seen, account = set[tuple[int, str]](), WorkAccount(OF_SAMPLES)
    for context in samples(contract):
        for problem in _trial(template, contract, name, context, account):
            if (fault := (problem.line, str(problem.text))) not in seen:
                seen.add(fault)
                yield problem
        if account.left < 0:
            return


def _trial(
    template: Template, contract: Contract, name: str, context: Mapping[str, Any], account: WorkAccount
) -> Iterator[TemplateProblem]:
    try:
        text = rendered(template, name, context, account)
        contract.finished(text)
        if lost := unsaid(contract.must_say, context, text):
            yield TemplateProblem(name, 0, lost[0], sentence("text-does-not-say", name=lost[0]))
    except BrokenTemplate as broken:
        yield from broken.problems
    except ValueError as error:
        yield TemplateProblem(name, 1, "", of_error(error))


def rendered(
    template: Template, name: str, context: Mapping[str, Any], account: WorkAccount | None = None
) -> str:
    """Return the finished text. Raise only BrokenTemplate, also if it grows or works beyond any letter; and
    OutOfTime where somebody has set one.

    ``account``: of several letters; without it this one has its own.
    """
    pieces, length = list[str](), 0
    try:
        with paid_by(account or WorkAccount()):
            for piece in template.generate(context):
                pieces.append(piece)
                length += len(piece)
                if length > LONGEST_LETTER:
                    raise TooLong(sentence("text-letter-long", most=LONGEST_LETTER))
        return "".join(pieces)
    except OutOfTime:  # no fault of the text: nobody may remember it as one
        raise
    except Exception as error:  # any error is this text's fault, and must name its line
        raise BrokenTemplate([_problem_of(error, name)]) from error


def _problem_of(error: Exception, name: str) -> TemplateProblem:
    """Return where in the template it happened: Jinja maps its frames to the template's lines."""
    lines = [
        frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name
    ]
    text: Part = one_line(str(error)) if str(error) else type(error).__name__
    if isinstance(error, FaultyValue | TooLong):
        text = error.args[0]
    if isinstance(error, UndefinedError):
        text = sentence("text-absent", what=text)
    return TemplateProblem(name, lines[-1] if lines else 0, "", text)


def one_line(text: str | None) -> str:
    """Return Jinja's message on one line, without its full stop."""
    return " ".join((text or "broken").split()).rstrip(".")
