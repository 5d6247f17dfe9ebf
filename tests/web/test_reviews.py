"""Requests to review are decided at the desk."""

import pytest

from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from tests.office.test_patron_import import run as imported
from tests.support.partners import USUAL
from tests.web.browser import PASSWORD

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


def form(browser, act):
    """The hidden fields of the form, as the page of B1 has it now."""
    forms = browser.get("/reviews/B1").forms(f"/reviews/B1/{act}")
    return forms[0] if forms else {}


def events(house):
    return [one for one in house.rows("event") if one["cause"] == "staff"]


def test_a_wish_is_listed_and_accepted(browser, house):
    wish(house)
    assert browser.get("/").tree.xpath("//a[@href='/reviews/B1']")
    assert browser.get("/reviews").tree.xpath("//a[@href='/reviews/B1']")
    page = browser.get("/reviews/B1")
    assert page.status == 200, page.words
    assert "Would be asked: XX-BL" in page.words and "With its map." in page.words
    page = browser.post("/reviews/B1/accept", form(browser, "correct"))
    assert page.url.endswith("/r/B1"), page.words
    assert "B1 is placed: XX-BL is asked." in page.words
    assert [(one["type"], one["actor"], one["door"]) for one in events(house)] == [
        ("accept", "rau", "desk"), ("request", "rau", "desk"),
    ]  # fmt: skip
