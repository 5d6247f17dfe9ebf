"""What the page of a request asks and says before an act: the day on the slip, the reason, who hears it."""

from datetime import timedelta

from mailproc.notices.language_files import shipped
from tests.support.world import World
from tests.web.browser import Browser, PageShown


def lead(page: PageShown, key: str) -> str:
    return str(page.tree.get_element_by_id(key).find("summary").text_content())


def borrowed(house: World) -> str:
    number = house.place(title="Silent canals")
    house.hear(f"{number}-1 SHIPPED LOAN")
    return number


def test_the_day_on_the_slip_is_recorded_with_the_receipt(house: World, browser: Browser) -> None:
    number = borrowed(house)
    page = browser.act(number, "receive", due="2026-04-01")
    assert page.status == 200
    assert "2026-04-01" in page.text
    assert "assumed" not in page.words
    house.later(minutes=5)
    house.run()
    told = [one.raw for one in house.sent if b"r@readers.example" in one.raw]
    assert told
    assert any(b"1 Apr" in one for one in told)


def test_a_receipt_with_its_day_can_be_taken_back(house: World, browser: Browser) -> None:
    number = borrowed(house)
    browser.act(number, "receive", due="2026-04-01")
    forms = browser.get(f"/r/{number}").forms(f"/r/{number}/act")
    undo = next(one for one in forms if one["action"] == "undo")
    page = browser.post(f"/r/{number}/act", undo)
    assert (page.status, "[SHIPPED]" in page.words) == (200, True)


def test_a_day_that_cannot_be_right_refuses_both(house: World, browser: Browser) -> None:
    number = borrowed(house)
    page = browser.act(number, "receive", due="2066-04-01")
    assert (page.status, "[SHIPPED]" in page.words) == (422, True)


def test_the_due_date_is_corrected_on_the_page(house: World, browser: Browser) -> None:
    number = borrowed(house)
    browser.act(number, "receive")
    form = browser.get(f"/r/{number}").forms(f"/r/{number}/due")[0]
    page = browser.post(f"/r/{number}/due", form | {"due": "2026-05-04"})
    assert page.status == 200
    assert 'value="2026-05-04"' in page.text
    late = browser.post(f"/r/{number}/due", form | {"due": "2026-05-05"})
    assert late.status == 409
    with_no_day = browser.get(f"/r/{number}").forms(f"/r/{number}/due")[0]
    assert browser.post(f"/r/{number}/due", with_no_day | {"due": "soon"}).status == 422


def test_who_looks_corrects_no_day(house: World, browser: Browser, opened) -> None:
    number = borrowed(house)
    form = browser.get(f"/r/{number}").forms(f"/r/{number}/due")[0]
    guest = opened()
    guest.log_in("guest")
    assert guest.get(f"/r/{number}").forms(f"/r/{number}/due") == []
    assert guest.post(f"/r/{number}/due", form | {"due": "2026-05-04"}).status == 422


def test_what_the_reader_is_told_stands_before_the_act(house: World, browser: Browser) -> None:
    number = borrowed(house)
    page = browser.get(f"/r/{number}")
    assert "a letter to the reader: it is here" in lead(page, "act-receive")
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    assert "reader" not in lead(browser.get("/r/L1"), "act-ship")


def test_we_say_why_we_cannot_supply_in_our_own_words(house: World, browser: Browser) -> None:
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    page = browser.get("/r/L1")
    field = page.tree.get_element_by_id("act-unfilled-reason")
    assert field.get("required") is not None
    words = " ".join(field.text_content().split())
    assert "we do not own it" in words
    assert "they do not own it" not in words
    assert "their copy" not in words
    assert "not-owned" not in page.words
    assert browser.act("L1", "unfilled").status == 422
    assert browser.act("L1", "unfilled", reason="lost").status == 200


def test_german_reasons_of_ours_speak_of_us() -> None:
    language = shipped("de")
    assert language.own_reason_word("not-owned") != language.reason_word("not-owned")
    assert language.own_reason_word("lost") != language.reason_word("lost")


def test_acts_on_what_was_not_sent_stand_apart(house: World, browser: Browser) -> None:
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    early = browser.get("/r/L1").tree.get_element_by_id("early")
    assert early.get("open") is None
    assert early.xpath(".//details[@id='act-lost']")
    browser.act("L1", "ship")
    house.run()
    after = browser.get("/r/L1").tree
    assert after.xpath("//*[@id='early']") == []
    assert after.xpath("//details[@id='act-lost']")


def test_the_wish_to_keep_it_longer_stands_before_the_answer_and_in_its_form(
    house: World, browser: Browser
) -> None:
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    house.act("L1", "ship")
    wish = house.now.date() + timedelta(days=61)
    house.act("L1", "renew", heard_by="phone", on=wish)
    page = browser.get("/r/L1")
    said = lead(page, "act-renew-reply-yes")
    assert "they wish to keep it until" in said and "where you name no day: until" in said
    assert page.tree.get_element_by_id("act-renew-reply-yes-on").get("value") == wish.isoformat()
    assert "they wish" not in lead(page, "act-renew-reply-no")
    done = browser.act("L1", "renew-reply", answer="yes")
    assert done.status == 200 and wish.isoformat() in done.text


def test_the_letter_that_no_library_can_supply_it_stands_before_the_answer(
    house: World, browser: Browser
) -> None:
    number = house.place(title="Silent canals")
    house.act(number, "conditional", heard_by="phone", condition="charges")
    said = lead(browser.get(f"/r/{number}"), "act-answer-condition-no")
    assert "a letter to the reader: no library can supply it" in said


def test_what_a_pasted_citation_filled_in_is_named_in_words(browser: Browser) -> None:
    (fresh,) = browser.get("/new").forms("/new/check")
    page = browser.post("/new/check", fresh | {"paste": "TY  - BOOK\nTI  - On Letters\nER  -\n"})
    assert "Kind" in page.words and ": type" not in page.words


def test_a_reason_that_the_partner_reads_as_another_says_so(house: World, browser: Browser) -> None:
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    field = browser.get("/r/L1").tree.get_element_by_id("act-unfilled-reason")
    words = {one.get("value"): one.text_content() for one in field.findall("option")}
    assert "(they read: we do not own it)" in words["in-use-on-loan"]
    assert "they read" not in words["not-owned"]
