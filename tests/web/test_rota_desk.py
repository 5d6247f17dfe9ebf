"""The rota at the desk, and corrections of a request."""

import pytest

from mailproc.office.requests import amend, corrections
from tests.web.browser import PASSWORD
from tests.web.test_bad_input import HOSTILE


@pytest.fixture
def asked(house):
    """A request whose first library is asked, and the second waits."""
    house.place("XX-BL", "XX-SECOND")
    return house


def hidden(browser, act, symbol="", number="B1"):
    """The hidden fields of a form of the rota."""
    forms = browser.get(f"/r/{number}/rota").forms(f"/r/{number}/rota/{act}")
    return next(one for one in forms if not symbol or one.get("symbol") == symbol)


def candidates(house):
    return [(one["position"], one["partner"]) for one in house.rows("candidate")]


def doors(house, kind):
    return [(one["actor"], one["door"]) for one in house.rows("event") if one["type"] == kind]


def test_the_rota_says_whom_we_asked_and_who_is_next(browser, asked):
    page = browser.get("/r/B1/rota")
    assert "Somebody is asked now" in page.words and "XX-SECOND" in page.words
    assert not page.forms("/r/B1/rota/next"), "an attempt is open"
    assert browser.get("/r/B1").tree.xpath("//a[@href='/r/B1/rota']")


def test_a_library_is_added_moved_up_and_skipped(browser, house):
    house.place("XX-BL")
    for symbol in ("XX-SECOND", "XX-BL"):
        page = browser.post("/r/B1/rota/add", hidden(browser, "add") | {"symbol": symbol})
        assert page.status == 200 and "is asked last" in page.words, page.words
    assert candidates(house) == [(1, "XX-BL"), (2, "XX-SECOND"), (3, "XX-BL")]
    page = browser.post("/r/B1/rota/up", hidden(browser, "up", "XX-BL"))
    assert "XX-BL is asked earlier" in page.words
    assert candidates(house) == [(1, "XX-BL"), (2, "XX-BL"), (3, "XX-SECOND")]
    form = hidden(browser, "drop", "XX-BL")
    page = browser.post("/r/B1/rota/drop", form)
    assert page.status == 422 and "Say why XX-BL is skipped" in page.words
    page = browser.post("/r/B1/rota/drop", form | {"reason": "they are closed"})
    assert candidates(house) == [(1, "XX-BL"), (3, "XX-SECOND")]
    assert "because: they are closed" in browser.get("/r/B1").words
    assert set(doors(house, "amend")) == {("rau", "desk")}


def test_at_the_end_of_the_rota_a_library_is_added_and_asked(browser, house):
    house.place("XX-BL")
    house.hear("B1-1 NOT*NUKL")
    page = browser.get("/r/B1/rota")
    assert "Nobody is left to ask" in page.words and not page.forms("/r/B1/rota/next")
    browser.post("/r/B1/rota/add", hidden(browser, "add") | {"symbol": "XX-SECOND"})
    form = hidden(browser, "next")
    for _ in range(2):
        page = browser.post("/r/B1/rota/next", form)
        assert page.status == 200, "a double click asks once"
    assert [one["partner"] for one in house.rows("transactions")] == ["XX-BL", "XX-SECOND"]
    assert doors(house, "request")[-1] == ("rau", "desk")


@pytest.mark.parametrize(
    ("act", "said", "says"),
    [
        ("add", {"symbol": "XX-NOBODY"}, "XX-NOBODY"),
        ("add", {"symbol": ""}, "which library"),
        ("add", {"symbol": "XX-CUSTOMER"}, "does not lend"),
        ("add", {"symbol": HOSTILE}, "no partner"),
        ("drop", {"symbol": "XX-BL", "reason": "x"}, "does not wait"),
        ("up", {"symbol": "XX-SECOND"}, "next one"),
        ("up", {"symbol": "XX-BL"}, "does not wait"),
        ("next", {}, ""),
        ("propose", {}, ""),
    ],
)
def test_what_is_refused_changes_nothing(browser, asked, act, said, says):
    before = candidates(asked), asked.rows("event")
    page = browser.post(f"/r/B1/rota/{act}", said)
    assert page.status == 422 and says in page.words and page.tree.xpath("//*[@role='alert']")
    assert not page.tree.xpath("//script[not(@src)] | //img")
    assert (candidates(asked), asked.rows("event")) == before


def test_two_desks_and_one_rota(opened, house):
    house.place("XX-BL")
    one, other = opened(), opened()
    one.log_in(), other.log_in("head")
    form = hidden(other, "add") | {"symbol": "XX-SECOND"}
    assert one.post("/r/B1/rota/add", hidden(one, "add") | {"symbol": "XX-SECOND"}).status == 200
    page = other.post("/r/B1/rota/add", form)
    assert page.status == 409 and "has moved on" in page.words
    assert candidates(house) == [(1, "XX-BL"), (2, "XX-SECOND")]


