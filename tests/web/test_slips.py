"""What is to be printed, by shelf, with bars that a scanner reads; it stays new until somebody says so."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO

import pytest

from mailproc.flow.prepare import waiting_letters
from mailproc.office.desk import slip_desk
from mailproc.web.code128 import bars
from tests.support.world import World
from tests.web.browser import Browser, PageShown


@pytest.fixture
def full(house: World) -> World:
    """A book to fetch, one that has come, and one that goes back."""
    house.place(title="On Letters")
    house.place(title="Iron Bridges")
    house.hear("B1-1 SHIPPED LOAN", "B2-1 SHIPPED LOAN")
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    house.act("B1", "receive"), house.act("B2", "receive"), house.act("B2", "return")
    return house


def slips(page: PageShown) -> list[str]:
    return [" ".join(one.text_content().split()) for one in page.tree.xpath("//article[@class='slip']")]


def printed(house: World) -> list[tuple[str, str, str]]:
    rows = [one for one in house.rows("event") if one["type"].startswith("print-")]
    return [(one["type"], one["actor"], one["door"]) for one in rows]


def test_all_kinds_and_that_they_are_printed(browser, full):
    page = browser.get("/slips")
    found = slips(page)
    assert [("A book of ours" in found[0]), ("On Letters" in found[1]), ("Iron Bridges" in found[2])] == [
        True
    ] * 3
    assert len(page.tree.xpath("//article//*[local-name()='svg']")) >= 4
    assert "no postal address of XX-BL" in page.words
    (form,) = page.forms("/slips/printed")
    page = browser.post("/slips/printed", form)
    assert page.url.endswith("/slips") and "Marked as printed: 3" in page.words and slips(page) == []
    assert "Nothing to print." in page.words
    assert {who[1:] for who in printed(full)} == {("rau", "desk")} and len(printed(full)) == 3


def test_a_get_marks_nothing_and_a_double_click_marks_once(browser, full):
    (form,) = browser.get("/slips").forms("/slips/printed")
    browser.get("/slips/slips.pdf")
    assert printed(full) == []
    for _ in range(2):
        assert browser.post("/slips/printed", form).status == 200
    assert len(printed(full)) == 3


def test_what_came_meanwhile_stays_new(browser, full):
    (form,) = browser.get("/slips").forms("/slips/printed")
    full.ordered("TXC2-1 S LOAN\nA late one", file_ref="2")
    page = browser.post("/slips/printed", form)
    assert len(slips(page)) == 1 and "A late one" in slips(page)[0]


def test_one_kind_and_once_more(browser, full):
    assert len(slips(browser.get("/slips?kind=bands"))) == 1
    (form,) = browser.get("/slips").forms("/slips/printed")
    browser.post("/slips/printed", form)
    page = browser.get("/slips?again=B1")
    (one,) = slips(page)
    assert "Reprint" in one and "On Letters" in one
    (form,) = page.forms("/slips/printed")
    for _ in range(2):
        browser.post("/slips/printed", form)
    assert len(printed(full)) == 4, "a double click marks once"


@pytest.mark.parametrize(
    "path", ["/slips?again=B99", "/slips?again=L1,nonsense", "/slips?again=%3Cscript%3E"]
)
def test_a_number_that_has_none(browser, full, path):
    page = browser.get(path)
    assert page.status == 404 and page.tree.xpath("//*[@role='alert']") and not page.foreign_scripts()


def test_who_looks_marks_nothing(opened: Callable[..., Browser], full):
    guest = opened()
    guest.log_in("guest")
    page = guest.get("/slips")
    assert len(slips(page)) == 3 and page.forms("/slips/printed") == []
    keys = "pull:3 bands:1 labels:2"
    assert guest.post("/slips/printed", {"keys": keys}).status == 422 and printed(full) == []


@pytest.mark.parametrize("keys", ["", "pull", "pull:x", "pull:999999", "x" * 9000, "labels:1"])
def test_a_forged_form_marks_nothing(browser, full, keys):
    browser.post("/slips/printed", {"keys": keys, "again": ""})
    assert printed(full) == []


def test_the_paper_is_that_of_the_configuration(browser):
    sheet = browser.get("/slips/sheet.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "@page { size: A4; margin: 0mm; }" in sheet.text and ".slips-bands { --columns: 1; }" in sheet.text


def test_the_pdf_has_a_sheet_for_each_kind(browser, full):
    pypdfium2 = pytest.importorskip("pypdfium2")
    made = browser.octets("/slips/slips.pdf")
    assert made.startswith(b"%PDF") and len(pypdfium2.PdfDocument(BytesIO(made))) == 3
    assert browser.get("/slips/slips.pdf?kind=nothing&again=").status == 200


def test_no_pdf_of_nothing(browser):
    assert browser.get("/slips/slips.pdf").url.endswith("/slips")


def test_a_hostile_title_is_text_on_a_slip(browser, house):
    house.ordered("TXC1-1 S LOAN\n<script>alert(1)</script> [barcode] {{ 7*7 }}")
    page = browser.get("/slips")
    assert "<script>alert(1)</script>" in page.words and not page.foreign_scripts()


@pytest.mark.parametrize("value", ["B12", "L7", "B12-1", "300123", "A/b~1 x", "~" * 40])
def test_the_bars_are_those_of_another_program(value):
    mine = bars(value)
    assert mine is not None
    drawn = "".join(
        "1" if any(at <= place < at + wide for at, wide in mine.bars) else "0" for place in range(mine.width)
    )
    assert read(drawn.strip("0")) == value


def read(modules: str) -> str:
    """Read the bars as a scanner does, by reportlab's table."""
    code128 = pytest.importorskip("reportlab.graphics.barcode.code128")
    table: Mapping[int, str] = code128._patterns
    known = {
        "".join(str("abcd".index(one.lower()) + 1) for one in each): code for code, each in table.items()
    }
    widths = "".join(str(len(run)) for run in re.findall(r"1+|0+", modules))
    codes = [known[widths[at : at + 6]] for at in range(0, len(widths) - 7, 6)]
    assert codes[0] == 104 and widths[-7:] == "2331112"
    assert codes[-1] == (104 + sum(place * code for place, code in enumerate(codes[:-1]))) % 103
    return "".join(chr(code + 32) for code in codes[1:-1])


