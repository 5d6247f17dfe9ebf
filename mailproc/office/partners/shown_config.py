"""What config.toml says of a partner, key by key, as it may be shown: never a secret."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr

from mailproc.config import Partner

HIDDEN = ("hash",)
"""Keys whose values are shown to nobody, beside what is a secret anyway."""


def lines(partner: Partner) -> list[tuple[str, str]]:
    """Return each key that is set ("artemail.prefix") with its value, '' for one that is not shown."""
    return list(_lines(partner, ""))


def _lines(section: BaseModel, above: str) -> Iterator[tuple[str, str]]:
    for name in type(section).model_fields:
        if name in section.model_fields_set:
            yield from _line(f"{above}{name}", getattr(section, name))


def _line(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, SecretStr) or key.rpartition(".")[2] in HIDDEN:
        yield key, ""
    elif isinstance(value, BaseModel):
        yield from _lines(value, f"{key}.")
    elif isinstance(value, tuple | list) and any(isinstance(one, BaseModel) for one in value):
        for place, one in enumerate(value, 1):
            yield from _line(f"{key}[{place}]", one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _line(f"{key}.{name}", one)
    elif isinstance(value, tuple | list):
        yield key, ", ".join(map(str, value))
    else:
        yield key, str(value).lower() if isinstance(value, bool) else str(value)
