"""What the short form leaves out, so that the whole suite runs in minutes. REQUIRE_ALL=1 leaves nothing out,
and neither does who names a folder, a file or a test: what is left out is left out of the whole suite alone.
``-m "not long"`` asks for the short form of what is named.

* Of a table of costly rows, all but a sample: the same rows on every machine.
* Of the other stories of a file two of three, of a file in ``app`` every second test.
* Tests marked ``long``.
* After three of four stories, the costly part of what is checked after each one (``soundness.py``).
* Three of four examples of a property (also of one that is named).
* Upgrades of a store on PostgreSQL.
* Stories on PostgreSQL: they run on SQLite. These are left out of folders and files as well.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from zlib import crc32

import pytest

STORIES = ("flow", "flow_out", "office")
"""Folders of stories over the whole house, on both databases."""
ONE_OF = {"app": 2} | dict.fromkeys(STORIES, 3)
"""Of what is no table of a file in these folders one of so many is run."""
UPGRADES = {"test_migrate", "test_second_step"}
"""Files whose tests each make a database from its first step on."""
DEAREST = {*STORIES, "acceptance", "app", "cli", "two_offices"}
"""Here each row is a story, or starts the service and waits: of a table of nine rows or less one is run."""
COSTLY = {*DEAREST, "hooks", "practice", "store", "transport", "web"}
"""Here each row is a server or a store. Elsewhere a table is marked ``costly``."""
SHARE = 5
"""Of a table of costly rows every fifth row is run."""
FEW, LEAST = 4, 2
"""But all of four rows and less, and at least two of more."""
SHORT = "not long"
"""Who names a folder and says so asks for its short form."""
OFTEN = 4
"""After every fourth story all is checked."""


def everything() -> bool:
    return os.environ.get("REQUIRE_ALL") == "1"


def examples(full: int) -> int:
    """How many examples of a property this run tries."""
    return full if everything() else full // 4


def left_out(config: pytest.Config, items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The tests that this run leaves out."""
    if everything():
        return []
    found = {item for item in items if item.path.parent.name in STORIES and "postgresql" in item.name}
    if _is_whole(config):
        found |= {item for item in items if item.path.stem in UPGRADES and "postgresql" in item.name}
        found |= {item for item in items if item.get_closest_marker("long")}
        found |= set(_beyond_the_sample(item for item in items if item not in found))
    return [item for item in items if item in found]


def is_checked_whole(item: pytest.Item) -> bool:
    """Whether all is checked after this story."""
    return everything() or not _is_whole(item.config) or _shuffled(item) % OFTEN == 0


def _is_whole(config: pytest.Config) -> bool:
    if config.option.markexpr == SHORT:
        return not config.option.keyword
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return not named and not config.option.keyword and not config.option.markexpr


def _beyond_the_sample(items: Iterable[pytest.Item]) -> Iterable[pytest.Item]:
    tables: dict[tuple[str, bool], list[pytest.Item]] = defaultdict(list)
    files: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if "[" in item.name and _is_costly(item):
            on_server = "postgresql" in item.name and _folder(item) not in DEAREST
            tables[item.nodeid.partition("[")[0], on_server].append(item)
        elif _folder(item) in ONE_OF:
            tables[item.nodeid, False].append(item)
    for rows in tables.values():
        yield from sorted(rows, key=_shuffled)[_sample(rows) :]
        if len(rows) == 1 and _folder(rows[0]) in ONE_OF:
            files[rows[0].nodeid.partition("::")[0]] += rows
    for stories in files.values():
        yield from sorted(stories, key=_shuffled)[ceil(len(stories) / ONE_OF[_folder(stories[0])]) :]


def _sample(rows: Sequence[pytest.Item]) -> int:
    """How many of these rows are run."""
    if _folder(rows[0]) in DEAREST:
        return max(1, len(rows) // SHARE)
    return len(rows) if len(rows) <= FEW else max(LEAST, len(rows) // SHARE)


def _is_costly(item: pytest.Item) -> bool:
    return _folder(item) in COSTLY or item.get_closest_marker("costly") is not None


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath / "tests").parts[0]


def _shuffled(item: pytest.Item) -> int:
    """By its name alone. Every fifth in order would miss a whole column of a table of tables."""
    return crc32(item.name.encode())
