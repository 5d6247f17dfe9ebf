"""Secrets stand in the environment or in a file of their own, never in config.toml; a hash may."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mailproc.config import Config, MayStandHere, Section
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.schema import section_in

_HOW = 'write {key} = {{ env = "NAME" }} or {key} = {{ file = "/run/secrets/name" }}'


ABSENT = "(not-set)"
"""Stands for a secret that is not there where none is needed. Nothing is ever sent with it."""


@dataclass(frozen=True)
class _Vault:
    """Where secrets are looked for: relative file names start at ``base``."""

    base: Path
    needed: bool
    problems: list[ConfigProblem]
    files: list[Path] = field(default_factory=list)  # those that a secret was read from


def put_in(
    data: Mapping[str, Any], base: Path, *, needed: bool = True
) -> tuple[dict[str, Any], list[ConfigProblem]]:
    """A copy of ``data`` in which every secret is its value, and what is wrong with the rest.

    A secret that cannot be had becomes '', so that the other keys are still looked at; where
    secrets are not ``needed`` (staff look and act, the service sends) it becomes ABSENT.
    """
    vault = _Vault(base, needed, [])
    return _section(Config, data, (), vault), vault.problems


def files(data: Mapping[str, Any], base: Path) -> list[Path]:
    """The files in which secrets of ``data`` stand, each once."""
    vault = _Vault(base, needed=False, problems=[])
    _section(Config, data, (), vault)
    return list(dict.fromkeys(vault.files))


def secrets(config: Config) -> list[str]:
    """Every secret value of the configuration, for the mask of the log; no empty ones."""
    return sorted({value for value in _values(config) if value not in ("", ABSENT)})


def _values(section: Section) -> Iterator[str]:
    for key in type(section).model_fields:
        value = getattr(section, key)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, SecretStr):
                yield each.get_secret_value()
            elif isinstance(each, Section):
                yield from _values(each)


def _section(section: type[Section], data: Mapping[str, Any], loc: Loc, vault: _Vault) -> dict[str, Any]:
    return {key: _field(section, key, value, (*loc, key), vault) for key, value in data.items()}


def _field(section: type[Section], key: str, value: Any, loc: Loc, vault: _Vault) -> Any:
    known = section.model_fields.get(key)
    if known is None:
        return value
    if known.annotation is SecretStr:
        if isinstance(value, str) and any(isinstance(each, MayStandHere) for each in known.metadata):
            return value
        secret, wrong = _secret(value, vault)
        if wrong:
            vault.problems.append(ConfigProblem(loc, wrong.format(key=key)))
        return secret
    inner = section_in(known.annotation)
    if inner is None:
        return value
    if isinstance(value, dict):
        return _section(inner, value, loc, vault)
    if isinstance(value, list):
        return [
            _section(inner, each, (*loc, n), vault) if isinstance(each, dict) else each
            for n, each in enumerate(value)
        ]
    return value


def _secret(value: Any, vault: _Vault) -> tuple[str, str]:
    """The secret and '', or '' and what is wrong with how it is given."""
    match value:
        case {"env": str(name), **rest} if not rest:
            secret, absent = os.environ.get(name), f"the environment variable{_safe_name(name)} is not set"
        case {"file": str(name), **rest} if not rest:
            secret, why = _content(vault.base / name)
            absent = f"the file{_safe_path(name)} cannot be read: {why}"
            vault.files.append(vault.base / name)
        case _:
            return "", f"a secret is not written into this file: {_HOW}"
    if secret is None and not vault.needed:
        return ABSENT, ""
    return _checked(secret, absent)


def _checked(secret: str | None, absent: str) -> tuple[str, str]:
    if secret is None:
        return "", _literal(absent)
    if not secret:
        return "", f"the secret is empty; {_HOW}"
    if not secret.isprintable():
        return "", "the secret holds a line break or another control character"
    return secret, ""


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _safe_name(name: str) -> str:
    """The variable's name where it looks like one: somebody may have put the secret itself there."""
    return f" {name}" if re.fullmatch(r"[A-Z_][A-Z0-9_]*", name) else " named there"


def _safe_path(name: str) -> str:
    return f" {name}" if "/" in name and name.isprintable() else " named there"


def _content(path: Path) -> tuple[str | None, str]:
    """The file's text less the line end that editors leave behind; None and why where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r"), ""
    except FileNotFoundError:
        return None, "there is no such file (a path counts from the folder of config.toml)"
    except OSError as error:
        return None, error.strerror or type(error).__name__
    except UnicodeDecodeError:
        return None, "it is no text in UTF-8"
    except ValueError:
        return None, "no file can have this name"
