"""Ten books are ten scans: each is done at once, once, and only if it can mean one thing."""

from collections.abc import Callable

import pytest

from tests.support.partners import BL, SECOND
from tests.support.world import World
from tests.web.browser import Browser, PageShown


def scan(browser: Browser, act: str, code: str) -> PageShown:
    """As a scanner does it: the page that is there, its field, Enter."""
    (form,) = browser.get(f"/scan/{act}").forms(f"/scan/{act}/do")
    return browser.post(f"/scan/{act}/do", form | {"code": code})


def newest(page: PageShown) -> str:
    (line,) = page.tree.xpath("//*[contains(@class, 'scanned')]")
    return " ".join(line.text_content().split())


def acts(house: World, name: str) -> list[tuple[str, str]]:
    return [(one["actor"], one["door"]) for one in house.rows("event") if one["type"] == name]


def sent(house: World, count: int) -> None:
    for number in range(1, count + 1):
        house.place(title=f"Book {number}")
    house.hear(*(f"B{number}-1 SHIPPED LOAN" for number in range(1, count + 1)))


def test_ten_books_are_ten_scans(browser, house):
    sent(house, 10)
    page = browser.get("/scan/receive")
    for number in range(1, 11):
        (form,) = page.forms("/scan/receive/do")
        page = browser.post("/scan/receive/do", form | {"code": f"B{number}\n"})
        assert page.status == 200 and page.url.endswith("/scan/receive")
        assert f"Done B{number} Book {number}" in newest(page)
        (field,) = page.tree.xpath("//input[@autofocus]")
        assert field.get("value") == "" and field.get("name") == "code"
    assert acts(house, "receive") == [("rau", "desk")] * 10
    assert len(page.tree.xpath("//main//ul[@class='rows']/li")) == 9, "the others stay below"


@pytest.mark.parametrize("code", ["B1", "b1", " B1 ", "B1-1"])
def test_each_way_of_writing_our_number(browser, house, code):
    sent(house, 1)
    assert "B1 is now: Received" in newest(scan(browser, "receive", code))


def test_what_we_lend_by_our_number_and_by_theirs(browser, house):
    house.ordered("TXC1-1 S LOAN\nA book of ours", "TXC2-1 S LOAN\nAnother one")
    house.run()
    assert "L1 is now: Shipped" in newest(scan(browser, "ship", "L1"))
    assert "L2 is now: Shipped" in newest(scan(browser, "ship", "c2-1"))
    assert "L1 is now: Checked in" in newest(scan(browser, "check-in", "C1-1"))


def test_a_second_scan_of_the_same_says_so(browser, house):
    sent(house, 1)
    scan(browser, "receive", "B1")
    page = scan(browser, "receive", "b1")
    assert page.status == 422 and "the second scan did nothing" in newest(page)
    assert len(acts(house, "receive")) == 1
    scan(browser, "collected", "B1")
    assert "the second scan did nothing" in newest(scan(browser, "collected", "B1"))
    assert len(acts(house, "collected")) == 1, "an act that moves no state, too"


def test_after_undo_it_may_be_scanned_again(browser, house):
    sent(house, 1)
    scan(browser, "receive", "B1")
    house.act("B1", "undo")
    assert "B1 is now: Received" in newest(scan(browser, "receive", "B1"))


def test_a_form_that_comes_twice_acts_once_and_the_next_book_is_another(browser, house):
    sent(house, 2)
    (form,) = browser.get("/scan/receive").forms("/scan/receive/do")
    for code in ("B1", "B1", "B2"):
        browser.post("/scan/receive/do", form | {"code": code})
    assert len(acts(house, "receive")) == 2


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        ("receive", "B99", "There is no request with the number or barcode “B99”"),
        ("receive", "A book", "There is no request"),
        ("receive", "R1", "There is no request"),
        ("ship", "B1", "“send it” is not possible now. It is:"),
        ("receive", "L1", "“it has come” is not possible now"),
        ("return", "L1", "Possible here: send it; it is back."),
        ("return", "B1", "Possible here: it has come"),
    ],
)
def test_an_unknown_number_or_a_wrong_state(browser, house, act, code, said):
    house.place()
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    before = house.rows("event")
    page = scan(browser, act, code)
    assert page.status == 422 and said in newest(page)
    assert newest(page).split()[1:3] == ["Not", "done"]
    (field,) = page.tree.xpath("//input[@autofocus]")
    assert field.get("value") == ""
    assert house.rows("event") == before


def test_what_fits_several_does_nothing_and_names_them(browser, house):
    second = "XX-OTHER"
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    house.ordered("TXC1-1 S LOAN\nA book of ours", of=second)
    page = scan(browser, "ship", "C1-1")
    assert page.status == 422 and "this fits 2 requests (L2, L1)" in newest(page)
    assert acts(house, "ship") == []


HOSTILE = [
    "<script>alert(1)</script>", "' OR 1=1 --", "%", "_", "B1; DROP TABLE event", "\x1d01034531200000111",
    "\u202eB1", "/" * 200, "B" + "9" * 199, "x" * 5000, "\ud83d\udca9", "B1\tB2", "{{ 7*7 }}",
]  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE, ids=lambda code: ascii(code)[:12])
def test_a_hostile_barcode_does_nothing(browser, house, code):
    sent(house, 1)
    before = house.rows("event")
    page = scan(browser, "receive", code.encode("utf-8", "replace").decode())
    assert page.status == 422 and not page.foreign_scripts()
    assert "\u202e" not in page.text and "49" not in newest(page).split()
    assert house.rows("event") == before


