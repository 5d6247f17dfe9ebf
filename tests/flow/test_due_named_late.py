"""The lender's Shipped comes after its parcel, and names another due date than the one we counted."""

from collections.abc import Callable
from datetime import date

import pytest

from mailproc.errors import TryLater
from mailproc.mail.parse import parse
from tests.support.world import Sent, World


@pytest.fixture
def lent(world: World) -> World:
    """The reader has the book, and was told until when."""
    world.place()
    world.act("B1-1", "receive")
    return world


def named(world: World, day: date) -> list[str]:
    """Let the lender name ``day`` by telephone; return what the reader gets then."""
    told = len(world.reader())
    world.act("B1-1", "ship", heard_by="phone", on=day)
    return [letter.text for letter in world.reader()[told:]]


def test_the_reader_is_told_the_new_date_once(lent: World) -> None:
    (told,) = named(lent, date(2026, 3, 25))
    assert "It is now Wed 25 Mar" in told
    assert "due-passed" not in lent.attention("B1")
    assert named(lent, date(2026, 3, 25)) == []


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 1)], ids=["today", "yesterday"])
def test_a_date_that_has_passed_is_not_taken(lent: World, day: date) -> None:
    held = lent.shown("B1").line.due
    assert held is not None
    assert held > lent.now.date()
    assert named(lent, day) == []
    assert lent.shown("B1").line.due == held
    assert "due-passed" in lent.attention("B1")
    assert lent.verify().differences == ()


def test_a_renewal_granted_since_is_not_taken_back(lent: World) -> None:
    """In words the Shipped has no time: staff ask which date is right."""
    lent.act("B1-1", "renew")
    lent.act("B1-1", "renew-reply", heard_by="phone", answer=True, on=date(2026, 5, 10))
    assert named(lent, date(2026, 3, 30)) == []
    assert lent.shown("B1").line.due == date(2026, 5, 10)
    assert "due-passed" in lent.attention("B1")
    assert lent.verify().differences == ()


def test_a_date_that_has_passed_before_the_item_came_is_not_taken(world: World) -> None:
    """Whoever types when it was sent has typed the due date: nobody wants the item back."""
    world.place()
    world.act("B1-1", "ship", heard_by="phone", on=date(2026, 2, 20))
    assert "due-passed" in world.attention("B1")
    world.act("B1-1", "receive")
    assert "wants it back" not in world.reader()[-1].text
    assert world.shown("B1").line.due == date(2026, 4, 13)
    assert world.verify().differences == ()


EARLIER = date(2026, 3, 20)


def stopped(lent: World, run: bool) -> None:
    """The lender names an earlier day, and before the reader hears of it nothing works until it is over."""
    lent.later()
    lent.act("B1-1", "ship", heard_by="phone", on=EARLIER, run=False)
    if run:
        lent.refuses = _down
        lent.run()
    lent.later(days=24)
    lent.refuses = lambda _sent: False
    lent.run()
    lent.tick()


def _down(_sent: Sent) -> bool:
    raise TryLater("the relay does not answer")


@pytest.mark.parametrize("run", [False, True], ids=["the service", "the relay"])
def test_a_day_that_passed_while_nothing_worked_is_told_before_it_is_demanded(lent: World, run: bool) -> None:
    before = len(lent.reader())
    stopped(lent, run)
    changed, reminder = [letter.text for letter in lent.reader()[before:]]
    assert "it was due back on Fri 20 Mar. Please bring it back now." in " ".join(changed.split())
    assert "this loan was due on Fri 20 Mar" in reminder
    assert lent.verify().differences == ()


def test_the_same_in_german(make_world: Callable[..., World], sqlite_url: str) -> None:
    world = make_world(sqlite_url)
    world.place(patron={"id": "R2", "name": "A Reader", "email": "r@readers.example", "language": "de"})
    world.act("B1-1", "receive")
    stopped(world, run=False)
    texts = " ".join(" ".join(parse(letter.raw).text.split()) for letter in world.reader())
    assert "endete am Fr, 20.03.2026. Bitte geben Sie sie jetzt zurück." in texts
