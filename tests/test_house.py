"""The shape of the program: a class name stands once, and no file is too long to be read as a whole."""

import ast
from collections import defaultdict
from pathlib import Path

import mailproc

ROOT = Path(mailproc.__file__).parent
SOURCES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in sorted(ROOT.rglob("*.py"))
}

MOST_LINES = 350
LONGER = {
    "store/tables.py": "the tables, each column with its reason",
    "store/rows.py": "the same tables as types above the store",
    "store/migrations/versions/v0001_first_tables.py": "a migration is history: the tables as they were",
}


def test_each_public_class_name_stands_once() -> None:
    places = defaultdict(list)
    for name, source in SOURCES.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    twice = {name: files for name, files in places.items() if len(files) > 1}
    assert twice == {}, "rename all but one of them: who searches for a name wants one answer"


def test_no_file_is_too_long() -> None:
    longer = sorted(name for name, source in SOURCES.items() if len(source.splitlines()) > MOST_LINES)
    assert longer == sorted(LONGER), f"a file has at most {MOST_LINES} lines, tables apart: divide it"


def test_each_folder_says_in_a_sentence_what_it_holds() -> None:
    folders = {name: source for name, source in SOURCES.items() if Path(name).name == "__init__.py"}
    silent = [name for name, source in folders.items() if not ast.get_docstring(ast.parse(source))]
    assert silent == []
