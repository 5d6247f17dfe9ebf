"""A letter to a reader that waited for the relay while its request went on is written again."""

from mailproc.errors import TryLater
from tests.flow.test_clock import subjects
from tests.support.world import Sent, World

HERE = "Subject: Your interlibrary loan is here: A book"


def _down(_sent: Sent) -> bool:
    raise TryLater("the relay does not answer")


def _up(world: World) -> None:
    world.later(hours=2)
    world.refuses = lambda _sent: False
    world.run()


def test_a_renewal_that_was_refused_meanwhile_is_not_offered(small_world: World) -> None:
    world = small_world
    world.place()
    world.act("B1", "receive")
    world.sent.clear()
    world.days(38)
    world.refuses = _down
    world.days(1)
    world.later(minutes=5)
    world.hear("B1-1 NO RENEW")
    _up(world)
    (letter,) = world.reader()
    assert "does not let us keep it for longer" in letter.text
    assert "If you need it for longer" not in letter.text


def test_what_is_here_is_told_first_and_its_date_once(small_world: World) -> None:
    world = small_world
    world.refuses = _down
    world.place()
    world.act("B1", "receive")
    world.later(minutes=5)
    world.hear("B1-1 RENEWED*04-05-2026")
    _up(world)
    assert subjects(world.reader()) == [HERE]
    assert "until Mon 4 May" in world.reader()[0].text


def test_a_letter_about_which_nothing_happened_is_the_same(small_world: World) -> None:
    world = small_world
    world.place()
    world.refuses = _down
    world.act("B1", "receive")
    written = [row["raw"] for row in world.rows("outgoing")]
    _up(world)
    assert [letter.raw for letter in world.reader()] == written[-1:]
