"""Who is asked before whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.ill.rota_order import PossibleLender, ordered

MOST = 10
L = PossibleLender
ROWS: dict[str, tuple[list[PossibleLender], list[str], str]] = {
    "as it is listed": ([L("B", 1), L("A", 0)], [], "AB"),
    "a holder before one that is listed": ([L("A", 0), L("B", None, "union")], [], "BA"),
    "a copy that is there first": ([L("A", 0, "union", False), L("B", 1, "union")], [], "BA"),
    "lent out before unknown": ([L("A", 0), L("B", 1, "union", False)], [], "BA"),
    "the cheaper first": ([L("A", 0, cost=5), L("B", 1, cost=2)], ["cost"], "BA"),
    "a cost that is unknown last": ([L("A", 0), L("B", 1, cost=9)], ["cost"], "BA"),
    "what costs nothing first": ([L("A", 0, cost=1), L("B", 1, cost=0)], ["cost"], "BA"),
    "an unknown cost is not too dear": ([L("A", 0), L("B", 1, cost=11)], [], "AB"),
    "what is unknown last": ([L("A", 0), L("B", 1, days=9)], ["speed"], "BA"),
    "the faster first": ([L("A", 0, days=9), L("B", 1, days=2.5)], ["speed"], "BA"),
    "who has less to do first": ([L("A", 0, open=9), L("B", 1, open=2)], ["load"], "BA"),
    "cost before speed": (
        [L("A", 0, days=1, cost=2), L("B", 1, days=9, cost=1)], ["cost", "speed"], "BA",
    ),
    "who is full last": ([L("A", 0, "union", open=4, load=4), L("B", 1, open=9)], [], "BA"),
    "who is closed last": ([L("A", 0, "union", closed=True), L("B", 1)], [], "BA"),
    "too dear last": ([L("A", 0, "union", cost=11), L("B", 1)], [], "BA"),
    "closed before full": ([L("A", 0, open=1, load=1), L("B", 1, closed=True)], [], "BA"),
}  # fmt: skip


@pytest.mark.parametrize(("lenders", "by", "wanted"), ROWS.values(), ids=ROWS)
def test_who_comes_first(lenders: list[PossibleLender], by: list[str], wanted: str) -> None:
    assert "".join(one.symbol for one in ordered(lenders, by, MOST)) == wanted
    assert "".join(one.symbol for one in ordered(lenders[::-1], by, MOST)) == wanted


LENDERS = st.builds(
    PossibleLender,
    st.sampled_from("ABCDEF"),
    st.none() | st.integers(0, 9),
    st.sampled_from(["", "union"]),
    st.booleans(),
    st.none() | st.floats(0, 99),
    st.floats(0, 99),
    st.integers(0, 9),
    st.integers(0, 9),
    st.booleans(),
)


@given(st.lists(LENDERS, unique_by=lambda one: one.symbol), st.permutations(["cost", "speed", "load"]))
def test_nobody_is_lost_and_the_order_depends_on_nothing_else(
    lenders: list[PossibleLender], by: list[str]
) -> None:
    found = ordered(lenders, by, MOST)
    assert sorted(one.symbol for one in found) == sorted(one.symbol for one in lenders)
    assert ordered(lenders[::-1], by, MOST) == found
