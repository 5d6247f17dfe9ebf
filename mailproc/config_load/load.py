"""Reads config.toml. Everything that is wrong is said at once, each once, and a secret's value never."""

import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mailproc.config import Config
from mailproc.config_load import alternatives, names, rules, schema, secret, toml_file, types
from mailproc.config_load.consequences import ToldProblems, once
from mailproc.config_load.letter_layout import with_plain_orders
from mailproc.config_load.problem import HIDDEN, ConfigProblem, ConfigSource, Loc, misconfigured
from mailproc.config_load.toml_file import CONFIGURATION, TomlFile

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
    file = toml_file.examine(path.absolute(), ABSENT, CONFIGURATION)
    found = _checked(file, further, secrets_needed)
    if found.config is None or found.problems:
        raise misconfigured(found.source, found.problems)
    return _complete(found.config)


def secret_files(config: Config) -> list[Path]:
    """The files in which its secrets stand; none where the configuration cannot be read any more."""
    try:
        data = tomllib.loads(config.file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return []
    return secret.files(data, config.file.parent)


@dataclass(frozen=True)
class _Checked:
    config: Config | None
    source: ConfigSource
    problems: list[ConfigProblem]


def _checked(file: TomlFile, further: Rules, secrets_needed: bool) -> _Checked:
    """In the order: what is no TOML, unknown names, secrets, types, and rules between keys."""
    source, problems = file.source, list(file.problems)
    left_out = set[str]()
    config, hidden, wrong = _valid(source, source.data, secrets_needed)
    if any(map(types.is_unknown, wrong)):
        found = names.renamed(source.data)
        problems += found.problems
        left_out = found.left_out
        source = replace(source, data=found.data, written=found.written)
        config, hidden, wrong = _valid(source, source.data, secrets_needed)
    if wrong:
        config, _, _ = _valid(source, types.mended(source.data, wrong), secrets_needed)
    problems += _new([*hidden, *wrong], file)
    if config is not None and not file.lost_table:
        unmended = {types.key_of(one.loc) for one in wrong if one.meant is HIDDEN or types.is_missing(one)}
        broken = (*rules.problems(config), *further(config))

        def ask(key: Loc, value: object) -> Iterable[ConfigProblem]:
            others = [one for one in wrong if types.key_of(one.loc) != key]
            data = types.mended(source.data, [*others, ConfigProblem(key, "", meant=value)])
            config, _, _ = _valid(source, data, secrets_needed)
            return (*rules.problems(config), *further(config)) if config is not None else ()

        certain = alternatives.certain(sorted(unmended, key=str), broken, ask) if broken else {}
        locs = [one.loc for one in problems]
        told = ToldProblems(locs, file.lost | unmended, left_out, _in_whole_tables(certain, file.lost))
        problems += once(one for one in broken if not told.explain(one))
    return _Checked(config, source, problems)


def _new(wrong: Iterable[ConfigProblem], file: TomlFile) -> Iterator[ConfigProblem]:
    """What is no consequence of a statement of which something was said, or of a table that was lost."""
    keys = {one.loc for one in file.problems if one.loc and not schema.section_at(one.loc)} | file.lost
    tables = {one.loc for one in file.problems if schema.section_at(one.loc)}
    for one in wrong:
        around = (one.loc[:n] for n in range(1, len(one.loc) + 1))
        follows = one.loc in tables or not keys.isdisjoint(around)
        if not follows and not (file.lost_table and types.is_missing(one)):
            yield one


def _valid(
    source: ConfigSource, data: Mapping[str, Any], secrets_needed: bool
) -> tuple[Config | None, list[ConfigProblem], list[ConfigProblem]]:
    """The configuration, and what is wrong with its secrets and with its types."""
    filled, hidden = secret.put_in(data, source.path.parent, needed=secrets_needed)
    stray = [ConfigProblem(("file",), "extra_forbidden")] if "file" in data else []
    config, wrong = types.validate(with_plain_orders(filled) | {"file": str(source.path)})
    return config, hidden, [*stray, *wrong]


def _complete(config: Config) -> Config:
    """What follows from other keys: staff letters go to the library's address unless told otherwise."""
    library = config.library.model_copy(update={"staff": config.library.staff or config.library.email})
    return config.model_copy(update={"library": library})


def _in_whole_tables(
    certain: Mapping[Loc, Collection[alternatives.Said]], lost: Collection[Loc]
) -> Mapping[Loc, Collection[alternatives.Said]]:
    """Leave out tables of which a key could not be read: nobody knows what it was to hold."""
    broken = {loc[:-1] for loc in lost}
    return {table: said for table, said in certain.items() if table not in broken}
