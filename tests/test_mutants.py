"""The tool behind ``make mutants``: what it changes, and that each change is one, and is a program."""

import ast
from pathlib import Path

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
    assert [one.inside for one in found] == [False] + [True] * 10
    file = tmp_path / "f.py"
    file.write_text(SOURCE)
    texts = [ast.unparse(mutated(file, one.number)) for one in found]
    assert len({*texts, ast.unparse(ast.parse(SOURCE))}) == len(found) + 1


def test_each_change_of_a_real_file_compiles() -> None:
    path = Path(__file__).parent.parent / "mailproc" / "ill" / "timers.py"
    for one in mutants("timers.py", path.read_text()):
        compile(mutated(path, one.number), str(path), "exec")
