"""Reads config.toml. Everything that is wrong is said at once, and a secret's value never."""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mailproc.config import Config
from mailproc.config_load import rules, secret, types
from mailproc.config_load.key_lines import lines_of
from mailproc.config_load.problem import ConfigProblem, ConfigSource, misconfigured
from mailproc.errors import Misconfigured, Setting

Rules = Callable[[Config], Iterable[ConfigProblem]]
"""What must hold of a part of the configuration that other layers know: the protocols'."""


def load(path: Path, further: Rules, *, secrets_needed: bool = True) -> Config:
    """The configuration in this file; ``file`` is its absolute path, ``library.staff`` is filled in.

    Reads this file and the files its secrets name, and nothing else. ``further``: rules beside those of
    this package, said together with them. Staff need not have the secrets: without ``secrets_needed`` a
    missing one is no mistake. Raises Misconfigured that names key, file, line, value (never a secret's) and
    what is allowed.
    """
    path = path.absolute()
    text = _text(path)
    source = ConfigSource(path, _toml(text, path), lines_of(text))
    config, problems = _read(source, further, secrets_needed)
    if config is None or problems:
        raise misconfigured(source, problems)
    return _complete(config)


def secret_files(config: Config) -> list[Path]:
    """The files in which its secrets stand; none where the configuration cannot be read any more."""
    try:
        data = tomllib.loads(config.file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return []
    return secret.files(data, config.file.parent)


def _read(
    source: ConfigSource, further: Rules, secrets_needed: bool
) -> tuple[Config | None, list[ConfigProblem]]:
    stray = [types.unknown_key(("file",))] if "file" in source.data else []
    data = {key: value for key, value in source.data.items() if key != "file"}
    data, hidden = secret.put_in(data, source.path.parent, needed=secrets_needed)
    data["file"] = str(source.path)
    config, wrong = types.validate(data)
    problems = [*stray, *hidden, *wrong]
    if config is None and all(map(types.is_unknown, wrong)):
        config, _ = types.validate(types.without_unknown(data, wrong))
    if config is None:
        return None, problems
    known_bad = {problem.loc for problem in problems}
    broken = (*rules.problems(config), *further(config))
    return config, problems + [each for each in broken if each.loc not in known_bad]


def _complete(config: Config) -> Config:
    """What follows from other keys: staff letters go to the library's address unless told otherwise."""
    library = config.library.model_copy(update={"staff": config.library.staff or config.library.email})
    return config.model_copy(update={"library": library})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reason = "there is no such file; --config FILE or MAILPROC_CONFIG names another"
    except UnicodeDecodeError as error:
        reason = f"this is not UTF-8 text (octet {error.start})"
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
    raise Misconfigured(f"{path}: {reason}", Setting("", str(path)))


def _toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    # Outside the except block: the original error holds the whole text, a password perhaps among it.
    raise Misconfigured(f"{path} is not valid TOML: {reason}", Setting("", str(path)))
