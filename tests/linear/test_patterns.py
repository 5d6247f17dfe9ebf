"""No regular expression of ours takes more than about linear time, whatever text it is given.

Each is tried in the ways in which it is used, on texts made from its own parse tree (``pumps``). It is found
because it is a global of its module: one that is made inside a function is refused, or named here.
"""

import ast
import importlib
import os
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import regex

import mailproc
from mailproc.protocols.artemail.tables import word_tables
from mailproc.protocols.artemail.tables.pattern_budget import Pattern as Timed
from mailproc.secret_words import SecretWords
from tests.linear.pumps import Pump, pumps
from tests.linear.stopwatch import seconds, too_steep

SOURCES = Path(mailproc.__file__).parent
FULL = os.environ.get("REQUIRE_ALL") == "1"
MOST_PUMPS = 400 if FULL else 120
LENGTH = 1500
"""Characters; four times as many where that takes longer than FLOOR."""
FLOOR = 0.0005
"""Seconds of the processor: what is quadratic needs more for LENGTH."""
BOUNDED: dict[tuple[str, str], tuple[int, float]] = {}
"""(module, name) of a pattern whose input is never longer than so many characters: the bound, and the seconds
that it may take for them."""

MADE_IN_FUNCTIONS = {
    "mailproc.config_load.": "they read config.toml, which no stranger writes",
    "mailproc.protocols.artemail.account_rules": "the same",
    "mailproc.mail.mime": "a boundary as it is written: tried with the reader mime.delimiters",
    "mailproc.secret_words": "secrets of the configuration and of one letter: tried below",
    "mailproc.protocols.artemail.tables.patterns": "of the tables: tried below, timed where they are used",
    "mailproc.store.migrations.": "our own statements",
    "mailproc.store.reader_words": "fixed words of one reader, tried with its reader",
    "mailproc.practice.scripts": "words of a script of ours, none of them repeated",
}
"""Modules (or folders) that make patterns in functions, and why they may."""
WAYS = ("match", "fullmatch", "scan")
_SCANS = ("search", "finditer", "findall", "sub", "subn", "split")


def _modules() -> list[str]:
    names = (one.name for one in pkgutil.walk_packages(mailproc.__path__, "mailproc."))
    return [one for one in names if "__main__" not in one and ".migrations" not in one]


def _patterns_in(value: Any, depth: int = 2) -> Iterator[Any]:
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif isinstance(value, Timed):
        yield value.expression
    elif depth and isinstance(value, dict):
        yield from (found for one in value.values() for found in _patterns_in(one, depth - 1))
    elif depth and isinstance(value, tuple | list | set | frozenset):
        yield from (found for one in value for found in _patterns_in(one, depth - 1))
    elif depth and type(value).__module__.startswith("mailproc.") and hasattr(value, "__dict__"):
        yield from _patterns_in(vars(value), depth - 1)


@cache
def _compiled() -> dict[tuple[str, str], Any]:
    """Each pattern once, by the module and the name where it is first found."""
    found: dict[Any, tuple[str, str]] = {}
    for name in _modules():
        for key, value in vars(importlib.import_module(name)).items():
            for number, pattern in enumerate(_patterns_in(value)):
                own = f"{key}[{number}]" if number or not isinstance(value, re.Pattern) else key
                found.setdefault(pattern, (name, own))
    for number, pattern in enumerate(_of_tables()):
        found.setdefault(pattern, ("mailproc.protocols.artemail.tables.word_tables", f"shipped {number}"))
    words = SecretWords(["secret-word", "another one"], exact=["abc"])
    found.setdefault(words._pattern, ("mailproc.secret_words", "of two secrets"))
    return {place: pattern for pattern, place in found.items()}


def _of_tables() -> Iterator[Any]:
    """The patterns of the shipped tables, however deep they lie in what reads them."""
    waiting, seen = list(word_tables.load(None, 2)), set[int]()
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, str | bytes | int | None):
            continue
        seen.add(id(value))
        if isinstance(value, Timed):
            yield value.expression
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, tuple | list | set | frozenset):
            waiting += value
        elif hasattr(value, "__dict__"):
            waiting += vars(value).values()


@cache
def _methods(under: Path) -> dict[str, set[str]]:
    """The methods that are called of each name in a file, or in all below a folder."""
    found: dict[str, set[str]] = {}
    for file in [under] if under.is_file() else under.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in (*WAYS, *_SCANS):
                of = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
                found.setdefault(of, set()).add("scan" if node.attr in _SCANS else node.attr)
    return found


