"""The manual page: complete, as the verbs are now, and nothing that troff takes for a command."""

import re
from pathlib import Path

import pytest

from mailproc.cli import groups, manual
from mailproc.cli.root import loaded
from mailproc.cli.verbs import VERBS

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "docs/mailproc.1"
MACROS = {".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".BR", ".RB", ".I", ".IR", '.\\"'}


def sections() -> dict[str, str]:
    """Of each verb what the page says."""
    parts = re.split(r"^\.SS ", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {re.split(r"[ \n]", part, maxsplit=1)[0].replace("\\-", "-"): part for part in parts}


def test_it_is_as_the_verbs_are() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == manual.page(), "out of date: make docs"


def test_every_verb_stands_there_with_its_options_and_an_example() -> None:
    found = sections()
    assert set(found) == set(VERBS)
    for name, verb in VERBS.items():
        for words in (verb.help, groups.example_of(name)):
            assert manual.escaped(words) in found[name]
        for one in loaded(name).params:
            spelled = one.opts if one.param_type_name == "option" else [one.metavar or one.name.upper()]
            for each in spelled:
                assert manual.escaped(each) in found[name], f"{name} lacks {each}"


def test_every_line_is_text_or_a_known_macro() -> None:
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        assert not line.startswith("'")
        assert not line.startswith(".") or line.split(" ")[0] in MACROS, line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (".SH is no heading", r"\&.SH is no heading"),
        ("'quoted'", r"\&'quoted'"),
        ("a\n  b --c", r"a b \-\-c"),
        (r"\fB", r"\efB"),
    ],
)
def test_words_stay_words(text: str, line: str) -> None:
    assert manual.escaped(text) == line
