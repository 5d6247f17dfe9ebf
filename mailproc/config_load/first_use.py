"""Names that may be used once: where the first of them stands."""

from collections.abc import Hashable

from mailproc.config_load.problem import Loc


class FirstUse:
    """Remembers who uses a name first, in the order of the file."""

    def __init__(self) -> None:
        self._first: dict[Hashable, Loc] = {}

    def before(self, name: Hashable, loc: Loc) -> Loc:
        """Where the name was used before; () where this is its first use."""
        first = self._first.setdefault(name, loc)
        return () if first is loc else first