def test_who_looks_scans_nothing(opened: Callable[..., Browser], house):
    sent(house, 1)
    guest = opened()
    guest.log_in("guest")
    assert not guest.get("/scan/receive").tree.xpath("//input[@name='code']")
    page = guest.post("/scan/receive/do", {"code": "B1"})
    assert page.status == 422 and acts(house, "receive") == []


@pytest.mark.parametrize("path", ["/scan/undo", "/scan/lost", "/scan/x", "/scan/%00"])
def test_an_act_that_is_not_scanned(browser, house, path):
    sent(house, 1)
    assert browser.get(path).status == 404
    assert browser.post(f"{path}/do", {"code": "B1"}).status in (404, 422)
    assert acts(house, "lost") == []


def test_a_scan_without_a_session_is_kept(opened: Callable[..., Browser], house):
    sent(house, 1)
    stranger = opened()
    page = stranger.post("/scan/receive/do", {"code": "B1", "once": "x"})
    (hidden,) = page.forms("/login")
    page = stranger.post("/login", hidden | {"login": "rau", "password": "a long enough one"})
    assert page.tree.xpath("//input[@name='code']/@value") == ["B1"]
    assert acts(house, "receive") == []


def test_what_was_scanned_is_shown_to_its_session_alone(browser, opened, house):
    sent(house, 1)
    scan(browser, "receive", "B1")
    other = opened()
    other.log_in("head")
    assert "Book 1" not in other.get("/scan/receive").words


def test_a_book_of_ours_by_its_barcode_each_time_it_is_lent(browser, house):
    """Its barcode stands in the history of each loan: the scan means the one that is open."""
    for turn in (1, 2):
        house.ordered(f"TXC{turn}-1 S LOAN\nA book of ours", file_ref=str(turn))
        house.act(f"L{turn}", "ship", barcode="300123")
        assert f"L{turn} is now: Checked in" in newest(scan(browser, "check-in", "300123"))
        house.later(minutes=2)
    page = scan(browser, "check-in", "300123")
    assert page.status == 422 and "of 2 requests with this number (L2, L1) none fits" in newest(page)


def test_a_barcode_that_was_corrected(browser, house):
    from mailproc.office.acts.item_barcode import ItemBarcode, correct

    sent(house, 1)
    house.act("B1", "receive", barcode="300123")
    correct(house.app.store, house.app.context, ItemBarcode("B1", "300124", "clerk"))
    assert "There is no request" in newest(scan(browser, "return", "300123"))
    assert "B1 is now: Returned" in newest(scan(browser, "return", "300124"))


@pytest.fixture
def sent_by_the_first(house):
    """XX-BL has sent B1 although it was recorded as unfilled there, and XX-SECOND is asked."""
    house.place(BL, SECOND)
    house.act("B1", "unfilled", heard_by="phone", reason="in-use-on-loan")
    house.act("B1-1", "ship", heard_by="mail")
    return house


def test_what_comes_is_booked_for_the_library_that_sent_it(browser, sent_by_the_first):
    house = sent_by_the_first
    words = newest(scan(browser, "receive", "B1"))
    assert "B1-1 is now: Received" in words
    assert f"{SECOND} is still asked for it (B1-2)" in words
    assert (house.state("B1"), acts(house, "receive")) == ("PENDING", [("rau", "desk")])
    assert "the second scan did nothing" in newest(scan(browser, "receive", "B1"))
    for act in ("collected", "brought-back", "return"):
        assert "Done B1-1" in newest(scan(browser, act, "B1"))


def test_where_two_libraries_have_sent_it_the_scan_asks_whose_it_is(browser, sent_by_the_first):
    house = sent_by_the_first
    house.act("B1", "ship", heard_by="mail")
    page = scan(browser, "receive", "B1")
    assert page.status == 422 and acts(house, "receive") == []
    assert "Whose is it? Scan or type the number of that order" in newest(page)
    assert f"(B1-2 {SECOND}, B1-1 {BL})" in newest(page)
    assert "B1-2 is now: Received" in newest(scan(browser, "receive", "B1-2"))


def test_whose_number_is_typed_is_believed(browser, sent_by_the_first):
    assert "B1-2 is now: Received" in newest(scan(browser, "receive", "B1-2"))


def test_the_act_of_the_earlier_order_is_at_the_desk(browser, sent_by_the_first):
    page = browser.get("/r/B1")
    assert "on the command line" not in page.words
    assert f"The earlier order B1-1: We borrow from {BL}: Shipped" in page.words
    (link,) = page.tree.xpath("//main//a[starts-with(@href, '/r/B1-1?open=act-receive#')]/@href")
    own = browser.get(link)
    (form,) = [one for one in own.forms("/r/B1-1/act") if one["key"] == "act-receive"]
    done = browser.post("/r/B1-1/act", form)
    assert "B1-1 is now: Received" in done.words and done.url.endswith("/r/B1-1")
    assert sent_by_the_first.state("B1") == "PENDING"


def test_the_usual_act_says_that_another_library_has_sent_it(browser, sent_by_the_first):
    (form,) = [one for one in browser.get("/r/B1").forms("/r/B1/act") if one["key"] == "act-receive"]
    refused = browser.post("/r/B1/act", form)
    assert refused.status == 422 and f"B1-1 of {BL} was sent and has not come yet" in refused.words
    assert browser.post("/r/B1/act", form | {"anyway": "1"}).status == 200
