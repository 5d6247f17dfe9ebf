"""What is wrong in a configuration file, and how it is said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mailproc.errors import Misconfigured, Setting

Loc = tuple[str | int, ...]
"""Where a key stands: ("mailbox", 0, "poll"); lists are counted from 0."""

MOST_TOLD = 100
"""Problems that one error lists."""
MOST_SHOWN = 120
"""Characters of a value or a name that are shown."""
HIDDEN = object()
"""The value of a problem that must not be shown, or that has nothing to show."""


@dataclass(frozen=True)
class ConfigProblem:
    """One thing to put right. ``text`` says what is allowed and never holds a secret.

    ``first``: of what stands there twice, where the first is. ``line``: 0 where ``loc`` tells it. ``meant``:
    the value that was probably meant, HIDDEN where that is not known.
    """

    loc: Loc
    text: str
    value: object = HIDDEN
    first: Loc = ()
    line: int = 0
    meant: object = HIDDEN


def shown(value: object) -> str:
    """A value as it is written in TOML; tables and lists are not written out, they may hold anything."""
    if value is HIDDEN or isinstance(value, dict | list | tuple):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"'[:MOST_SHOWN] if isinstance(value, str) else str(value)[:MOST_SHOWN]


def key_name(loc: Loc, data: Mapping[str, Any]) -> str:
    """``mailbox[intray].poll``: an entry of a list is named by its name or symbol, else counted from 1."""
    name, inside = "", data
    for part in loc:
        inside = _entry(inside, part)
        if isinstance(part, int):
            name += f"[{_label(inside) or part + 1}]"
        else:
            name += f".{part}" if name else part
    return name


def _entry(inside: Any, part: str | int) -> Any:
    try:
        return inside[part]
    except (KeyError, IndexError, TypeError):
        return {}


def _label(entry: Any) -> str:
    if not isinstance(entry, dict):
        return ""
    label = entry.get("name") if "symbol" not in entry else entry["symbol"]
    return label if isinstance(label, str) else ""


@dataclass(frozen=True)
class ConfigSource:
    """The file that the problems are in: its path, what it holds, and on which line each key stands.

    ``find_lines`` is called where a line is asked for. ``written``: how a location is really written whose
    last part is misspelt. ``mask`` takes a sentence and hides what may
    be a secret that was written wrongly.
    """

    path: Path
    data: Mapping[str, Any]
    find_lines: Callable[[], Mapping[Loc, int]]
    written: Mapping[Loc, Loc] = field(default_factory=dict)
    mask: Callable[[str], str] = str

    @cached_property
    def lines(self) -> Mapping[Loc, int]:
        return self.find_lines()

    def line(self, loc: Loc) -> int:
        """The key's line, else that of the nearest table around it, else line 1; 0 where there is no file."""
        loc = self._as_written(loc)
        around = (self.lines[loc[:n]] for n in range(len(loc), 0, -1) if loc[:n] in self.lines)
        return next(around, 1 if self.lines else 0)

    def _as_written(self, loc: Loc) -> Loc:
        found: Loc = ()
        for n, part in enumerate(loc, start=1):
            found = self.written.get(loc[:n], (*found, part))
        return found


def misconfigured(source: ConfigSource, problems: Sequence[ConfigProblem]) -> Misconfigured:
    """One error for all problems; its ``setting`` is the first one's."""
    found = sorted(problems, key=lambda problem: _line(source, problem))
    told = [source.mask(_sentence(source, problem)) for problem in found[:MOST_TOLD]]
    first = found[0]
    name, value = source.mask(key_name(first.loc, source.data)), source.mask(shown(first.value))
    setting = Setting(name, str(source.path), value.strip('"'))
    if len(told) == 1:
        return Misconfigured(f"{source.path}, {told[0]}", setting)
    if len(found) > MOST_TOLD:
        told.append(f"and {len(found) - MOST_TOLD} more")
    listed = "\n".join(f"  {sentence}" for sentence in told)
    return Misconfigured(f"{source.path} has {len(found)} problems:\n{listed}", setting)


def _line(source: ConfigSource, problem: ConfigProblem) -> int:
    return problem.line or source.line(problem.loc)


def _sentence(source: ConfigSource, problem: ConfigProblem) -> str:
    return "".join(_pieces(source, problem))


def _pieces(source: ConfigSource, problem: ConfigProblem) -> Iterator[str]:
    if line := _line(source, problem):
        yield f"line {line}: "
    if name := key_name(problem.loc, source.data):
        value = shown(problem.value)
        yield f"{name[:MOST_SHOWN]} = {value}: " if value else f"{name[:MOST_SHOWN]}: "
    yield problem.text
    if problem.first:
        yield f"; the first is in line {source.line(problem.first)}"
