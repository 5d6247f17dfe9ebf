"""Problems that are there whatever a key was meant to hold that holds something wrong.

A rule about a table looks at values that are not known there: "timeout = 0" was meant to be some number. So
the rules are asked once more with each value that the key may have. What they say each time does not follow
from the wrong one, and is told together with it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from mailproc.config_age import Age
from mailproc.config_load import schema
from mailproc.config_load.problem import ConfigProblem, Loc

MOST = 200
"""Questions to the rules, of a few milliseconds each."""
MOST_UNSURE = 60
"""Keys; of a file with more that are wrong nothing is asked."""
Said = tuple[Loc, str]
"""A problem, however often it is found."""


def certain(
    unsure: Collection[Loc],
    found: Collection[ConfigProblem],
    ask: Callable[[Loc, Any], Iterable[ConfigProblem]],
) -> Mapping[Loc, Collection[Said]]:
    """Return, by table, which of ``found`` are there whatever its ``unsure`` keys were meant to hold.

    ``ask``: the rules, with another value of one key. A table is left out if nobody can say what one of its
    keys may hold.
    """
    tables: dict[Loc, set[Said]] = {}
    left = MOST if len(unsure) <= MOST_UNSURE else 0
    for key in unsure:
        values = candidates(key)[:left]
        left -= len(values)
        said = {said_of(one) for one in found} if values else set()
        for value in values:
            said &= {said_of(one) for one in ask(key, value)}
        tables[key[:-1]] = said & tables.get(key[:-1], said)
    return tables


def said_of(problem: ConfigProblem) -> Said:
    return problem.loc, problem.text


def candidates(loc: Loc) -> tuple[Any, ...]:
    """Return values that a key may hold, from one end to the other; () where nobody can say."""
    field = schema.field_at(loc)
    if field is None:
        return ()
    annotation = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        annotation = get_args(annotation)[0]
    if annotation in (int, float):
        return tuple(_bounds(field.metadata))
    return _of_kind(annotation)


def _of_kind(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(one.value for one in annotation)
    if get_origin(annotation) is tuple:
        return ([], *([one] for one in _of_kind(get_args(annotation)[0])))
    known: Mapping[Any, tuple[Any, ...]] = {bool: (True, False), str: ("", "missing"), Age: (0, 36_500)}
    return known.get(annotation, ())


def _bounds(metadata: Iterable[Any]) -> Iterator[float]:
    """Give the least and the greatest number, as far as they are said."""
    for one in metadata:
        for name, step in (("ge", 0), ("gt", 1), ("le", 0)):
            if (bound := getattr(one, name, None)) is not None:
                yield bound + step
