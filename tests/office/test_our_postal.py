"""Our own postal address ([library.postal]) stands wherever one is needed and none was given."""

from datetime import date

import pytest

from mailproc.config import LibraryPostal
from mailproc.office.requests import amend, corrections, place
from mailproc.office.slips.kinds import SlipKind
from tests.office.test_slips import new, received
from tests.office.test_to_people import ORDER, SWITCHED
from tests.support.partners import CUSTOMER, partner_lines
from tests.support.world import World

OURS = '[library.postal]\nstreet = "1 Any Road"\npostcode = "EX1 1EX"\ncity = "Exampletown"\n'
LINES = ["1 Any Road", "EX1 1EX Exampletown"]
PEOPLE = 'codec = "letter"\naddress = "ill@people.example"\nproof = ["none"]\n'
PARTNERS = "\n".join(
    [
        f'[[partner]]\nsymbol = "XX-PEOPLE"\nroles = ["RESPONDER"]\n{PEOPLE}',
        partner_lines("XX-BL", ["RESPONDER"], "out"),
        partner_lines(CUSTOMER, ["REQUESTER"], "in", more=SWITCHED),
    ]
)


@pytest.fixture
def world(make_world, sqlite_url):
    return make_world(sqlite_url, PARTNERS, more=OURS)


def ordered(world: World, partner: str = "XX-PEOPLE", *, run: bool = True, **fields: object) -> place.Entered:
    wanted = {"service": "LOAN", "item": {"title": "A book"}, "partners": [partner]} | fields
    done = place.place(world.store, world.app.context, place.read(wanted), "desk")
    if run:
        world.run()
    return done


def sent(world: World) -> str:
    return world.sent[-1].text


def test_an_order_without_an_address_asks_to_send_it_to_us(world: World) -> None:
    done = ordered(world)
    assert "delivery-missing" not in [one.code for one in done.warnings]
    for line in LINES:
        assert f"  {line}\n" in sent(world)


def test_an_address_of_the_request_counts_more(world: World) -> None:
    ordered(world, delivery={"electronic": "desk@library.example"})
    assert "desk@library.example" in sent(world) and "Any Road" not in sent(world)


def test_a_library_that_has_our_account_is_not_told(world: World) -> None:
    ordered(world, "XX-BL")
    assert "A book" in sent(world) and "Any Road" not in sent(world)


def test_an_order_that_is_corrected_before_it_leaves_says_it_too(world: World) -> None:
    done = ordered(world, run=False)
    right = corrections.Correction(item={"title": "Another book"})
    amend.amend(world.store, world.app.context, done.number, right, by="desk")
    world.run()
    assert "Another book" in sent(world) and LINES[0] in sent(world)


@pytest.mark.parametrize("action", ["ship", "recall", "overdue"])
def test_a_lender_says_where_its_loan_goes_back_to(world: World, action: str) -> None:
    world.ordered(ORDER)
    world.act("L1", "ship", on=date(2026, 3, 2))
    if action != "ship":
        world.act("L1", action, anyway=True)
    assert f"It goes back to\n  {world.app.config.library.name}\n  {LINES[0]}\n  {LINES[1]}\n" in sent(world)


def test_a_copy_does_not_come_back(world: World) -> None:
    world.ordered(ORDER.replace("LOAN", "PHOTO"))
    world.act("L1", "ship")
    assert "It goes back" not in sent(world)


def test_a_label_says_it_unless_slips_have_one_of_their_own(make_world, sqlite_url) -> None:
    world = make_world(sqlite_url, more=OURS)
    world.act(received(world), "brought-back")
    (label,) = new(world, SlipKind.LABELS).slips
    assert all(line in label.text for line in LINES)
    world = make_world(f"{sqlite_url}2", more=OURS + '[slips]\naddress = ["Goods in", "2 Back Lane"]\n')
    world.act(received(world), "brought-back")
    (label,) = new(world, SlipKind.LABELS).slips
    assert "2 Back Lane" in label.text and "Any Road" not in label.text


@pytest.mark.parametrize(
    ("written", "there"),
    [
        (LibraryPostal(), False),
        (LibraryPostal(name="Goods in", country="UK"), False),
        (LibraryPostal(po_box="PO Box 7"), True),
    ],
)
def test_without_a_street_a_box_or_a_town_there_is_none(
    world: World, written: LibraryPostal, there: bool
) -> None:
    library = world.app.config.library.model_copy(update={"postal": written})
    vars(world.app.context).pop("our_postal", None)
    object.__setattr__(world.app.context, "config", world.app.config.model_copy(update={"library": library}))
    assert (world.app.context.our_postal is not None) is there