def _ways(module: str, name: str, pattern: Any) -> list[str]:
    """How it is used; in every way where that cannot be seen."""
    if isinstance(pattern, regex.Pattern):
        return ["fullmatch", "scan"]
    own = Path(str(importlib.import_module(module).__file__))
    return sorted(_methods(own if name.startswith("_") else SOURCES).get(name, set(WAYS)))


def _use(pattern: Any, way: str) -> Callable[[Any], Any]:
    if way == "scan":
        return lambda text: sum(1 for _ in pattern.finditer(text))
    use: Callable[[Any], Any] = getattr(pattern, way)
    return use


def _pumps(pattern: Any, all_of_them: bool) -> list[Pump]:
    """All of them, or some from the whole list."""
    source = pattern.pattern
    source = source.decode("latin-1") if isinstance(source, bytes) else source
    flags = pattern.flags if isinstance(pattern, re.Pattern) else re.IGNORECASE | re.ASCII
    found = pumps(source, flags)
    return found if all_of_them else found[:: max(1, len(found) // MOST_PUMPS)]


def _text(pattern: Any, pump: Pump, length: int) -> Any:
    text = pump.text(length)
    return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def _steep(pattern: Any, way: str, *, all_of_them: bool = False) -> str:
    """``all_of_them``: also what takes no longer than another text that was seen to grow in a line."""
    use, floor = _use(pattern, way), FLOOR
    for pump in _pumps(pattern, all_of_them):

        def work(length: int, pump: Pump = pump) -> Callable[[], Any]:
            text = _text(pattern, pump, length)
            return lambda: use(text)

        measured, took = too_steep(work, LENGTH, floor)
        floor = FLOOR if all_of_them else max(floor, 1.2 * took)
        if measured:
            return f"{way} of {pattern.pattern!r} on {pump}: {measured}"
    return ""


@pytest.mark.costly
@pytest.mark.parametrize("place", sorted(_compiled()), ids=" ".join)
def test_a_pattern_takes_linear_time(place):
    module, name = place
    pattern = _compiled()[place]
    if place in BOUNDED:
        length, most = BOUNDED[place]
        for way in _ways(module, name, pattern):
            for pump in _pumps(pattern, False):
                text = _text(pattern, pump, length)
                took = seconds(lambda way=way, text=text: _use(pattern, way)(text), tries=2)
                assert took < most, f"{module}.{name} on {length} characters of {pump}"
        return
    found = [measured for way in _ways(module, name, pattern) if (measured := _steep(pattern, way))]
    assert not found, f"{module}.{name}: {found}"


def test_patterns_are_found_wherever_they_stand():
    modules = {module for module, _ in _compiled()}
    assert {"mailproc.log", "mailproc.mail.headers", "mailproc.protocols.artemail.mask"} <= modules
    assert any(isinstance(one, regex.Pattern) for one in _compiled().values())
    assert any(isinstance(one.pattern, bytes) for one in _compiled().values())


@pytest.mark.costly
@pytest.mark.parametrize(
    ("pattern", "way"),
    [
        (r"^<([^<>\s]+@[^<>\s]+)>:", "scan"),
        (r"(a|a)*b", "match"),
        (r"(?:x+)+y", "match"),
        (r"\s+$", "scan"),
        (r"<!--.*?-->", "scan"),
        (r"(?<=[>;])[0-9]{2}-[0-9]{4}(?:\r?\n|\r)(?:[\s>|]|<[^<>\n]{0,200}>)*[a-z]{1,64}(?=\r?$)", "scan"),
        (r"^(\w+\s?)*$", "fullmatch"),
        (r"\[[^\]]*\]\(", "scan"),
    ],
)
def test_what_is_known_to_be_slow_is_found(pattern, way):
    assert _steep(re.compile(pattern, re.MULTILINE), way, all_of_them=True)


def _inner_calls(file: Path) -> Iterator[ast.Call]:
    """Calls of re or regex that are not the value of a global."""
    tree = ast.parse(file.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    for node in dict.fromkeys(one for function in functions for one in ast.walk(function)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Name) and of.id in ("re", "regex") and node.func.attr != "escape":
                yield node


@pytest.mark.parametrize("file", sorted(SOURCES.rglob("*.py")), ids=lambda file: file.stem)
def test_a_pattern_is_a_global_of_its_module(file):
    module = ".".join(("mailproc", *file.relative_to(SOURCES).with_suffix("").parts))
    found = [f"line {call.lineno}: {ast.unparse(call)[:80]}" for call in _inner_calls(file)]
    assert not found or module.startswith(tuple(MADE_IN_FUNCTIONS)), (
        f"{file}: compile it as a global, so that it is tried"
    )
