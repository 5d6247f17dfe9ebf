"""Problems that only follow from others, which were told: one mistake is told once."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from mailproc.config_load.alternatives import Said, said_of
from mailproc.config_load.problem import ConfigProblem, Loc

_WORD = re.compile(r"\w+")
NAME = "name"
"""No rule compares names of tables of two kinds, and the word stands in many texts."""
NONE: Mapping[Loc, Collection[Said]] = MappingProxyType({})


class ToldProblems:
    """What was told of a file.

    ``locs``: all of it. ``unsure``: keys that hold something else than was meant. ``left_out``: names that
    hold nothing. A rule about one of these stands in its table or deeper, or names it. ``certain``: by table,
    problems that are there all the same (``alternatives``).
    """

    def __init__(
        self,
        locs: Iterable[Loc],
        unsure: Collection[Loc],
        left_out: Iterable[str] = (),
        certain: Mapping[Loc, Collection[Said]] = NONE,
    ) -> None:
        self._locs = frozenset(locs)
        self._tables = frozenset(loc[:-1] for loc in unsure if len(loc) > 1)
        self._unsure = frozenset(unsure)
        self._left_out = frozenset(left_out)
        self._certain = certain

    def explain(self, problem: ConfigProblem) -> bool:
        """May the problem follow from what was told? It does not where it is known what was meant."""
        around = {problem.loc[:n] for n in range(1, len(problem.loc) + 1)}
        if not self._locs.isdisjoint(around):
            return True
        tables = self._tables & around
        if any(said_of(problem) not in self._certain.get(table, ()) for table in tables):
            return True
        others = (loc for loc in self._unsure if loc[:-1] not in tables and loc[-1] != NAME)
        names = {str(loc[-1]) for loc in others} | self._left_out
        return not names.isdisjoint((str(problem.loc[-1]), *_WORD.findall(problem.text)))


def once(found: Iterable[ConfigProblem]) -> Iterator[ConfigProblem]:
    """Report a table that is given twice once, and not again for each key in it."""
    doubled = set[Loc]()
    for one in found:
        if one.first and any(one.loc[:n] in doubled for n in range(len(one.loc))):
            continue
        if one.first and one.loc[-1] in ("symbol", "name"):
            doubled.add(one.loc[:-1])
        yield one
