"""The shape of the program: a class name stands once, and no file is too long to be read as a whole."""

import ast
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

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


OF_A_STORE = (
    *("*.db", "*.db-wal", "*.db-shm", "*.sqlite", "*.sqlite3", "*.dump", "*.bak", "*.underway"),
    *(".*.db.*", "*.db.id", "*.id", "*.counters", "*.forgotten", "*.replaced-*", "*.unfinished*", "*.lock"),
)
"""What a store has beside it: a marker that goes with the program makes every store that of a developer."""


def of_a_store(names: Iterable[str]) -> list[str]:
    """Those that a store, its marker, its counters or its log would be called."""
    return [name for name in names if any(fnmatch(Path(name).name, form) for form in OF_A_STORE)]


def in_repository() -> list[str]:
    """The files that git keeps; skipped where this is no repository (a package's source)."""
    top = ROOT.parent
    if not (top / ".git").exists():
        pytest.skip("no repository of git")
    listed = subprocess.run(["git", "-C", top, "ls-files", "-z"], capture_output=True, check=True)
    return listed.stdout.decode().split("\0")[:-1]


def test_the_repository_holds_no_store_and_nothing_that_belongs_to_one() -> None:
    names = in_repository()
    assert len(names) > 1000
    assert of_a_store(names) == []
    heads = {name: (ROOT.parent / name) for name in names}
    stores = [name for name, file in heads.items() if file.is_file() and _head(file) == b"SQLite format 3\0"]
    assert stores == []


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(16)


@pytest.mark.parametrize(
    "name",
    [
        *(".mailproc.db.id", "outside/.mailproc.db.counters", "var/mailproc.db", "first/var/mailproc.db-wal"),
        *("mailproc.db.underway", ".mailproc.db.forgotten", "var/mailproc.db.replaced-20260101T000000Z"),
    ],
)
def test_what_belongs_to_a_store_is_recognised(name: str) -> None:
    assert of_a_store([name, "mailproc/store/counters.py", "tests/samples/upgrade/store-0.1.0.db.gz"]) == [
        name
    ]


def test_the_configuration_that_is_shipped_stands_once() -> None:
    """An editor that writes through a copy would leave two, and they would differ."""
    assert (ROOT / "config.toml").is_symlink()
