"""A list that shows a part says so: to people in its last line, to programs in each entry."""

from collections.abc import Callable

from mailproc.cli import output
from mailproc.notices.language import Language
from mailproc.office.queries.counted import Counted


def count(listed: int, limit: int, there_are: Callable[[], Counted]) -> Counted:
    """How many entries there are; they are counted only where the list may have been cut."""
    return there_are() if listed >= limit else Counted(listed)


def tell(listed: int, count: Counted, language: Language) -> None:
    """Of how many it is a part, and how to see the others; nothing where it is whole."""
    if not count.whole:
        output.line(language.label("list", "part_of_more", shown=listed, count=count.number))
    elif count.number > listed:
        output.line(language.label("list", "part", shown=listed, count=count.number))


def left_out(listed: int, count: Counted) -> dict[str, int]:
    """How many entries the list leaves out, at the least; the list itself stays a list."""
    return {"left_out": max(0, count.number - listed)}
