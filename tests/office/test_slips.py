"""Slips through the stations: which are new, what they say, and the PDF that is read back."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.config import Catalogue
from mailproc.errors import LocalFault
from mailproc.ill.holding import Available, CatalogueAnswer, Holding, LookUp
from mailproc.notices.shared_contexts import Request
from mailproc.notices.slips import SLIPS, PullSlip, values_of
from mailproc.office.mailroom import printing as letters_on_paper
from mailproc.office.queries import request_details
from mailproc.office.slips import paper_file, printing
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlips, PrintedBy
from mailproc.store import look_ups
from mailproc.templating.contract import sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.slip_parts import split_slip
from tests.support.read_pdf import scanned, texts
from tests.support.world import World

TEXTS = Templates([shipped_folder()], SLIPS)
EVERY = tuple(SlipKind)
TITLE = "Περὶ ψυχῆς. О душе. Über die Seele. 論靈魂"
READER = {"id": "R7", "name": "Ä. Leserin", "email": "r@readers.example", "language": "de"}


def new(world: World, *kinds: SlipKind) -> FinishedSlips:
    with world.store.read() as connection:
        return printing.new(connection, world.app.context, kinds or EVERY)


def kinds(world: World) -> list[tuple[str, str]]:
    return [(one.kind, one.number) for one in new(world).slips]


def printed(world: World) -> None:
    printing.record(world.store, world.app.context, new(world), PrintedBy("staff"))


def received(world: World) -> str:
    number = world.place(item={"title": TITLE}, patron=READER)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive")
    return number


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


@pytest.mark.parametrize("said", [(), ("brought-back",)])
def test_what_staff_have_closed_gets_no_slip(world: World, said: tuple[str, ...]) -> None:
    world.ordered("TXC1 S LOAN\nA title")
    number = received(world)
    for action in said:
        world.act(number, action)
    assert len(kinds(world)) == 2
    for one in (number, "L1"):
        world.act(one, "close")
        with world.store.read() as connection, pytest.raises(LocalFault, match="none of these slips"):
            printing.again(connection, world.app.context, EVERY, [one])
    assert kinds(world) == []


def test_a_loan_that_went_back_long_ago_gets_no_label(world: World) -> None:
    number = received(world)
    world.act(number, "return")
    world.later(days=13)
    assert kinds(world) == [("labels", number)]
    world.later(days=2)
    assert kinds(world) == []
    world.hear(f"{number}-1 OVERDUE\nNOTE where is it?")
    assert world.transaction(number)["updated_at"] > world.now - timedelta(days=1)
    assert kinds(world) == []
    with world.store.read() as connection:
        (label,) = printing.again(connection, world.app.context, EVERY, [number]).slips
    assert (label.kind, label.again) == (SlipKind.LABELS, True)


def test_the_barcode_of_the_item_is_on_its_band(world: World) -> None:
    number = world.place(patron=READER)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive", barcode="300123")
    assert "Exemplar\n\n300123\n" in new(world).slips[0].text


def test_the_wrong_item_gets_a_label_and_the_right_one_a_band(world: World) -> None:
    number = world.place(patron=READER)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive", wrong=True)
    assert kinds(world) == [("labels", number)]
    printed(world)
    world.act(number, "receive")
    assert kinds(world) == [("bands", number)]


def test_what_was_done_before_a_slip_can_be_undone(world: World) -> None:
    number = world.place(patron=READER)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive", run=False, quiet=True)
    printed(world)
    world.act(number, "undo", run=False)
    assert world.transaction(number)["state"] == "SHIPPED"
    assert kinds(world) == []
    world.act(number, "receive")
    assert kinds(world) == [("bands", number)]


def test_a_slip_settles_nothing_that_asks_for_attention(world: World) -> None:
    world.ordered("TXC1 S LOAN\nA title")
    before = world.transaction("L1")["attention"]
    printed(world)
    assert world.transaction("L1")["attention"] == before


@pytest.mark.parametrize("kind", EVERY)
def test_no_copy_of_ours_gets_a_slip(world: World, kind: SlipKind) -> None:
    number = world.place(service="COPY")
    world.act(number, "receive")
    assert new(world, kind).slips == ()


def test_the_pdf_is_read_back(world: World, font_files: list[Path]) -> None:
    number = received(world)
    made = paper_file.drawn(new(world).slips, (), world.app.context)
    (text,) = texts(made.octets)
    assert made.missing == ()
    assert [word for word in TITLE.split() if word not in text] == []
    assert sorted(scanned(made.octets)) == [number, f"{number}-1"]


def test_letters_to_readers_without_email_have_pages_of_their_own(
    world: World, font_files: list[Path]
) -> None:
    number = world.place(patron={"id": "R8", "name": "P. Post"})
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive")
    with world.store.read() as connection:
        (letter,) = letters_on_paper.to_print(connection)
    made = paper_file.drawn(new(world).slips, [letter], world.app.context)
    band, page = texts(made.octets)
    assert number in band
    assert "Dear P. Post," in page
    assert letter.id in page


CATALOGUE = Catalogue(name="opac", protocol="daia", use="own", url="https://opac.example/daia")


@pytest.fixture
def shelved(world: World) -> Callable[[Mapping[str, str]], None]:
    """Places an order for each shelfmark of our catalogue, '' for what it does not know."""

    def place(shelfmarks: Mapping[str, str]) -> None:
        vars(world.app.context)["config"] = world.app.config.model_copy(update={"catalogue": (CATALOGUE,)})
        for number, shelfmark in shelfmarks.items():
            world.ordered(f"TX{number} S LOAN\nA title", file_ref=number[1:])
            copy = Holding(
                source="opac",
                branch="Main",
                location="Stack 2",
                shelfmark=shelfmark,
                barcode="300124",
                available=Available.YES,
            )
            said = LookUp(
                catalogue="opac", use="own", at=world.now,
                answer=CatalogueAnswer(records=1, holdings=(copy,) if shelfmark else ()),
            )  # fmt: skip
            request_id = world.transaction(number)["request_id"]
            world.store.write(
                lambda connection, said=said, row=request_id: look_ups.keep(connection, row, said)
            )

    return place


def test_pull_slips_say_the_shelf_and_are_sorted_by_it(
    world: World, shelved: Callable[[Mapping[str, str]], None]
) -> None:
    shelved({"L1": "QA 76", "L2": "", "L3": "qa 9.2", "L4": "QA 9", "L5": "PR 100"})
    found = new(world).slips
    assert [slip.number for slip in found] == ["L5", "L4", "L3", "L1", "L2"]
    for said in ("PR 100", "Main, Stack 2", "In the catalogue: available", "the item: 300124"):
        assert said in found[0].text
    assert "No shelfmark known" in found[-1].text


SITE = "[heading]\nOurs {{ request.title }}{{ reprint }} {{ their_number }}\n[barcode]\n{{ number }}\n"


def site_text(world: World, text: str) -> None:
    file = world.app.config.file.parent / world.app.config.templates.site / "en/slip/pull.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_broken_text_of_the_site_falls_back_to_its_last_good_one(world: World) -> None:
    world.ordered("TXC1 S LOAN\nA title")
    site_text(world, SITE)
    assert new(world).slips[0].text.startswith("Ours A title C1\n\nL1\n")
    printed(world)
    world.ordered("TXC2 S LOAN\nAnother", file_ref="2")
    for broken, why in {
        "[heding]\n{{ number }} {{ their_number }}{{ reprint }}": "did you mean heading?",
        "{{ number }} {{ their_number }}{{ reprint }}": "a slip begins with the name of a part",
        SITE.replace("title", "titel"): "request.titel",
        SITE.replace("{{ number }}", "B"): "does not say number",
        SITE.replace("{{ reprint }}", ""): "does not say reprint",
    }.items():
        site_text(world, broken)
        found = new(world)
        assert found.slips[0].text.startswith("Ours Another C2\n")
        assert why in str(found.texts[0].problems[0]), found.texts[0].problems
    told = len(world.notices())
    printed(world)
    world.run()
    assert len(world.notices()) == told + 1
    assert "en/slip/pull.txt" in world.notices()[-1].text


@pytest.mark.parametrize("title", ["[barcode]", "[heading]x", "[large]", "a\ue05bb", "x]["])
def test_no_title_begins_a_part(title: str) -> None:
    slip = sample_of(PullSlip, request=sample_of(Request, title=title, author=title), cited=(title,))
    text = TEXTS.render("en/slip/pull.txt", values_of(slip))
    usual = TEXTS.render("en/slip/pull.txt", values_of(sample_of(PullSlip, cited=("x",))))
    parts, shape = split_slip(text), split_slip(usual)
    assert [(part.style, len(part.lines)) for part in parts] == [
        (part.style, len(part.lines)) for part in shape
    ]
    assert title.replace("\ue05b", "") in parts[3].lines


def test_the_pdf_is_only_ever_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "slips.pdf"
    paper_file.write(file, b"first")
    with pytest.raises(LocalFault, match="File exists"):
        paper_file.write(file, b"second")
    with pytest.raises(LocalFault, match="No such file"):
        paper_file.write(tmp_path / "none/slips.pdf", b"x")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"first", 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["slips.pdf"]


def test_a_pull_slip_and_show_name_who_else_wants_the_item(world: World) -> None:
    for number in (1, 2, 3):
        world.ordered(f"TXC{number} S LOAN\nA title", file_ref=str(number))
    world.ordered("TXC4 S LOAN\nAnother title", file_ref="4")
    world.act("L3", "close")
    with world.store.read() as connection:
        wanted = {
            number: request_details.shown(connection, number, world.app.context).entry.also_wanted
            for number in ("L1", "L3", "L4")
        }
    assert wanted == {"L1": ("L2",), "L3": (), "L4": ()}, "nobody waits for what is closed"
    slips = {one.number: one.text for one in new(world, SlipKind.PULL).slips}
    assert "Also wanted by: L2" in slips["L1"] and "Also wanted by: L1" in slips["L2"]
    assert "Also wanted" not in slips["L4"]
