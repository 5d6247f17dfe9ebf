"""Several requests named at once: "B1,B2,B3", or a number to a line on standard input (a barcode scanner)."""

import re
from collections.abc import Sequence
from typing import Any

from mailproc.cli import output
from mailproc.cli.input_files import content
from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.notices.language import Language
from mailproc.sentence import sentence

MOST = 1_000
_LOCAL = re.compile(r"[BbLl][0-9]{1,18}(?:-[0-9]{1,18})?")
"""A number of ours: anything else with a comma may be a name that another system gave."""


def read(typed: str) -> tuple[str, ...] | None:
    """Return the numbers, each once, in order; None if ``typed`` is one number.

    Raise LocalFault if standard input holds none, or if there are more than ``MOST``.
    """
    text = content(typed) if typed == "-" else typed
    found = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if typed != "-" and ("," not in typed or not all(map(_LOCAL.fullmatch, found))):
        return None
    if not found:
        raise LocalFault(sentence("several-none"))
    if len(found) > MOST:
        raise LocalFault(sentence("several-many", count=len(found), most=MOST))
    return found


def refused(number: str, fault: LocalFault | RemoteFault | TryLater) -> dict[str, Any]:
    """Return the answer for ``--json``: why, and what is possible instead."""
    return {"number": number, **why_refused(fault)}


def why_refused(fault: LocalFault | RemoteFault | TryLater) -> dict[str, Any]:
    """Return the same without the number."""
    possible = fault.possible if isinstance(fault, LocalFault) else ()
    return {"refused": fault.said, "possible": list(possible)}


def complain(number: str, fault: LocalFault | RemoteFault | TryLater, language: Language) -> None:
    """Say on standard error why one was refused."""
    output.complain(output.one_line(f"{number}: {language.word(fault.said)}"))


def sum_up(numbers: Sequence[str], refused: Sequence[str], language: Language) -> None:
    """Print "8 done, 2 refused: B3, B7"."""
    done = len(numbers) - len(refused)
    if refused:
        said = sentence("several-refused", done=done, refused=len(refused), numbers=", ".join(refused))
    else:
        said = sentence("several-done", done=done)
    output.line(output.one_line(language.word(said)))
