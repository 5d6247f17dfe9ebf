"""The main act of each row of "To do", and one act for several rows."""

import pytest

from mailproc.ill.actions import BY_NAME
from mailproc.ill.attention import RULES, Reason
from mailproc.office.desk.row_acts import MAIN
from tests.support.world import World
from tests.web.browser import ORIGIN, PASSWORD, Browser, PageShown


@pytest.fixture
def asked(house: World) -> World:
    """L1 to L3 were asked of us."""
    house.ordered(*(f"TXC{at}-1 S LOAN\nBook {at}" for at in (1, 2, 3)))
    return house


def form(page: PageShown, number: str) -> dict[str, str]:
    return next(one for one in page.forms("/act") if one["number"] == number)


def marks(page: PageShown, *numbers: str) -> dict[str, str]:
    """What a browser sends when these rows are marked."""
    boxes = page.tree.xpath("//input[@type='checkbox' and starts-with(@name, 'row-')]")
    values = {str(one.get("name")): str(one.get("value")) for one in boxes}
    (once,) = {one["once"] for one in page.forms("/marked")}
    return {"once": once} | {f"row-{number}": values[f"row-{number}"] for number in numbers}


def types(house: World) -> list[tuple[str, str, str]]:
    return [(one["type"], one["actor"], one["door"]) for one in house.rows("event") if one["door"] == "desk"]


def test_each_main_act_is_known_and_helps():
    for reason, acts in MAIN.items():
        for act in acts:
            assert act.partition(" ")[0] in BY_NAME
            assert not RULES[reason].ways or f"act {act}" in RULES[reason].ways
    assert MAIN[Reason.CONDITION][0] == "answer-condition yes" and MAIN[Reason.END_OF_ROTA] == ()


def test_a_row_says_what_follows_and_its_button_does_it(browser: Browser, asked: World) -> None:
    page = browser.get("/")
    assert "then: Shipped" in page.words
    page = browser.post("/act", form(page, "L2"))
    assert page.status == 200 and page.url.endswith("/#at-L3") and "L2 is now: Shipped" in page.words
    assert (asked.state("L1"), asked.state("L2")) == ("IN_PROCESS", "SHIPPED")
    assert types(asked) == [("ship", "rau", "desk")]
    assert "L2 is now" not in browser.get("/").words, "it is said once"


def test_a_double_click_acts_once(browser: Browser, asked: World) -> None:
    said = form(browser.get("/"), "L1")
    assert [browser.post("/act", said).status for _ in range(2)] == [200, 200]
    assert len(types(asked)) == 1


def test_who_is_overtaken_hears_of_it_and_nothing_is_done(browser: Browser, asked: World) -> None:
    said = form(browser.get("/"), "L1")
    asked.act("L1", "unfilled", reason="not-owned")
    page = browser.post("/act", said)
    assert page.status == 409 and "L1" in page.words and types(asked) == []


def test_an_act_that_needs_words_leads_to_its_open_form(browser: Browser, house: World) -> None:
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.act("B1", "return")
    house.hear("B1-1 LOST")
    (link,) = browser.get("/").tree.xpath("//li[@data-row='B1']//a[@class='opens']/@href")
    page = browser.get(link)
    assert page.tree.xpath("//details[@open]/@id") == [link.rpartition("#")[2]]
    assert types(house) == []


def test_marked_rows_take_one_act_each_by_itself(browser: Browser, asked: World) -> None:
    page = browser.get("/")
    asked.act("L2", "unfilled", reason="not-owned")
    page = browser.post("/marked", marks(page, "L1", "L2", "L3") | {"act": "ship"})
    assert page.status == 200 and "2 done, 1 refused: L2: L2 has moved on" in page.words
    assert [asked.state(one) for one in ("L1", "L2", "L3")] == ["SHIPPED", "NOT_SUPPLIED", "SHIPPED"]
    assert types(asked) == [("ship", "rau", "desk")] * 2


def test_the_same_form_again_does_nothing_more(browser: Browser, asked: World) -> None:
    said = marks(browser.get("/"), "L1", "L3") | {"act": "ship"}
    assert [browser.post("/marked", said).status for _ in range(2)] == [200, 200]
    assert len(types(asked)) == 2


