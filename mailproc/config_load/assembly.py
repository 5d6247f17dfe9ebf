"""A TOML text put together statement by statement, right or wrong: values, lines, what is wrong.

tomllib stops at the first mistake and says little of it. Here tomllib parses each statement alone. A wrong
one is mended where it is clear what was meant (``syntax_cures``), and its problem says how it is right. What
cannot be mended is left out and named in ``lost``. Linear in the length of the text.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailproc.config_load import syntax_cures
from mailproc.config_load.depth import is_deep
from mailproc.config_load.place import Place
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.statements import Statement, split
from mailproc.config_load.syntax_cures import Cure
from mailproc.config_load.toml_file import Repeats

_KEY = re.compile(
    r"""[ \t]*+((?:[\w-]+|"[^"]*"|'[^']*')(?:[ \t]*\.[ \t]*(?:[\w-]+|"[^"]*"|'[^']*'))*+)[ \t]*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


@dataclass
class Assembly:
    """``lines``: of each table and key, the first mention. ``lost``: keys whose value could not be read."""

    repeats: Repeats
    place: Callable[[Loc], Place]
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[ConfigProblem] = field(default_factory=list)
    lost: set[Loc] = field(default_factory=set)
    lost_table: bool = False
    _table: Loc = ()
    _keys: dict[str, Any] | None = None  # of the table that is open; None where it could not be opened
    _names: tuple[str, ...] = ()  # of the header that was read last
    _is_again: bool = False  # the open table stands there twice, which was said
    _opened: set[Loc] = field(default_factory=set)
    _early: set[Loc] = field(default_factory=set)  # repeated tables of which only inner tables came so far

    def read(self, text: str) -> None:
        """Add a whole text."""
        self._keys = self.data
        for statement in split(text):
            self._take(statement)
        self.lost |= {(*table, 0) for table in self._early}  # of which no entry came at all

    def _take(self, statement: Statement) -> None:
        if (parsed := parsed_alone(statement.text)) is not None:
            self._add(statement, parsed)
            return
        cure = syntax_cures.cure(statement, lambda key: self.place((*self._table, *key)), self.repeats)
        loc = cure.key if cure.is_table or not cure.key else (*self._table, *cure.key)
        self.problems.append(ConfigProblem(loc, cure.words, line=statement.line))
        for each in split(cure.text, statement.line):
            if (parsed := parsed_alone(each.text)) is not None:
                self._add(each, parsed)
        if not cure.text:
            self._lose(cure)

    def _lose(self, cure: Cure) -> None:
        if cure.is_table:
            self._keys, self.lost_table = None, True
        elif cure.key:
            self.lost.add((*self._table, *cure.key))

    def _add(self, statement: Statement, parsed: Mapping[str, Any]) -> None:
        if is_deep(parsed):
            self.problems.append(ConfigProblem((), "holds too much in too much else", line=statement.line))
            self.lost_table = True
            self._keys = None if statement.is_header else self._keys
        elif statement.is_header:
            self._open(*_names(parsed), statement.line)
        elif self._keys is not None and parsed:
            self._assign(self._keys, parsed, statement)

    def _open(self, names: Sequence[str], doubled: bool, line: int) -> None:
        self._is_again, self._keys = False, self.data
        self._table, self._names = (), tuple(names)
        for name in names[:-1]:
            if self._keys is not None:
                self._keys = self._enter(self._keys, name, line)
        if self._keys is None:
            return
        wanted = self.repeats((*self._table, names[-1]))
        if wanted is not None and wanted != doubled:
            name = ".".join(names)
            words = (
                f"there may be several: write [[{name}]]" if wanted else f"there is only one: write [{name}]"
            )
            self.problems.append(ConfigProblem(self._names, words, line=line))
        begin = self._append if (doubled if wanted is None else wanted) else self._begin
        self._keys = begin(self._keys, names[-1], line)

    def _enter(self, keys: dict[str, Any], name: str, line: int) -> dict[str, Any] | None:
        """One table further in; of a repeated one its latest entry. None where something else is there."""
        self._table = (*self._table, name)
        if name not in keys and self.repeats(self._table):
            keys[name] = [{}]
            self._early.add(self._table)
            words = f"stands before its [[{name}]]: move it below the [[{name}]] to which it belongs"
            self.problems.append(ConfigProblem(self._names, words, line=line))
        inside = keys.setdefault(name, {})
        if isinstance(inside, list):
            self._table = (*self._table, len(inside) - 1)
            inside = inside[-1] if inside else None
        if isinstance(inside, dict):
            return inside
        self._twice(self._names, line)
        return None

    def _append(self, keys: dict[str, Any], name: str, line: int) -> dict[str, Any] | None:
        table = (*self._table, name)
        entries = keys.setdefault(name, [])
        if not isinstance(entries, list) or (entries and not isinstance(entries[-1], dict)):
            self._twice(self._names, line)  # a key has this name
            return None
        if table in self._early:
            self._early.remove(table)
        else:
            entries.append({})
        self._table = (*table, len(entries) - 1)
        self._mention(table, line)
        self._mention(self._table, line)
        entry: dict[str, Any] = entries[-1]
        return entry

    def _begin(self, keys: dict[str, Any], name: str, line: int) -> dict[str, Any] | None:
        self._table = (*self._table, name)
        inside = keys.setdefault(name, {})
        if not isinstance(inside, dict):
            self._twice(self._names, line)  # a key has this name
            return None
        if self._table in self._opened:
            self._is_again = True
            self._twice(self._table, line)
        self._opened.add(self._table)
        self._mention(self._table, line)
        return inside

    def _assign(self, keys: dict[str, Any], parsed: Mapping[str, Any], statement: Statement) -> None:
        parts, value = _key_and_value(statement.text, parsed)
        inside: Any = keys
        for part in parts[:-1]:
            inside = inside.setdefault(part, {}) if isinstance(inside, dict) else None
        loc = (*self._table, *parts)
        if not isinstance(inside, dict) or parts[-1] in inside:
            if not self._is_again:
                self._twice(loc, statement.line)
            return
        inside[parts[-1]] = value
        self._mention(loc, statement.line)

    def _mention(self, loc: Loc, line: int) -> None:
        self.lines.setdefault(loc, line)

    def _twice(self, loc: Loc, line: int) -> None:
        first = f"; the first is in line {self.lines[loc]}" if loc in self.lines else ""
        what = ": write the keys of both below one" if loc in self._opened else ""
        self.problems.append(ConfigProblem(loc, f"stands there twice{first}{what}", line=line))


def parsed_alone(text: str) -> dict[str, Any] | None:
    """What one statement says by itself; None where it is no TOML."""
    try:
        return tomllib.loads(text)
    except (
        ValueError,
        RecursionError,
    ):  # the latter for lists in lists in lists
        return None


def _names(parsed: Mapping[str, Any]) -> tuple[list[str], bool]:
    """The names of a header, and whether it has two brackets."""
    names, inside = [], parsed
    while inside:
        name, within = next(iter(inside.items()))
        names.append(name)
        if isinstance(within, list):
            return names, True
        inside = within
    return names, False


def _key_and_value(text: str, parsed: Mapping[str, Any]) -> tuple[list[str], Any]:
    """The parts of a dotted key, and its value."""
    written = _KEY.match(text)
    parts = [part.strip("\"'") for part in _PART.findall(written[1])] if written else []
    inside: Any = parsed
    for part in parts:
        if not isinstance(inside, Mapping) or part not in inside:
            return list(parsed)[:1], next(iter(parsed.values()))
        inside = inside[part]
    return (parts, inside) if parts else (list(parsed)[:1], next(iter(parsed.values())))
