"""Put the secrets of a configuration that was read again into the one that is in use.

Everybody holds sections of the one in use and asks them for a secret when it is needed, so a secret is
replaced in its place. Nothing else of a section ever changes. So where something else of it differs, or of
the partner that it is part of, its secrets stay too: a new password must not go to the old host.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from mailproc.config import Account, Config, Hook, Mailbox, Partner, Section


@dataclass(frozen=True)
class NewSecrets:
    """Keys of secrets that differ, as "mailbox[intray].password". ``left``: they wait for the next start."""

    taken: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def take(used: Config, fresh: Config) -> NewSecrets:
    """Replace what differs, and say what. No values.

    Entries of a list are the same where their names are.
    """
    found = NewSecrets()
    for section, key, new, name, is_same in _different(used, fresh, "", True):
        if is_same:
            vars(section)[key] = new  # a section is frozen for all others
        (found.taken if is_same else found.left).append(name.lstrip("."))
    return found


_Different = Iterator[tuple[Section, str, SecretStr, str, bool]]
"""The section in use, the key, its new secret, the name, and whether all else of the section is the same."""


def _different(used: Section, fresh: Section, name: str, is_same: bool) -> _Different:
    is_same = is_same and _plain(used) == _plain(fresh)
    for key in type(used).model_fields:
        old, new = getattr(used, key), getattr(fresh, key)
        if isinstance(old, SecretStr) and isinstance(new, SecretStr):
            if old != new:
                yield used, key, new, f"{name}.{key}", is_same
        elif isinstance(old, Section) and isinstance(new, Section):
            yield from _different(old, new, f"{name}.{key}", is_same)
        elif isinstance(old, tuple):
            yield from _entries(old, new, f"{name}.{key}", is_same)


def _plain(section: Section) -> dict[str, Any]:
    """What of a section is neither a secret nor a section. A secret that came or went counts too."""
    values = {key: getattr(section, key) for key in type(section).model_fields if key != "file"}
    return {
        key: "" if isinstance(value, SecretStr) else value
        for key, value in values.items()
        if not isinstance(value, Section) and not (isinstance(value, tuple) and _has_sections(value))
    }


def _has_sections(values: tuple[Any, ...]) -> bool:
    return any(isinstance(one, Section) for one in values)


def _entries(old: tuple[Any, ...], new: tuple[Any, ...], name: str, is_same: bool) -> _Different:
    by_label = {_label(one): one for one in new if isinstance(one, Section)}
    for one in old:
        if isinstance(one, Section) and (same := by_label.get(_label(one))) is not None:
            yield from _different(one, same, f"{name}[{_label(one)}]", is_same)


def _label(entry: Section) -> str:
    match entry:
        case Mailbox() | Hook():
            return entry.name
        case Partner():
            return entry.symbol
        case Account():
            return f"{entry.customer_code} {entry.direction}"
        case _:
            return ""
