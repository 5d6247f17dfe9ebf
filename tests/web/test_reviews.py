"""Requests to review are decided at the desk."""

import pytest

from mailproc.ill.apdu import Item
from mailproc.ill.terms import Role
from mailproc.office.desk import review_desk
from mailproc.office.requests import amend, corrections, reviewing
from mailproc.office.requests.reviewing import Acceptance
from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from tests.office.test_patron_import import run as imported
from tests.support.partners import USUAL
from tests.web.browser import PASSWORD
from tests.web.test_bad_input import HOSTILE
from tests.web.wishes import submit

WEB = "web@www.example"
FORM = f"""
[[form]]
name = "wishes"
accepts_from = ["{WEB}"]
proof = ["none"]
lenders = ["XX-BL"]
"""
WISH = """Service: Loan
Title: On Letters
Author: Seneca
Name: Ada Reader
Card number: R1
E-mail: ada@readers.example
Comments: With its map.
"""
READERS = "id,name,email,category,expires,blocks\nR1,Ada Reader,ada@readers.example,STUDENT,,\n"


@pytest.fixture
def house(make_world, sqlite_url):
    """A house whose readers send a form; R1 is known."""
    world = make_world(sqlite_url, USUAL + FORM)
    for role, login in ((StaffRole.LOOK, "guest"), (StaffRole.WORK, "rau"), (StaffRole.KEEP, "head")):
        people.add(world.app.store, world.app.context, login, f"M. {login}", role, PASSWORD)
    imported(world, READERS)
    return world


def wish(house, text=WISH):
    house.inject(house.letter(text, WEB, "A form"), WEB)
    house.run()


def hidden(browser, act):
    """The hidden fields of the form, as the page of B1 has it now."""
    (form,) = browser.get("/reviews/B1").forms(f"/reviews/B1/{act}")
    return form


def acts(house):
    return [
        (one["type"], one["actor"], one["door"]) for one in house.rows("event") if one["cause"] == "staff"
    ]


def test_a_wish_is_listed_and_accepted(browser, house):
    wish(house)
    assert browser.get("/").tree.xpath("//a[@href='/reviews/B1']")
    assert browser.get("/reviews").tree.xpath("//a[@href='/reviews/B1']")
    page = browser.get("/reviews/B1")
    assert page.status == 200, page.words
    assert "Would be asked: XX-BL" in page.words and "With its map." in page.words
    form = hidden(browser, "correct")
    page = browser.post("/reviews/B1/accept", form)
    assert page.url.endswith("/r/B1"), page.words
    assert "B1 is placed: XX-BL is asked." in page.words
    expected = [("accept", "rau", "desk"), ("request", "rau", "desk")]
    assert acts(house) == expected
    assert browser.post("/reviews/B1/accept", form).url.endswith("/r/B1"), "a double click accepts once"
    assert acts(house) == expected
    page = browser.get("/reviews/B1")
    assert "decided already" in page.words and not page.forms("/reviews/B1/correct")


def test_accepting_is_the_same_event_as_by_the_command_line(browser, house):
    wish(house)
    wish(house, WISH.replace("On Letters", "Iron Bridges"))
    given = Acceptance(("XX-SECOND",), "R1", service="COPY")
    reviewing.accept(house.store, house.app.context, "B2", given, "clerk", anyway=True)
    typed = {"partner1": "XX-SECOND", "patron": "R1", "service": "COPY", "anyway": "1"}
    assert browser.post("/reviews/B1/accept", hidden(browser, "correct") | typed).url.endswith("/r/B1")
    for kind in ("accept", "request"):
        by_hand, at_desk = (one for one in house.rows("event") if one["type"] == kind)
        own = {"id", "once", "request_id", "transaction_id", "trace", "apdu"}  # of another title
        assert {name for name in by_hand if by_hand[name] != at_desk[name]} - own == {"actor", "door"}


