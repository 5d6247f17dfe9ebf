"""The tool behind ``make mutants``: what it changes, and that each change is one, and is a program."""

import ast
import os
from pathlib import Path

import pytest

from mutants.equivalent import Stale, explained, judged
from mutants.mutate import mutants, mutated

SOURCE = '''
"""A docstring."""
LIMIT = 3

def f(a: "word", b):
    _log.info("x %s", a == 1)
    if a and not b < LIMIT:
        g("two words", f"{a == b}")
        return "code"
    raise ValueError
'''
EXPECTED = [
    ("constant", "3", "4"),
    ("boolean", "a and (not b < LIMIT)", "a or not b < LIMIT"),
    ("boolean", "a and (not b < LIMIT)", "not b < LIMIT"),
    ("boolean", "a and (not b < LIMIT)", "a"),
    ("condition", "a and (not b < LIMIT)", "True"),
    ("condition", "a and (not b < LIMIT)", "False"),
    ("boolean", "not b < LIMIT", "b < LIMIT"),
    ("comparison", "b < LIMIT", "b <= LIMIT"),
    ("statement", "g('two words', f'{a == b}')", "pass"),
    ("constant", "'code'", "'codex'"),
    ("statement", "raise ValueError", "pass"),
]


def test_words_and_the_log_stay_all_else_is_changed_once(tmp_path: Path) -> None:
    found = mutants("f.py", SOURCE)
    assert [(one.kind, one.was, one.becomes) for one in found] == EXPECTED
    assert [one.function for one in found] == ["", *["f"] * 10]
    file = tmp_path / "f.py"
    file.write_text(SOURCE)
    texts = [ast.unparse(mutated(file, one.number)) for one in found]
    assert len({*texts, ast.unparse(ast.parse(SOURCE))}) == len(found) + 1


def test_the_defaults_of_a_function_are_made_where_it_is() -> None:
    found = mutants("f.py", "class A:\n    def f(self, a=1):\n        return lambda b=2: g(3)\n")
    assert [(one.was, one.function) for one in found] == [("1", ""), ("2", "A.f"), ("3", "A.f.lambda")]


def test_each_change_of_a_real_file_compiles() -> None:
    """Each with REQUIRE_ALL=1, else one of five."""
    path = Path(__file__).parent.parent / "mailproc" / "ill" / "timers.py"
    some = 1 if os.environ.get("REQUIRE_ALL") == "1" else 5
    for one in mutants("timers.py", path.read_text())[::some]:
        compile(mutated(path, one.number), str(path), "exec")


ROOT = Path(__file__).parent.parent


def test_each_mutant_that_the_list_explains_is_there() -> None:
    assert all(why.strip() for why in explained(ROOT).values())


def test_a_name_that_is_not_there_any_more_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text(SOURCE)
    listed = tmp_path / "equivalent.toml"
    listed.write_text("""["f.py"]\n"f: b < LIMIT → b > LIMIT" = "why"\n""")
    with pytest.raises(Stale, match="b > LIMIT"):
        explained(tmp_path, listed)
    listed.write_text("""["gone.py"]\n"f: b < LIMIT → b <= LIMIT" = "why"\n""")
    with pytest.raises(Stale, match=r"gone\.py"):
        explained(tmp_path, listed)


def test_a_mutant_is_explained_by_its_name_and_named_when_a_test_kills_it_after_all(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text(SOURCE)
    listed = tmp_path / "equivalent.toml"
    listed.write_text("""["f.py"]\n"f: b < LIMIT → b <= LIMIT" = "why"\n""")
    reasons = explained(tmp_path, listed)
    fates = {one.name: judged("survived", one, reasons) for one in mutants("f.py", "\n\n" + SOURCE)}
    assert [name for name, fate in fates.items() if fate == "explained"] == ["f: b < LIMIT → b <= LIMIT"]
    [one] = [one for one in mutants("f.py", SOURCE) if one.becomes == "b <= LIMIT"]
    assert judged("killed", one, reasons) == "killed, though equivalent.toml explains it"


def test_the_same_change_of_a_function_twice_has_two_names() -> None:
    found = mutants("f.py", "def f(a):\n    return a == 1 or a == 1\n")
    assert len({one.name for one in found}) == len(found)
