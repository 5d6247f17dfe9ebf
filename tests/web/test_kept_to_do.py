"""The page "To do" is made once for a state of the store, and never shown older than that."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailproc.office.desk import kept_to_do, row_acts, to_do
from mailproc.office.desk.kept_to_do import KeptToDo
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.queries import possible_actions
from tests.support.world import World


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Grows by one with each page that is made in earnest."""
    count: list[int] = []
    real = to_do.page

    def page(connection, context, kept):
        count.append(1)
        return real(connection, context, kept)

    monkeypatch.setattr(to_do, "page", page)
    yield count


def test_fifty_desks_share_one_page(house: World, made: list[int]) -> None:
    house.place()
    kept = KeptToDo(house.app.store, house.app.context)
    with ThreadPoolExecutor(8) as desks:
        pages = list(desks.map(lambda _: kept.page(), range(50)))
    assert len(made) == 1 and len(set(map(id, pages))) == 1


def test_each_change_is_seen_at_once(house: World, made: list[int]) -> None:
    kept = KeptToDo(house.app.store, house.app.context)
    totals = [kept.page().total]
    for _ in range(3):
        house.place()
        totals.append(kept.page().total)
    house.hear("B1-1 NOT")
    totals.append(kept.page().total)
    assert len(set(totals)) == len(totals) == len(made)


def test_another_day_is_another_page(house: World, made: list[int]) -> None:
    kept = KeptToDo(house.app.store, house.app.context)
    kept.page()
    house.later(days=1)
    kept.page()
    assert len(made) == 2


def test_what_no_change_of_the_store_tells_is_looked_at_again(
    house: World, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptToDo(house.app.store, house.app.context)
    kept.page()
    monkeypatch.setattr(kept_to_do, "LONGEST", 0.0)
    kept.page()
    assert len(made) == 2


def test_who_looks_whether_it_is_still_so_shares_it_too(house: World, made: list[int]) -> None:
    house.place()
    office = StaffDesk(house.app.store, house.app.context)
    mark = office.news.to_do(office.to_do(), office.just_done())
    assert office.news.marks(["todo"]) == {"todo": mark} and len(made) == 1
    house.hear("B1-1 NOT")
    assert office.news.marks(["todo"]) != {"todo": mark} and len(made) == 2


def test_the_acts_of_rows_are_found_once_until_something_happens_to_them(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ordered(*(f"TXC{at}-1 S LOAN\nBook {at}" for at in (1, 2, 3)))
    looks: list[str] = []
    choice = possible_actions.choice
    monkeypatch.setattr(
        possible_actions,
        "choice",
        lambda link, row, *more: looks.append(f"L{row.request_id}") or choice(link, row, *more),
    )
    kept = KeptToDo(house.app.store, house.app.context)
    acts = [row.act for row in kept.page().groups[0].rows]
    assert looks == ["L1", "L2", "L3"] and None not in acts
    looks.clear()
    house.act("L2", "unfilled", reason="not-owned")
    assert [row.act for row in kept.page().groups[0].rows] == [acts[0], acts[2]] and looks == []
    monkeypatch.setattr(row_acts, "KEPT_SECONDS", -1.0)
    house.place()
    assert kept.page().groups[0].rows[0].act == acts[0] and looks == ["L1", "L3"]
