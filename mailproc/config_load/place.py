"""What is known of the place of a key: what kind of value it takes, and whether its value may be shown."""

import re
from dataclasses import dataclass

from mailproc.config_load import schema
from mailproc.config_load.problem import Loc
from mailproc.config_load.schema import Kind

_SECRET = re.compile(r"pass|secret|token|hash|key\b|url", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    kind: Kind
    may_show: bool


ANY = Place("unknown", may_show=True)
"""Of a file that holds no secret."""


def of(loc: Loc) -> Place:
    """The place of a key of config.toml. An unknown key may be a misspelt password."""
    kind = schema.kind_of(loc)
    if loc and _SECRET.search(str(loc[-1])) and kind in ("unknown", "table"):
        kind = "secret"
    shown = kind in ("text", "number", "truth", "list")
    return Place(kind, shown and not may_hold_a_secret(loc))


def may_hold_a_secret(loc: Loc) -> bool:
    """A URL may: "https://user:password@host"."""
    return str(loc[-1]).endswith("url")
