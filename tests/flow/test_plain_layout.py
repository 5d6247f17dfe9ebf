"""The layout without a password on the real intake: whose code it is, and whose words."""

import pytest

ORDER = "ILL Request\nBL account ID: {code}\nRequest ID: C1-1\nRivers\n"


@pytest.fixture
def plain_world(make_world, sqlite_url, receipt_lines):
    """All partners speak the plain dialect."""
    lines = receipt_lines.replace('name = "Library', 'dialect = "plain"\nname = "Library')
    return make_world(sqlite_url, lines)


@pytest.mark.parametrize(("code", "taken"), [("99-0003", True), ("99-0004", False), ("99-0099", False)])
def test_the_code_must_be_the_senders_own(plain_world, addresses, code, taken):
    world = plain_world
    sender = addresses["XX-CUSTOMER"]
    world.inject(world.letter(ORDER.format(code=code), sender, "LOAN"), sender)
    world.run()
    assert (world.listed() == ["L1"]) is taken
    assert (world.shelf() == {}) is taken
    assert world.to(sender) == []
    if not taken:
        (why,) = world.shelf().values()
        assert code in why and "XX-CUSTOMER" in why


def test_a_letter_that_names_our_order_reaches_it(plain_world, addresses):
    world = plain_world
    world.place()
    text = "We are looking into it.\n\nOn Mon, 2 Mar 2026 at 09:00 Our Library wrote:\n> Request ID: B1-1\n"
    for sender, state in ((addresses["XX-SECOND"], ()), (addresses["XX-BL"], ("message",))):
        world.inject(world.letter(text, sender, "Re: LOAN"), sender)
        world.run()
        assert world.attention("B1") == state
    assert world.state("B1") == "PENDING"
    assert any("We are looking into it." in change.note for change in world.shown("B1").history)
    assert world.verify().differences == ()


def test_a_letter_about_an_unknown_order_is_shelved(plain_world, addresses):
    world = plain_world
    sender = addresses["XX-BL"]
    world.inject(world.letter("About Request ID: B77-1", sender, "Re: LOAN"), sender)
    world.run()
    assert len(world.shelf()) == 1
