"""The names that a text may use, nested ones included, as a flat list for whoever writes it."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailproc.templating.contract import fields_of


@dataclass(frozen=True)
class KnownName:
    """``name`` with dots, ``orders[].number`` for each element of a list. ``sample``: a text, a number, a yes
    or no, a tuple of them; None of what only holds other names."""

    name: str
    help: str
    optional: bool
    sample: Any
    is_list: bool


def known_names(context: Any, prefix: str = "") -> Iterator[KnownName]:
    """Yield the names of a contract's context, each group before what is in it."""
    for name, told in fields_of(context).items():
        whole = f"{prefix}{name}"
        inner = _inner(told.sample)
        sample = None if inner is not None else told.sample
        yield KnownName(whole, told.help, told.optional, sample, isinstance(told.sample, tuple))
        if inner is not None:
            yield from known_names(inner, f"{whole}[]." if isinstance(told.sample, tuple) else f"{whole}.")


def _inner(sample: Any) -> type | None:
    """Return the context that is nested here; None if there is none."""
    one = sample[0] if isinstance(sample, tuple) else sample
    made: type = type(one)
    return made if dataclasses.is_dataclass(made) else None