def test_it_is_accepted_with_corrections(browser, house):
    wish(house)
    typed = {"title": "On Letters, abridged", "edition": "2nd", "note": "", "need_before": "2026-06-01"}
    page = browser.post("/reviews/B1/accept", hidden(browser, "correct") | typed)
    assert page.url.endswith("/r/B1") and "abridged" in page.words
    assert [one[0] for one in acts(house)] == ["amend", "accept", "request"]
    (row,) = house.rows("request")
    assert row["item"]["title"] == "On Letters, abridged" and row["item"]["edition"] == "2nd"
    assert (row["note"], row["item"]["author"], str(row["need_before_on"])) == ("", "Seneca", "2026-06-01")


def test_corrections_are_saved_and_it_still_waits(browser, house):
    wish(house)
    page = browser.post("/reviews/B1/correct", hidden(browser, "correct") | {"isbn": "9783161484101"})
    assert page.status == 200 and "check digit" in page.words
    assert page.tree.xpath("//input[@id='entry-isbn']/@value") == ["9783161484101"]
    page = browser.post("/reviews/B1/correct", hidden(browser, "correct"))
    assert page.status == 422 and "nothing would change" in page.words
    assert [one[0] for one in acts(house)] == ["amend"]


def test_what_was_shown_masked_is_no_correction(browser, house):
    wish(house, WISH.replace("On Letters", "On \u202eLetters"))
    inputs = browser.get("/reviews/B1").tree.xpath("//form[@action='/reviews/B1/correct']//input")
    fields = {one.get("name"): one.get("value") or "" for one in inputs if one.get("type") != "checkbox"}
    assert "\u202e" not in fields["title"] and "Letters" in fields["title"]
    page = browser.post("/reviews/B1/correct", fields)
    assert page.status == 422 and "nothing would change" in page.words


def test_it_is_declined_and_that_is_taken_back(browser, house):
    wish(house)
    assert "Ada Reader hears of it by e-mail to ada@readers.example" in browser.get("/reviews/B1").words
    form = hidden(browser, "decline")
    page = browser.post("/reviews/B1/decline", form)
    assert page.status == 422 and "Say why" in page.words
    for _ in range(2):
        page = browser.post("/reviews/B1/decline", form | {"reason": "we hold it"})
        assert page.status == 200 and page.url.endswith("/reviews/B1")
    assert acts(house) == [("decline", "rau", "desk")]
    assert "/reviews/B1" not in browser.get("/reviews").text
    page = browser.post("/reviews/B1/undo", hidden(browser, "undo"))
    assert "B1 waits for review again" in page.words
    house.later(minutes=10)
    house.run()
    assert not house.sent, "the letter had not left"
    assert [one[0] for one in acts(house)] == ["decline", "review"]


def test_a_declined_wish_whose_reader_staff_name(browser, house):
    wish(house, WISH.replace("Card number: R1\n", ""))
    assert "nobody is written to" in browser.get("/reviews/B1").words
    form = hidden(browser, "decline") | {"reason": "we hold it"}
    page = browser.post("/reviews/B1/decline", form | {"reader": "R99"})
    assert page.status == 422 and "No reader has the id" in page.words
    assert page.tree.xpath("//input[@id='decline-reader']/@value") == ["R99"]
    assert page.tree.xpath("string(//textarea[@id='decline-reason'])").strip() == "we hold it"
    page = browser.post("/reviews/B1/decline", form | {"reader": "R1"})
    assert "Ada Reader hears of it" in page.words
    house.later(minutes=10)
    house.run()
    assert [one.to for one in house.sent] == ["ada@readers.example"]


def test_nobody_is_told_where_that_is_ticked(browser, house):
    wish(house)
    browser.post("/reviews/B1/decline", hidden(browser, "decline") | {"reason": "twice", "quiet": "1"})
    house.later(minutes=10)
    house.run()
    assert not house.sent


@pytest.mark.parametrize("second", ["accept", "decline", "correct"])
def test_two_desks_and_one_wish(opened, house, second):
    wish(house)
    one, other = opened(), opened()
    one.log_in(), other.log_in("head")
    form = hidden(other, "decline" if second == "decline" else "correct")
    assert one.post("/reviews/B1/decline", hidden(one, "decline") | {"reason": "we hold it"}).status == 200
    page = other.post(f"/reviews/B1/{second}", form | {"reason": "it is dear", "title": "Changed"})
    assert page.status == 409 and "B1 has moved on: declined it. Nothing was done" in page.words
    assert "it is dear" in page.words and "Changed" in page.words, "what was typed is there"
    assert acts(house) == [("decline", "rau", "desk")]


