"""A TOML file as it stands: its values, and on which line each key is. For config.toml and for languages."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailproc.config_load.key_lines import keys_of, lines_of
from mailproc.config_load.problem import ConfigProblem, ConfigSource, Loc, misconfigured
from mailproc.errors import Misconfigured, Setting


def read(path: Path, absent: str = "there is no such file") -> ConfigSource:
    """The file read. Raises Misconfigured that names it, and the line and key of what stands there twice."""
    text = _text(path, absent)
    return ConfigSource(path, _values(text, path), lines_of(text))


def _text(path: Path, absent: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reason = absent
    except UnicodeDecodeError as error:
        reason = f"this is not UTF-8 text (octet {error.start})"
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
    raise Misconfigured(f"{path}: {reason}", Setting("", str(path)))


def _values(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    # Outside the except block: the original error holds the whole text, a password perhaps among it.
    doubled = dict(_doubled(text)) if reason.startswith("Cannot ") else {}  # else its syntax is what is wrong
    if doubled:
        source = ConfigSource(path, {}, doubled)
        raise misconfigured(source, [ConfigProblem(loc, "stands there twice") for loc in doubled])
    raise Misconfigured(f"{path} is not valid TOML: {reason}", Setting("", str(path)))


def _doubled(text: str) -> Iterator[tuple[Loc, int]]:
    """Keys that stand there again, with the line of the second."""
    first = lines_of(text)
    yield from ((loc, line) for loc, line in keys_of(text) if first[loc] != line)
