"""Reads config.toml. Everything that is wrong is said at once, and a secret's value never."""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

from mailproc.config import Config
from mailproc.config_load import rules, secret, toml_file, types
from mailproc.config_load.letter_layout import with_plain_orders
from mailproc.config_load.problem import ConfigProblem, ConfigSource, misconfigured

ABSENT = "there is no such file; --config FILE or MAILPROC_CONFIG names another"
Rules = Callable[[Config], Iterable[ConfigProblem]]
"""What must hold of a part of the configuration that other layers know: the protocols'."""


def load(path: Path, further: Rules, *, secrets_needed: bool = True) -> Config:
    """The configuration in this file; ``file`` is its absolute path, ``library.staff`` is filled in.

    Reads this file and the files its secrets name, and nothing else. ``further``: rules beside those of
    this package, said together with them. Staff need not have the secrets: without ``secrets_needed`` a
    missing one is no mistake. Raises Misconfigured that names key, file, line, value (never a secret's) and
    what is allowed.
    """
    source = toml_file.read(path.absolute(), ABSENT)
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
    data = with_plain_orders(data) | {"file": str(source.path)}
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
