"""Slips through the stations: which are new, what they say, and the PDF that is read back."""

from io import BytesIO

import pypdf
import pypdfium2
import pytest
import zxingcpp

from mailproc.office.slips import paper_file, printing
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlips
from tests.support.world import World

EVERY = tuple(SlipKind)
TITLE = "Περὶ ψυχῆς. О душе. Über die Seele. 論靈魂"
READER = {"id": "R7", "name": "Ä. Leserin", "email": "r@readers.example", "language": "de"}


def new(world: World, *kinds: SlipKind) -> FinishedSlips:
    with world.store.read() as connection:
        return printing.new(connection, world.app.context, kinds or EVERY)


def kinds(world: World) -> list[tuple[str, str]]:
    return [(one.kind, one.number) for one in new(world).slips]


def printed(world: World) -> None:
    printing.record(world.store, world.app.context, new(world), "staff")


def received(world: World) -> str:
    number = world.place(item={"title": TITLE}, patron=READER)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive")
    return number


def texts(octets: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(octets)).pages]


def scanned(octets: bytes) -> set[str]:
    """What a scanner reads from the pages."""
    pages = pypdfium2.PdfDocument(octets)
    images = [page.render(scale=3).to_pil() for page in pages]
    return {code.text for image in images for code in zxingcpp.read_barcodes(image)}


def test_a_band_when_it_comes_and_a_label_when_it_goes_back(world: World) -> None:
    number = received(world)
    assert kinds(world) == [("bands", number)]
    (band,) = new(world).slips
    for said in ("Fernleihe von", "Ä. Leserin", TITLE, number, f"{number}-1"):
        assert said in band.text
    printed(world)
    assert kinds(world) == []
    world.act(number, "brought-back")
    assert kinds(world) == [("labels", number)]
    world.act(number, "return")
    assert kinds(world) == [("labels", number)]
    printed(world)
    assert kinds(world) == []


def test_the_wrong_item_gets_a_label_and_the_right_one_a_band(world: World) -> None:
    number = world.place(patron=READER)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive", wrong=True)
    assert kinds(world) == [("labels", number)]
    printed(world)
    world.act(number, "receive")
    assert kinds(world) == [("bands", number)]


@pytest.mark.parametrize("kind", EVERY)
def test_no_copy_of_ours_gets_a_slip(world: World, kind: SlipKind) -> None:
    number = world.place(service="COPY")
    world.act(number, "receive")
    assert new(world, kind).slips == ()


def test_the_pdf_is_read_back(world: World) -> None:
    number = received(world)
    made = paper_file.drawn(new(world).slips, (), world.app.context)
    (text,) = texts(made.octets)
    flat = " ".join(text.split())
    assert made.missing == ()
    assert [word for word in TITLE.split() if word not in flat] == []
    assert scanned(made.octets) == {number, f"{number}-1"}
