"""A TOML file as it stands: values, lines, and all that is wrong with it. For config.toml and languages."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailproc import private
from mailproc.config_load import encoding, place, schema
from mailproc.config_load.depth import is_deep
from mailproc.config_load.misplaced_secrets import mask_of
from mailproc.config_load.place import Place
from mailproc.config_load.problem import ConfigProblem, ConfigSource, Loc, misconfigured
from mailproc.errors import Misconfigured, Setting

if TYPE_CHECKING:
    from mailproc.config_load.assembly import Assembly

Repeats = Callable[[Loc], bool | None]
"""Is the table of this name written [[name]]? None where that is not known."""


@dataclass(frozen=True)
class Kinds:
    """What is known of a kind of file: which tables repeat, what stands where, and whether secrets may."""

    repeats: Repeats = lambda _: None
    place: Callable[[Loc], Place] = lambda _: place.ANY
    secrets: bool = False


CONFIGURATION = Kinds(schema.repeats, place.of, secrets=True)


@dataclass(frozen=True)
class TomlFile:
    """``lost``: the keys that could not be read, ``lost_table``: a whole table could not."""

    source: ConfigSource
    problems: list[ConfigProblem]
    lost: frozenset[Loc] = frozenset()
    lost_table: bool = False


def read(path: Path) -> ConfigSource:
    """The file read, of which nothing but TOML is known. Raises Misconfigured that says all that is wrong."""
    found = examine(path, "there is no such file", Kinds())
    if found.problems:
        raise misconfigured(found.source, found.problems)
    return found.source


def examine(path: Path, absent: str, kinds: Kinds) -> TomlFile:
    """As much of the file as can be read, and what is wrong. Raises Misconfigured where nothing can be."""
    text, wrong = encoding.decoded(_octets(path, absent))
    mask = mask_of(text) if kinds.secrets else str
    data = _values(text)
    if data is not None and not wrong and not is_deep(data) and not _misshapen(data, (), kinds.repeats):
        return TomlFile(ConfigSource(path, data, lambda: assembled(text, kinds).lines, mask=mask), [])
    found = assembled(text, kinds)
    source = ConfigSource(path, found.data, lambda: found.lines, mask=mask)
    problems = [*wrong, *found.problems]
    if not problems:
        problems = [_as_tomllib_says(text)]
    return TomlFile(source, problems, frozenset(found.lost), found.lost_table)


def lines_of(text: str, kinds: Kinds = CONFIGURATION) -> Mapping[Loc, int]:
    """Lines counted from 1 by location; of what stands there twice the first."""
    return assembled(text, kinds).lines


def _octets(path: Path, absent: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        reason = absent
    except PermissionError:
        reason = (
            f"it cannot be read: {private.belongs(path)}. As the service's user: sudo -u mailproc mailproc …"
        )
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
    raise Misconfigured(f"{path}: {reason}", Setting("", str(path)))


def _values(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def assembled(text: str, kinds: Kinds) -> "Assembly":
    """The text put together statement by statement."""
    from mailproc.config_load.assembly import Assembly  # here: a right file needs it not

    found = Assembly(kinds.repeats, kinds.place)
    found.read(text)
    return found


def _misshapen(data: Mapping[str, Any], loc: Loc, repeats: Repeats) -> bool:
    """Is a table there once that repeats, or the other way round? TOML itself allows both."""
    for key, value in data.items():
        here = (*loc, key)
        entries = value if isinstance(value, list) else [value]
        tables = [one for one in entries if isinstance(one, dict)]
        wanted = repeats(here) if tables else None
        if wanted is not None and wanted != isinstance(value, list):
            return True
        if any(_misshapen(one, here, repeats) for one in tables):
            return True
    return False


def _as_tomllib_says(text: str) -> ConfigProblem:
    """For a mistake that lies in no statement alone, and that nothing here knows."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        return ConfigProblem((), f"is not valid TOML: {str(error).partition(' (at ')[0]}", line=line)
    except (ValueError, RecursionError):
        pass
    return ConfigProblem((), "is not valid TOML", line=1)
