"""A document for a reader without an e-mail address: staff hear at once that it stays with them."""

from collections.abc import Callable

from tests.flow.test_forwarding import FORWARD, Borrower
from tests.support.world import World


def test_who_has_no_address_is_said_at_once_and_not_that_it_goes_later(
    make_world: Callable[..., World], sqlite_url: str
) -> None:
    world = make_world(sqlite_url, more=FORWARD)
    world.place(service="COPY", title="Another article", patron={"id": "R2", "name": "B Reader"})
    borrower = Borrower(world)
    borrower.number = "B1"
    borrower.hear("B1-1 OTHER")
    assert "no e-mail address" in borrower.why_not()
    assert "not been reported shipped" not in borrower.why_not()
