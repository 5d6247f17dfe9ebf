"""Two hundred requests of ``make year``: what is checked at its end holds, and each check can fail."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from year import house, script
from year.story import Story, told
from year.verdict import CHECKS, judge

REQUESTS, SEED = 200, 1
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with house.opened(tmp_path_factory.mktemp("year")) as opened:
        year = told(opened, SEED, REQUESTS)
        year.run()
        yield year


def test_the_year_ends_well(story: Story) -> None:
    verdict = judge(story)
    assert verdict.is_good, "\n".join(verdict.lines())


def faults(story: Story, name: str) -> list[str]:
    """What the check finds now."""
    return [fault for known, find in CHECKS.items() if name in known for fault in find(story)]


def test_the_script_keeps_its_shares() -> None:
    found = script.counted(script.plays(SEED, 5_000, house.ROTAS))
    assert found == {
        script.Fate.FIRST: 4150,
        script.Fate.LATER: 400,
        script.Fate.CANCELLED: 120,
        script.Fate.EXPIRED: 15,
        script.Fate.UNFILLED: 315,
    }


BROKEN = {
    "over": ("request", "closed_at", "NULL"),
    "verify": ("transactions", "state", "'PENDING'"),
    "queue": ("outgoing", "state", "'prepared'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_checks_see_a_broken_store(story: Story, name: str) -> None:
    table, column, value = BROKEN[name]
    first = f"SELECT {column} FROM {table} WHERE id = 1"
    store = story.house.store
    with store.read() as connection:
        known = connection.execute(text(first)).scalar_one()
    broken = f"UPDATE {table} SET {column} = {value} WHERE id = 1"
    store.write(lambda connection: connection.execute(text(broken)))
    try:
        assert faults(story, name)
    finally:
        mended = text(f"UPDATE {table} SET {column} = :known WHERE id = 1")
        store.write(lambda connection: connection.execute(mended, {"known": known}))
    assert not faults(story, name)
