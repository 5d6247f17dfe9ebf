"""What the pages show, and what an act at the desk does."""

from dataclasses import replace

import pytest

from mailproc.config import Web
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.desk.to_do import DeskRow
from mailproc.office.queries.agenda import agenda
from mailproc.store import restored
from mailproc.web import site
from tests.web.browser import Browser


def test_nobody_sees_anything_without_a_login(opened, house):
    house.place()
    for path in ("/", "/requests", "/r/B1", "/letters", "/letters/O1", "/find/x"):
        page = opened().get(path)
        assert page.status == 200 and "/login" in page.url and "B1" not in page.words, path


def test_to_do_says_first_that_nothing_leaves_while_the_store_is_held(browser, house):
    assert "NOTHING MOVES" not in browser.get("/").words
    house.store.write(lambda c: restored.record(c, house.app.clock(), restored.HERE, None, 0, "{}"))
    assert "NOTHING MOVES: the store was put back from a copy" in browser.get("/").words
    house.store.write(lambda c: restored.go_on(c, house.app.clock(), "rau"))
    assert "NOTHING MOVES" not in browser.get("/").words


def test_to_do_shows_each_open_request_once_and_the_sum(browser, house):
    for title in ("One", "Two", "Three"):
        house.place(title=title)
    house.hear("B1-1 NOT*NUKL")
    page = browser.get("/")
    with house.app.store.read() as connection:
        found = agenda(connection, house.app.context)
    needing = [one.number for group in found.groups for one in group.requests]
    shown = page.tree.xpath("//ul[@class='rows']//a[starts-with(@href, '/r/')]/text()")
    assert sorted(shown) == sorted([*needing, *(one.number for one in found.idle)])
    assert needing == ["B1"]
    assert f"{len(needing)} here + {found.waiting} waiting for others = {found.all_open} open" in page.words
    assert found.all_open == 3


def test_what_is_stuck_stands_first_and_leads_to_its_page(browser, house):
    house.refuses = lambda _letter: True
    house.place()
    house.hear("Dear all, whose is this?", of="XX-BL")
    page = browser.get("/")
    headings = [one.text.strip() for one in page.tree.findall(".//h2")]
    assert headings[0] in ("Letters of ours that wait or failed", "Letters that could not be placed")
    for link in page.tree.xpath("//ul[@class='rows']//a/@href"):
        assert browser.get(link).status == 200, link


@pytest.mark.parametrize(
    ("number", "kind"),
    [("B1", "request"), ("L2", "request"), ("I3", "letter"), ("E4", "letter"), ("H5", ""), ("", "")],
)
def test_a_row_leads_to_the_page_that_it_has(number, kind):
    assert DeskRow(number, "", "", "", "").kind == kind


def test_nothing_to_do(browser):
    assert "Nothing needs you." in browser.get("/").words


def test_one_request_says_what_may_be_done_and_what_follows(browser, house):
    house.place(title="On Letters")
    page = browser.get("/r/B1")
    assert "On Letters" in page.words and "If nobody acts" in page.words
    assert page.tree.findtext(".//title") == "B1 · mailproc", "no reader in the title of a window"
    offered = {one["action"] for one in page.forms("/r/B1/act") if one["key"].startswith("act-")}
    assert {"cancel", "receive", "close"} <= offered
    cancel = page.tree.xpath("//details[.//input[@value='act-cancel']]/summary")[0].text_content()
    assert "a message goes to their system" in cancel


def test_an_act_is_an_event_of_the_person_at_the_desk(browser, house):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    page = browser.act("B1", "receive", note="It is here")
    assert page.status == 200 and page.url.endswith("/r/B1")
    assert "B1 is now: Received" in page.words
    event = house.rows("event")[-1]
    assert (event["type"], event["cause"]) == ("receive", "staff")
    assert (event["actor"], event["door"]) == ("rau", "desk")
    assert "B1 is now: Received" not in browser.get("/r/B1").words, "an answer is said once"


def test_what_the_partner_told_us_by_telephone(browser, house):
    house.place()
    forms = browser.get("/r/B1").forms("/r/B1/act")
    (form,) = (one for one in forms if one["key"] == "told-ship")
    page = browser.post("/r/B1/act", form | {"heard_by": "phone"})
    assert "Shipped" in page.words
    event = house.rows("event")[-1]
    assert [event[name] for name in ("type", "heard_by", "door")] == ["SHIPPED", "phone", "desk"]


def test_a_note_for_colleagues(browser, house):
    house.place()
    (form,) = browser.get("/r/B1").forms("/r/B1/note")
    for _ in range(2):
        page = browser.post("/r/B1/note", form | {"text": "the reader calls on Monday"})
        assert page.status == 200
    assert page.words.count("the reader calls on Monday") == 1, "a double click notes once"
    event = house.rows("event")[-1]
    assert (event["type"], event["actor"], event["door"]) == ("note", "rau", "desk")
    page = browser.post("/r/B1/note", form | {"text": "x" * 501, "once": "2"})
    assert page.status == 422
    assert page.tree.xpath("//input[@id='note']/@value") == ["x" * 501]


