"""Generate templates/README.md from the contracts, so that it is always correct."""

from collections.abc import Iterable, Iterator
from typing import Any

from mailproc.templating.contract import Contract
from mailproc.templating.known_names import KnownName, known_names
from mailproc.templating.sandbox import FILTERS

INTRODUCTION = """\
# Templates

Made from the contracts in the code; do not edit this page, edit the texts.

Every text that mailproc sends is a file here. To change one, put a file of the same path into your
own folder (`[templates] site` in config.toml): it is found first. `mailproc templates` lists them
all with their state, `mailproc preview NAME --file DRAFT` shows a finished letter without sending it.
A changed file is taken at once, without a restart, if its check holds.

* `{{ patron.name }}` puts a value in. Only the names listed below a template exist in it. A typo is
  reported with file and line, and that text is not used.
* `{% if note %} … {% else %} … {% endif %}` asks whether something is there. Absent text is empty, an
  absent list is empty, an absent group of names can only be asked for. `{{ note or "none" }}` works too.
* `{% for reason in reasons %} … {% endfor %}` goes through a list (at most three loops deep); inside it
  `loop.index` counts from 1, and `loop.first` and `loop.last` can be asked.
* A line that holds only a `{% … %}` leaves no line in the letter. `{# … #}` is a remark to colleagues.
* Filters: FILTERS. Calls, arithmetic, includes and macros are not for letters.

A letter to people starts with `Subject: …`, then an empty line, then its text; no other header may
stand there. Its first folder is its language: for a reader whose language is `de-AT` the text is looked
for below `de-AT`, then `de`, then `en`, each time first in your folder and then among the shipped ones
(English and German). All languages of a letter use the same names; reasons, days and services come in
the language of the letter where it has a file, else in English: docs/languages.md shows how to add one.

A slip (`mailproc slips`) has no subject: it consists of parts. A line with one word in square brackets
begins a part, up to the next such line: heading, large, text and small say how its lines are printed,
barcode prints each line as a barcode with the line below it. A part without a line is left out. `mailproc
preview en/slip/band.txt` shows the text; docs/slips.md says how it becomes a page.

If a changed letter or slip fails its check, the last text that passed goes out instead, staff are told, and
the letter of the day names it. A text has passed once `mailproc preview` showed it, a letter went out by it,
or the service found it in order (it looks as often as `[schedule] sweep` says). A text for a machine is never
replaced: while it is broken its orders are held.
"""


def readme(contracts: Iterable[Contract]) -> str:
    """Return the whole page."""
    every = sorted(contracts, key=lambda contract: contract.path)
    filters = ", ".join(f"`{name}`" for name in sorted(FILTERS))
    parts = [INTRODUCTION.replace("FILTERS", filters)]
    for heading in ("Letters to people", "Slips", "Texts for machines"):
        chosen = [contract for contract in every if _heading(contract) == heading]
        if chosen:
            parts += [f"## {heading}\n", *map(_section, chosen)]
    return "\n".join(parts)


def _heading(contract: Contract) -> str:
    if contract.machine:
        return "Texts for machines"
    return "Letters to people" if contract.form is None else "Slips"


def _section(contract: Contract) -> str:
    rows = "\n".join(_rows(contract.context))
    needed = ", ".join(f"`{name}`" for name in contract.must_say)
    must = f" A text that leaves one of these out is broken: {needed}." if needed else ""
    purpose = f"{contract.purpose}{must}"
    return f"### {contract.path}\n\n{purpose}\n\n| name | what | for example |\n|---|---|---|\n{rows}\n"


def _rows(context: Any) -> Iterator[str]:
    for one in known_names(context):
        absent = " May be absent." if one.optional else ""
        yield f"| `{one.name}` | {_cell(one.help)}{absent} | {_sample(one)} |"


def _sample(one: KnownName) -> str:
    if one.sample is None:
        return "a list" if one.is_list else ""
    return ", ".join(map(_example, one.sample)) if one.is_list else _example(one.sample)


def _example(sample: Any) -> str:
    if isinstance(sample, bool):
        return "yes" if sample else "no"
    return f"`{_cell(str(sample))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