@pytest.mark.parametrize("value", ["", "ü", "\t", "x" * 41, "\u0661"])
def test_what_cannot_be_bars(value):
    assert bars(value) is None


@pytest.fixture
def on_paper(house: World) -> World:
    """A letter to a reader without an e-mail address waits to be printed."""
    house.place(title="On Letters", patron={"id": "R7", "name": "P. Post"})
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    return house


def papers(page: PageShown) -> list[str]:
    found = page.tree.xpath("//article[@class='paper-letter']")
    return [" ".join(one.text_content().split()) for one in found]


def waiting(house: World) -> list[str]:
    return [f"O{row['id']}" for row in house.rows("outgoing") if row["state"] == "to_print"]


def test_a_letter_on_paper_is_printed_with_the_slips(browser, on_paper):
    (name,) = waiting(on_paper)
    page = browser.get("/slips")
    (one,) = papers(page)
    assert name in one and "P. Post (R7)" in one and "Dear P. Post," in one and len(slips(page)) == 1
    assert papers(browser.get("/slips?kind=letters")) == [one]
    assert slips(browser.get("/slips?kind=letters")) == [] == papers(browser.get("/slips?kind=bands"))
    assert waiting(on_paper) == [name], "a look marks nothing"
    (form,) = page.forms("/slips/printed")
    page = browser.post("/slips/printed", form)
    assert "Marked as printed: 2" in page.words and papers(page) == []
    events = on_paper.rows("event")
    (event,) = [one for one in events if one["type"] == "letter-printed"]
    assert (event["actor"], event["door"], event["facts"]) == ("rau", "desk", {"letter": name})
    browser.post("/slips/printed", form)
    assert on_paper.rows("event") == events, "a double click"
    assert "Dear P. Post," in papers(browser.get(f"/slips?again={name}"))[0]


def test_only_the_letters_that_are_shown_are_written(browser, on_paper, monkeypatch):
    on_paper.place(title="Another", patron={"id": "R7", "name": "P. Post"})
    on_paper.hear("B2-1 SHIPPED LOAN")
    on_paper.act("B2", "receive")
    first, second = waiting(on_paper)
    looks, as_now = [], waiting_letters.as_now
    monkeypatch.setattr(slip_desk, "MOST", 1)
    monkeypatch.setattr(
        waiting_letters,
        "as_now",
        lambda link, row, context: looks.append(row.id) or as_now(link, row, context),
    )
    page = browser.get("/slips?kind=letters")
    assert [first in one for one in papers(page)] == [True] and len(looks) == 1
    assert "The first 1 are here" in page.words
    (form,) = page.forms("/slips/printed")
    assert "Marked as printed: 1" in browser.post("/slips/printed", form).words
    assert waiting(on_paper) == [second]


def test_a_letter_that_reads_otherwise_now_is_not_marked(browser, on_paper):
    (name,) = waiting(on_paper)
    (form,) = browser.get("/slips?kind=letters").forms("/slips/printed")
    on_paper.place(title="Another", patron={"id": "R7", "name": "P. Postman"})
    assert "Marked as printed: 0" in browser.post("/slips/printed", form).words
    assert waiting(on_paper) == [name]
    page = browser.get("/slips?kind=letters")
    assert "P. Postman" in papers(page)[0]
    (form,) = page.forms("/slips/printed")
    assert "Marked as printed: 1" in browser.post("/slips/printed", form).words
    assert waiting(on_paper) == []


def test_the_page_of_such_a_letter_offers_it(browser, opened, on_paper):
    (name,) = waiting(on_paper)
    (form,) = browser.get(f"/letters/{name}").forms(f"/letters/{name}/printed")
    guest = opened()
    guest.log_in("guest")
    before = on_paper.dump()
    assert browser.post(f"/letters/{name}/printed", form | {"seen": "0"}).status == 409
    assert guest.post(f"/letters/{name}/printed", form).status == 422
    assert on_paper.dump() == before
    for _ in range(2):
        page = browser.post(f"/letters/{name}/printed", form)
        assert page.status == 200 and f"{name}: it counts as handed" in page.words
    assert waiting(on_paper) == []
    assert [one["type"] for one in on_paper.rows("event")].count("letter-printed") == 1
