"""docs/languages.md shows lists and `show` in two languages, as the program prints them.

``WRITE_DOCS=1`` writes the part of the page between its two marks again.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_show import hear

Cli = Callable[..., Any]
PAGE = Path(__file__).parents[2] / "docs/languages.md"
BEGIN, END = "<!-- printed: tests/cli/test_languages_page.py -->\n", "<!-- end -->\n"
TAGS = {"en": "English", "de": "German"}
VERBS = (("requests",), ("show", "B2"), ("digest",))
VARIES = (
    (r"\d{1,2}\.? \w+\.? \d{4},? \d\d:\d\d", "29 Nov 2026 13:31"),
    (r"\w{2,3},? \d{1,2}(?: \w{3}|\.\d\d\.\d{4})(?: \d{4})?(?=[:\s])", "Sun 29 Nov"),
)
"""The moment and the day are not of the page."""


def test_the_page_shows_what_the_program_prints(
    cli: Cli, placed: Cli, lent: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "clerk")
    placed("Iron Bridges", patron={"id": "R1", "name": "R. Reader"})
    placed("Roman Law")
    assert cli("run", "--once").code == 0
    hear(cli, "B1-1 USE*2")
    hear(cli, "B2-1 NOT")
    printed = "\n".join(part(cli, folder, verb) for verb in VERBS)
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    shown, _, tail = rest.partition(END)
    if os.environ.get("WRITE_DOCS") and lines(shown) != lines(printed):
        PAGE.write_text(head + BEGIN + printed + END + tail, encoding="utf-8")
    else:
        assert lines(shown) == lines(printed)


def part(cli: Cli, folder: Path, verb: tuple[str, ...]) -> str:
    blocks = (f"```\n$ mailproc {' '.join(verb)}\n{told(cli, folder, verb, tag)}```\n" for tag in TAGS)
    both = (f"In {name}:\n\n{block}" for name, block in zip(TAGS.values(), blocks, strict=True))
    return "\n".join(both)


def told(cli: Cli, folder: Path, verb: tuple[str, ...], tag: str) -> str:
    """What the verb prints for a library of this language."""
    config = folder / "config.toml"
    text = re.sub(r"^language = .*\n", "", config.read_text(), flags=re.MULTILINE)
    config.write_text(text.replace("[library]\n", f'[library]\nlanguage = "{tag}"\n', 1))
    ran = cli(*verb)
    assert ran.code == 0
    return "".join(f"{line.rstrip()}\n" for line in ran.out.splitlines())


def lines(text: str) -> list[str]:
    """Without what varies; the width of a column goes with it."""
    for pattern, instead in VARIES:
        text = re.sub(pattern, instead, text)
    return [" ".join(line.split()) for line in text.splitlines()]