def test_what_they_may_have_told_us_fits_how_it_stands(browser, house):
    def told(number):
        page = browser.get(f"/r/{number}")
        details = page.tree.xpath("//details[@id='told']/div/details")
        return {one.findtext("summary/span[1]"): one.findtext("summary/span[2]") for one in details}

    house.place()
    asked = told("B1")
    assert asked["they have sent it"] == "then: Shipped"
    assert asked["they cannot supply it"] == "then: Unfilled"
    assert "they have it back" not in asked, "nothing was sent yet"
    house.hear("B1-1 SHIPPED LOAN")
    assert next(iter(told("B1"))) == "they have it back", "what moves it stands first"
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    house.act("L1", "ship")
    assert {"it has reached them", "they have sent it back", "they would like to keep it longer"} <= set(
        told("L1")
    )


def test_a_refused_act_keeps_what_was_typed(browser, house):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    page = browser.act("B1", "receive", on="2099-01-01", note="a long remark")
    assert page.status == 422
    (field,) = page.tree.xpath("//details[@open]//input[@name='note']")
    assert field.get("value") == "a long remark"
    assert page.tree.xpath("//*[@role='alert']")


@pytest.mark.parametrize(("field", "value"), [("on", "tomorrow"), ("on", "2026-13-01")])
def test_a_day_that_is_none(browser, house, field, value):
    house.place()
    page = browser.act("B1", "receive", **{field: value})
    assert page.status == 422 and value in page.words


def test_no_file_of_the_machine_is_sent_by_a_browser(browser, house, tmp_path):
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-1.4")
    browser.act("L1", "ship", attach=str(secret))
    assert not house.rows("document")


def test_the_list_its_filters_and_find(browser, house):
    house.place(title="On Letters")
    house.place(title="Iron Bridges")
    assert {"On Letters", "Iron Bridges"} <= set(browser.get("/requests").tree.xpath("//td/text()"))
    assert "No request fits." in browser.get("/requests?role=RESPONDER").words
    assert "On Letters" in browser.get("/requests?state=nonsense&partner=XX-NOBODY").words
    assert browser.post("/find", {"find": "bridges"}).url.endswith("/r/B2")
    assert browser.post("/find", {"find": "O1"}).url.endswith("/letters/O1")
    several = browser.post("/find", {"find": "B"})
    assert "bridges" not in several.url and "find=" not in several.url


def test_what_was_typed_stands_in_no_address_and_is_nobody_elses(browser, opened, house):
    for _ in range(2):
        house.place(title="On Letters", patron={"id": "R7", "name": "Vera Example"})
    page = browser.post("/find", {"find": "Vera"})
    assert "Found for “Vera”" in page.words and "Vera" not in page.url
    other = opened()
    other.log_in("head")
    assert other.get(page.url).url.endswith("/requests")


def test_letters_in_and_out(browser, house):
    house.place()
    house.run()
    inbox = house.hear("B1-1 SHIPPED LOAN")
    listed = browser.get("/letters")
    assert {"O1", f"I{inbox}"} <= set(listed.tree.xpath("//th/a/text()"))
    page = browser.get(f"/letters/I{inbox}")
    assert "shipped" in page.words.lower() and "B1-1" in page.words
    assert "PASS" not in browser.get("/letters/O1").words


@pytest.mark.parametrize(
    "path",
    [
        "/r/B99", "/r/nonsense", "/letters/I99", "/letters/x", "/letters/H1", "/nowhere", "/r/%00", "/r/%ff",
        "/r/%F0%9F%92%A9", "/letters/%00", "/r/" + "9" * 5000, "/r/B1%2Fact", "/r/B1/act",
        "/letters/I" + "9" * 40, "/login/x", "/find",
    ],
)  # fmt: skip
def test_what_is_not_there(browser, path):
    page = browser.get(path)
    assert page.status in (404, 405) and page.tree.xpath("//*[@role='alert']")


def test_each_page_speaks_the_language_of_the_library(house):
    config = house.app.config
    german = config.model_copy(update={"library": config.library.model_copy(update={"language": "de"})})
    context = replace(house.app.context, config=german)
    browser = Browser(site.application(StaffDesk(house.app.store, context), Web(enabled=True)))
    house.place()
    assert "Zu tun" in browser.log_in().words
    page = browser.get("/r/B1")
    browser.close()
    assert page.tree.get("lang") == "de"
    assert "Was Sie tun können" in page.words and "What you can do" not in page.words
