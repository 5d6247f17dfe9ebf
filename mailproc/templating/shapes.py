"""The shape of a contract's name, as far as a check needs it before anything is rendered."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailproc.templating.contract import fields_of


@dataclass(frozen=True)
class Plain:
    """Text or a number: it can be printed."""


@dataclass(frozen=True)
class Flag:
    """Yes or no: it can be tested, not printed ("True" is not a word for people)."""


@dataclass(frozen=True)
class Unknown:
    """Something already reported: no second report."""


@dataclass(frozen=True)
class Record:
    """A group of names: ``patron.name``."""

    fields: Mapping[str, "Shape"]


@dataclass(frozen=True)
class Many:
    """A list: loop over it with ``{% for %}``."""

    of: "Shape"


Shape = Plain | Flag | Unknown | Record | Many


def shape_of(context: Any) -> Record:
    """Return the names of a contract's context, nested ones included."""
    return Record({name: _shape(told.sample) for name, told in fields_of(context).items()})


def _shape(sample: Any) -> Shape:
    if isinstance(sample, bool):
        return Flag()
    if isinstance(sample, tuple):
        return Many(_shape(sample[0]))
    return shape_of(type(sample)) if dataclasses.is_dataclass(sample) else Plain()


LOOP = Record(
    {name: Plain() for name in ("index", "index0", "revindex", "revindex0", "length")}
    | {name: Flag() for name in ("first", "last")}
)
"""The shape of ``loop`` inside a ``{% for %}``."""