def test_what_is_refused_whole_leaves_the_marks(browser: Browser, asked: World) -> None:
    page = browser.post("/marked", marks(browser.get("/"), "L1", "L3") | {"act": "receive"})
    assert page.status == 422 and "0 done, 2 refused" in page.words and types(asked) == []
    assert page.tree.xpath("//input[@checked]/@name") == ["row-L1", "row-L3"]


@pytest.mark.parametrize("many", [0, 51])
def test_no_row_or_more_than_are_shown_is_refused(browser: Browser, asked: World, many: int) -> None:
    said = {f"row-L{at}": "1.1" for at in range(many)}
    page = browser.post("/marked", said | {"act": "ship", "once": "x"})
    assert page.status == 422 and "Mark at least one row" in page.words and types(asked) == []


def test_who_only_looks_has_no_buttons_and_is_refused(opened, asked: World) -> None:
    worker, guest = opened(), opened()
    worker.log_in()
    guest.log_in("guest")
    page = guest.get("/")
    assert "L1" in page.words and page.forms("/act") == page.forms("/marked") == []
    assert guest.post("/act", form(worker.get("/"), "L1")).status == 422
    assert guest.post("/marked", marks(worker.get("/"), "L1") | {"act": "ship"}).status == 422
    assert types(asked) == []


def test_a_reason_of_an_earlier_attempt_has_no_act(browser: Browser, house: World) -> None:
    house.place("XX-BL", "XX-SECOND")
    house.hear("B1-1 NOT")
    house.hear("B1-1 SHIPPED LOAN")
    page = browser.get("/")
    assert page.tree.xpath("//li[@data-row='B1']")
    assert [one["action"] for one in page.forms("/act")] == ["put-off"]


def test_of_many_rows_the_first_are_shown_and_all_are_counted(browser: Browser, house: World) -> None:
    house.ordered(*(f"TXC{at}-1 S LOAN\nBook {at}" for at in range(55)))
    page = browser.get("/")
    assert "50 of 55 are shown" in page.words
    assert len(page.forms("/act")) == 2 * 50


def logged_in_again(browser: Browser, page: PageShown) -> PageShown:
    assert page.status == 401
    (kept,) = page.forms("/login")
    return browser.post("/login", kept | {"login": "rau", "password": PASSWORD})


def test_marks_survive_a_session_that_ends(browser: Browser, asked: World) -> None:
    page = browser.get("/")
    several, one = marks(page, "L1", "L3") | {"act": "ship"}, form(page, "L2")
    browser.client.cookies.clear()
    page = logged_in_again(browser, browser.post("/marked", several))
    assert page.url == f"{ORIGIN}/" and "You were logged out" in page.words and types(asked) == []
    assert page.tree.xpath("//input[@checked]/@name") == ["row-L1", "row-L3"]
    assert browser.get("/").tree.xpath("//input[@checked]/@name") == []
    browser.client.cookies.clear()
    page = logged_in_again(browser, browser.post("/act", one))
    assert page.tree.xpath("//input[@checked]/@name") == ["row-L2"] and types(asked) == []
    browser.client.cookies.clear()
    said = {"name": "What we lend", "role": "RESPONDER"}
    page = logged_in_again(browser, browser.post("/requests/save", said))
    assert "You were logged out" in page.words and page.forms("/requests/save")[0]["role"] == "RESPONDER"
    assert page.tree.xpath("string(//input[@id='list-name']/@value)") == "What we lend"


def test_what_the_reader_has_is_not_sent_back_with_one_key(browser: Browser, house: World) -> None:
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.act("B1", "recall", heard_by="phone")
    assert form(browser.get("/"), "B1")["action"] == "return"
    house.act("B1", "collected")
    assert "return" not in [one["action"] for one in browser.get("/").forms("/act")]
    words = browser.get("/r/B1").words
    assert "Send it back (the reader has it)" in words or "(the reader has it)" in words
    assert "the reader has it; " in words
    house.act("B1", "brought-back")
    assert form(browser.get("/"), "B1")["action"] == "return"
    assert "the reader has it" not in browser.get("/r/B1").words
