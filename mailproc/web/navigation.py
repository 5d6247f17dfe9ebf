"""The links to the desk's pages that stand on each page: the daily ones in the bar, the others below."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailproc.web.letters_of_keys import letters

DAILY = (
    ("/", "to_do"),
    ("/requests", "requests"),
    ("/new", "new_request"),
    ("/reviews", "reviews"),
    ("/unplaced", "unplaced"),
    ("/letters", "letters"),
    ("/scan/receive", "scan"),
    ("/patrons", "patrons"),
)
OTHERS = (
    ("/slips", "slips"),
    ("/templates", "templates"),
    ("/partners", "partners"),
    ("/figures", "figures"),
    ("/service", "service"),
)
"""Address, and word of ``labels.desk``."""


@dataclass(frozen=True)
class NavigationLink:
    """``key``: the letter that leads there after g; '' if it has none. ``daily``: it stands in the bar."""

    address: str
    name: str
    key: str
    daily: bool


def links(words: Mapping[str, str]) -> tuple[NavigationLink, ...]:
    """Return all of them, in order."""
    pages = [*DAILY, *OTHERS]
    keys = letters(words[name] for _, name in pages)
    return tuple(
        NavigationLink(address, words[name], key, at < len(DAILY))
        for at, ((address, name), key) in enumerate(zip(pages, keys, strict=True))
    )