def test_who_may_look_changes_no_rota_and_no_request(opened, house):
    house.place("XX-BL", "XX-SECOND")
    browser = opened()
    browser.log_in("guest")
    before = house.rows("event"), candidates(house)
    assert not browser.get("/r/B1/rota").tree.xpath("//main//form")
    assert not browser.get("/r/B1/correct").tree.xpath("//main//form")
    acts = [f"rota/{one}" for one in ("add", "up", "drop", "next", "propose")]
    for act in (*acts, "correct/save"):
        page = browser.post(f"/r/B1/{act}", {"symbol": "XX-SECOND", "reason": "x", "title": "y"})
        assert page.status == 422 and "may look" in page.words
    assert (house.rows("event"), candidates(house)) == before


def test_the_rota_of_a_partners_request(browser, house):
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    assert browser.get("/r/L1/rota").status == 404


def correction(browser, number="B1"):
    (form,) = browser.get(f"/r/{number}/correct").forms(f"/r/{number}/correct/save")
    return form


def test_an_order_that_has_not_left_is_corrected_as_by_the_command_line(browser, house):
    house.place(title="On Leters", run=False)
    house.place(title="On Leters", run=False)
    wanted = corrections.read({"item": {"title": "On Letters"}, "need_before": "2026-06-01"})
    amend.amend(house.store, house.app.context, "B1", wanted, by="clerk")
    typed = {"title": "On Letters", "need_before": "2026-06-01"}
    page = browser.post("/r/B2/correct/save", correction(browser, "B2") | typed)
    assert page.url.endswith("/r/B2") and "it is composed again" in page.words
    by_hand, at_desk = (one for one in house.rows("event") if one["type"] == "amend")
    own = {"id", "once", "request_id", "transaction_id", "trace", "apdu"}
    assert {name for name in by_hand if by_hand[name] != at_desk[name]} - own == {"actor", "door"}
    assert at_desk["door"] == "desk"


def test_a_correction_that_is_refused_keeps_what_was_typed(browser, house):
    house.place(run=False)
    page = browser.post("/r/B1/correct/save", correction(browser) | {"note": "Kept", "need_before": "soon"})
    assert page.status == 422 and "soon is no day" in page.words
    assert page.tree.xpath("string(//textarea[@id='entry-note'])").strip() == "Kept"
    assert page.tree.xpath("//input[@id='entry-need_before']/@value") == ["soon"]
    assert not doors(house, "amend")


def test_an_order_that_a_library_has_is_not_corrected(browser, house):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    assert not browser.get("/r/B1").tree.xpath("//a[@href='/r/B1/correct']")
    assert "cannot be corrected" in browser.get("/r/B1/correct").words
    page = browser.post("/r/B1/correct/save", {"title": "Another"})
    assert page.status == 422 and page.tree.xpath("//input[@id='entry-title']/@value") == ["Another"]


def test_the_last_library_is_asked_once_more_with_a_correction(browser, house):
    house.place("XX-BL")
    house.hear("B1-1 NOT*NUKL")
    page = browser.post("/r/B1/correct/save", correction(browser) | {"edition": "2nd", "again": "1"})
    assert "XX-BL is asked once more" in page.words, page.words
    assert [one["partner"] for one in house.rows("transactions")] == ["XX-BL", "XX-BL"]
    assert doors(house, "request")[-1] == ("rau", "desk")


def test_a_correction_that_was_overtaken(browser, house):
    house.place(run=False)
    form = correction(browser)
    house.run()
    house.hear("B1-1 SHIPPED LOAN")
    page = browser.post("/r/B1/correct/save", form | {"title": "Another"})
    assert page.status == 409 and "has moved on" in page.words
    assert page.tree.xpath("//input[@id='entry-title']/@value") == ["Another"]


def test_an_address_keeps_the_parts_that_the_form_has_not(browser, house):
    postal = {"name": "Library", "po_box": "12", "city": "Town", "region": "North"}
    house.place(delivery={"postal": postal}, run=False)
    page = browser.post("/r/B1/correct/save", correction(browser) | {"delivery_city": "Village"})
    assert page.url.endswith("/r/B1"), page.words
    assert house.rows("request")[0]["delivery"] == {"postal": postal | {"city": "Village"}}


def test_a_correction_survives_a_session_that_ended(opened, house):
    house.place()
    browser = opened()
    (form,) = browser.post("/r/B1/correct/save", {"title": "Kept"}).forms("/login")
    page = browser.post("/login", form | {"login": "rau", "password": PASSWORD})
    assert page.url.endswith("/r/B1/correct")
    assert page.tree.xpath("//input[@id='entry-title']/@value") == ["Kept"]