def test_what_a_check_stops_needs_a_tick(browser, house):
    wish(house)
    browser.post("/reviews/B1/accept", hidden(browser, "correct"))
    wish(house, WISH.replace("With its map", "Without its map"))
    page = browser.get("/reviews/B2")
    assert "open request for the same item: B1" in page.words
    assert page.tree.xpath("//input[@id='entry-anyway']")
    (form,) = page.forms("/reviews/B2/correct")
    page = browser.post("/reviews/B2/accept", form | {"note": "In haste"})
    assert page.status == 422 and "corrections are saved" in page.words
    assert page.tree.xpath("string(//textarea[@id='entry-note'])").strip() == "In haste"
    (form,) = page.forms("/reviews/B2/correct")
    page = browser.post("/reviews/B2/accept", form | {"note": "In haste", "anyway": "1"})
    assert page.url.endswith("/r/B2")
    assert [one[0] for one in acts(house)][-3:] == ["amend", "accept", "request"]


def test_the_order_of_a_partner_comes_into_process(browser, house):
    item = Item(title="On Letters", author="Seneca")
    number = submit(house, partner="XX-CUSTOMER", role=Role.RESPONDER, item=item, number="7")
    page = browser.get(f"/reviews/{number}")
    assert "comes into process" in page.words and not page.tree.xpath("//input[@name='patron']")
    (form,) = page.forms(f"/reviews/{number}/correct")
    page = browser.post(f"/reviews/{number}/accept", form)
    assert page.url.endswith(f"/r/{number}") and f"{number} is in process, for XX-CUSTOMER" in page.words
    assert [one["door"] for one in house.rows("event") if one["type"] in ("accept", "ILL_REQUEST")] == [
        "desk"
    ] * 2


def test_hostile_words_are_text(browser, house):
    names = ("Title", "Author", "Name", "Card number", "Comments")
    lines = "\n".join(f"{name}: {HOSTILE}" for name in names)
    wish(house, lines + "\nSomething else: <script>alert(2)</script>\n")
    for path in ("/reviews", "/reviews/B1", "/"):
        page = browser.get(path)
        assert page.status == 200 and not page.tree.xpath(
            "//script[not(@src)] | //img | //form[contains(@action, 'evil')]"
        )
        assert not any(mark in page.text for mark in "\u202e\u2066\u2069")


def test_who_may_look_decides_nothing(opened, house):
    wish(house)
    browser = opened()
    browser.log_in("guest")
    page = browser.get("/reviews/B1")
    assert page.status == 200 and not page.tree.xpath("//main//form")
    for act in ("correct", "accept", "decline", "undo"):
        page = browser.post(f"/reviews/B1/{act}", {"reason": "no", "title": "x"})
        assert page.status == 422 and "may look" in page.words
    assert not acts(house)


def test_a_refusal_survives_a_session_that_ended(opened, house):
    wish(house)
    browser = opened()
    (form,) = browser.post("/reviews/B1/decline", {"reason": "a long reason", "key": "decline"}).forms(
        "/login"
    )
    page = browser.post("/login", form | {"login": "rau", "password": PASSWORD})
    assert page.url.endswith("/reviews/B1") and "a long reason" in page.words


def test_what_is_no_request_to_review(browser, house):
    house.place()
    for path in ("/reviews/B1", "/reviews/B9", "/reviews/x", "/reviews/L1"):
        assert browser.get(path).status == 404, path


def test_what_somebody_corrects_in_between_is_not_ordered(house, browser, monkeypatch):
    wish(house)
    form = hidden(browser, "correct") | {"title": "On Letters, corrected"}
    real = amend.amend

    def overtaken(store, context, number, wanted, **more):
        done = real(store, context, number, wanted, **more)
        other = corrections.Correction(item={"title": "Another book"})
        real(store, context, number, other, by="head", door="desk")
        return done

    monkeypatch.setattr(review_desk.amend, "amend", overtaken)
    page = browser.post("/reviews/B1/accept", form)
    assert page.status == 409
    assert house.rows("transactions") == []
    assert house.rows("request")[0]["item"]["title"] == "Another book"
