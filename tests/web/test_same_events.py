"""An act at the desk is the same event as by the command line, but for the person and the door."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.support.world import World
from tests.web.browser import Browser

OWN = {"id", "at", "actor", "door", "once", "request_id", "transaction_id", "inbox_id", "trace"}
"""What two events of two requests cannot share."""
BORROWED = [
    ("query", {}),
    ("message", {"note": "Is it on its way?"}),
    ("receive", {"note": "with a torn cover", "on": "2026-03-01", "quiet": "1", "barcode": "300123"}),
    ("receive", {"wrong": "1"}),
    ("lost", {}),
    ("close", {"note": "bought"}),
]
LENT = [
    ("ship", {"on": "2026-05-01", "cost": "4.20 GBP", "condition": "library-use-only", "via": "post"}),
    ("will-supply", {"on": "2026-03-09"}),
    ("hold", {"on": "2026-03-09", "position": "2"}),
    ("conditional", {"condition": "library-use-only"}),
    ("unfilled", {"reason": "not-owned"}),
    ("answer-retry", {"on": "2026-04-01", "reason": "in-use-on-loan"}),
    ("locations", {"locations": "XX-SECOND, XX-NET"}),
    ("estimate", {"cost": "9.50 GBP"}),
    ("put-off", {"on": "2026-03-03", "note": "they call back"}),
]


KINDS: dict[str, Callable[[str], object]] = {
    "on": date.fromisoformat,
    "position": int,
    "quiet": bool,
    "wrong": bool,
    "locations": lambda words: tuple(words.split(", ")),
}


def typed(said: dict[str, str]) -> dict[str, object]:
    """The same as the command line gives it."""
    return {name: KINDS.get(name, str)(value) for name, value in said.items()}


def same(house: World, browser: Browser, numbers: tuple[str, str], action: str, said: dict[str, str]) -> None:
    by_hand, at_the_desk = numbers
    house.act(by_hand, action, by="clerk", **typed(said))
    page = browser.act(at_the_desk, action, **said)
    assert page.status == 200, page.words
    house.run()
    rows = [one for one in house.rows("event") if one["type"] == action]
    assert [one["door"] for one in rows] == ["cli", "desk"]
    assert [one["actor"] for one in rows] == ["clerk", "rau"]
    first, second = ({name: value for name, value in one.items() if name not in OWN} for one in rows)
    assert first == second
    acts = [one["id"] for one in rows]
    states = [one["to_state"] for one in house.rows("history") if one["event_id"] in acts]
    assert states[0] == states[1]


@pytest.mark.parametrize(("action", "said"), BORROWED, ids=lambda one: str(one)[:12])
def test_of_what_we_borrow(browser, house, action, said):
    house.place()
    house.place()
    house.hear("B1-1 SHIPPED LOAN", "B2-1 SHIPPED LOAN")
    same(house, browser, ("B1", "B2"), action, said)


@pytest.mark.parametrize(("action", "said"), LENT, ids=lambda one: str(one)[:12])
def test_of_what_we_lend(browser, house, action, said):
    house.ordered("TXC1-1 S LOAN\nA book of ours", "TXC2-1 S LOAN\nA book of ours")
    same(house, browser, ("L1", "L2"), action, said)


def test_of_a_cancellation(browser, house):
    house.place()
    house.place()
    same(house, browser, ("B1", "B2"), "cancel", {"note": "no longer needed"})
