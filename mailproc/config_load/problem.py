"""What is wrong in a configuration file, and how it is said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailproc.errors import Misconfigured, Setting

Loc = tuple[str | int, ...]
"""Where a key stands: ("mailbox", 0, "poll"); lists are counted from 0."""

HIDDEN = object()
"""The value of a problem that must not be shown, or that has nothing to show."""


@dataclass(frozen=True)
class ConfigProblem:
    """One thing to put right. ``text`` says what is allowed and never holds a secret."""

    loc: Loc
    text: str
    value: object = HIDDEN


def shown(value: object) -> str:
    """A value as it is written in TOML; tables and lists are not written out, they may hold anything."""
    if value is HIDDEN or isinstance(value, dict | list | tuple):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"'[:120] if isinstance(value, str) else str(value)[:120]


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
    """The file that the problems are in: its path, what it holds, and on which line each key stands."""

    path: Path
    data: Mapping[str, Any]
    lines: Mapping[Loc, int]

    def line(self, loc: Loc) -> int:
        """The key's line, else that of the nearest table around it, else 0."""
        return next((self.lines[loc[:n]] for n in range(len(loc), 0, -1) if loc[:n] in self.lines), 0)


def misconfigured(source: ConfigSource, problems: Sequence[ConfigProblem]) -> Misconfigured:
    """One error for all problems; its ``setting`` is the first one's."""
    told = [_sentence(source, problem) for problem in sorted(problems, key=lambda p: source.line(p.loc))]
    first = min(problems, key=lambda p: source.line(p.loc))
    setting = Setting(key_name(first.loc, source.data), str(source.path), shown(first.value).strip('"'))
    if len(told) == 1:
        return Misconfigured(f"{source.path}, {told[0]}", setting)
    listed = "\n".join(f"  {sentence}" for sentence in told)
    return Misconfigured(f"{source.path} has {len(told)} problems:\n{listed}", setting)


def _sentence(source: ConfigSource, problem: ConfigProblem) -> str:
    return "".join(_pieces(source, problem))


def _pieces(source: ConfigSource, problem: ConfigProblem) -> Iterator[str]:
    if line := source.line(problem.loc):
        yield f"line {line}: "
    yield key_name(problem.loc, source.data)
    if value := shown(problem.value):
        yield f" = {value}"
    yield f": {problem.text}"
