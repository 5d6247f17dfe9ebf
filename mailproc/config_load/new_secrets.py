"""Put the secrets of a configuration that was read again into the one that is in use.

Everybody holds sections of the one in use and asks them for a secret when it is needed, so a secret is
replaced in its place. Nothing else of a section ever changes.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr

from mailproc.config import Account, Config, Mailbox, Partner, Section


def take(used: Config, fresh: Config) -> list[str]:
    """Replace what differs; return its keys, as ("mailbox[intray].password"). No values.

    Entries of a list are the same where their names are.
    """
    return [key.lstrip(".") for key in _taken(used, fresh, "")]


def _taken(used: Section, fresh: Section, name: str) -> Iterator[str]:
    for key in type(used).model_fields:
        old, new = getattr(used, key), getattr(fresh, key)
        if isinstance(old, SecretStr) and isinstance(new, SecretStr):
            if old != new:
                vars(used)[key] = new  # a section is frozen for all others
                yield f"{name}.{key}"
        elif isinstance(old, Section) and isinstance(new, Section):
            yield from _taken(old, new, f"{name}.{key}")
        elif isinstance(old, tuple):
            yield from _entries(old, new, f"{name}.{key}")


def _entries(old: tuple[Any, ...], new: tuple[Any, ...], name: str) -> Iterator[str]:
    by_label = {_label(one): one for one in new if isinstance(one, Section)}
    for one in old:
        if isinstance(one, Section) and (same := by_label.get(_label(one))) is not None:
            yield from _taken(one, same, f"{name}[{_label(one)}]")


def _label(entry: Section) -> str:
    match entry:
        case Mailbox():
            return entry.name
        case Partner():
            return entry.symbol
        case Account():
            return f"{entry.customer_code} {entry.direction}"
        case _:
            return ""
