"""A request is placed at the desk: what the checks say, what is refused, and what is never lost."""

from dataclasses import replace

import pytest

from mailproc.config import Web
from mailproc.config_catalogues import Catalogue
from mailproc.errors import TryLater
from mailproc.ill.holding import CatalogueAnswer, Holding
from mailproc.office.desk import new_request_form
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.requests import place
from mailproc.web import site
from tests.web.browser import Browser
from tests.web.test_bad_input import HOSTILE

LOAN = {"service": "LOAN", "title": "On Letters", "author": "Seneca", "partner1": "XX-BL", "patron": "R1"}
RIS = """TY  - JOUR
AU  - Sample, A.
TI  - On first orders
JO  - Journal of Examples
VL  - 12
IS  - 3
SP  - 45
EP  - 52
PY  - 2019
SN  - 0378-5955
ER  -
"""
OPENURL = (
    "https://resolver.example/?ctx_ver=Z39.88-2004&rft_val_fmt=info:ofi/fmt:kev:mtx:book&rft.genre=book"
    "&rft.btitle=On+Letters&rft.au=Seneca&rft.isbn=9783161484100&rft.date=1969"
)
WISH = "Title: On Letters\nAuthor: Seneca\nCard number: R1\nName: Ada Reader\nNeeded by: 2026-05-01\n"


def value(page, name):
    (field,) = page.tree.xpath(f"//*[@id='entry-{name}']")
    return (field.value or "").strip("\n") if field.tag in ("textarea", "select") else field.get("value")


def said(page, name):
    return " ".join("".join(page.tree.xpath(f"//*[@id='entry-{name}-said']//text()")).split())


def fresh(browser):
    """The hidden fields of a new form."""
    (form,) = browser.get("/new").forms("/new/check")
    return form


def test_a_request_is_placed_once(browser, house):
    form = fresh(browser) | LOAN
    page = browser.post("/new/place", form)
    assert page.status == 200 and page.url.endswith("/r/B1"), page.words
    assert "B1 is placed: XX-BL is asked." in page.words
    assert browser.post("/new/place", form).url.endswith("/r/B1"), "a double click places once"
    assert len(house.rows("request")) == 1
    event = house.rows("event")[0]
    assert (event["type"], event["actor"], event["door"]) == ("request", "rau", "desk")


def test_it_is_the_same_event_as_by_the_command_line(browser, house):
    wanted = {
        "service": "COPY",
        "item": {"title": "Journal", "article_title": "On letters", "pagination": "1-2", "issn": "0378-5955"},
        "patron": {"id": "R1", "name": "Ada"},
        "delivery": {"electronic": "ada@readers.example", "postal": {"city": "Town"}},
        "need_before": "2026-05-01",
        "max_cost": {"amount": "12.50", "currency": "EUR"},
        "note": "A note",
        "keywords": ["ONE", "TWO"],
        "partners": ["XX-BL", "XX-SECOND"],
    }
    place.place(house.store, house.app.context, place.read(wanted), "clerk")
    typed = {
        **wanted["item"], "service": "COPY", "patron": "R1", "patron_name": "Ada",
        "need_before": "2026-05-01",
        "delivery": "ada@readers.example", "delivery_city": "Town", "max_cost": "12.50 eur", "note": "A note",
        "keywords": "ONE; TWO", "partner1": "XX-BL", "partner2": "xx-second", "anyway": "1",
    }  # fmt: skip
    assert browser.post("/new/place", fresh(browser) | typed).url.endswith("/r/B2")
    first, second = house.rows("request")
    own = {"id", "number"}
    assert {k: v for k, v in first.items() if k not in own} == {
        k: v for k, v in second.items() if k not in own
    }
    first, second = (one for one in house.rows("event") if one["type"] == "request")
    own = {"id", "once", "request_id", "transaction_id", "trace"}
    differ = {name for name in first if first[name] != second[name]} - own
    assert differ == {"actor", "door"} and second["door"] == "desk"
    assert [one["partner"] for one in house.rows("candidate")] == ["XX-BL", "XX-SECOND"] * 2


def test_checking_keeps_nothing_and_says_who_would_be_asked(browser, house):
    page = browser.post("/new/check", fresh(browser) | LOAN)
    assert page.status == 200 and "Would be asked: XX-BL" in page.words
    assert {name: value(page, name) for name in LOAN} == LOAN
    assert not house.rows("request") and not house.rows("event")


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"title": ""}, "title", "without a title"),
        ({"service": ""}, "service", "loan or a copy"),
        ({"service": "GIFT"}, "service", "LOAN or COPY"),
        ({"partner1": ""}, "partner1", "whom to ask"),
        ({"partner1": "XX-NOBODY"}, "partner1", "XX-NOBODY"),
        ({"partner1": "XX-CUSTOMER"}, "partner1", "does not lend"),
        ({"need_before": "tomorrow"}, "need_before", "tomorrow is no day"),
        ({"need_before": "2026-01-01"}, "need_before", "has passed"),
        ({"max_cost": "much"}, "max_cost", "much is no amount"),
        ({"max_cost": "NaN EUR"}, "max_cost", "no amount"),
        ({"delivery": "nowhere"}, "delivery", "no e-mail address"),
        ({"patron": "", "patron_name": "Ada"}, "patron", "needs a number"),
        ({"declared_on": "2026-01-01"}, "declared_by", "who signed"),
        ({"declared_by": "A", "declared_on": "2027-01-01"}, "declared_on", "2027"),
    ],
)
def test_what_is_refused_says_why_at_its_field_and_loses_nothing(browser, house, changed, field, says):
    typed = LOAN | {"note": "A long note", "edition": "2nd"} | changed
    for act, status in (("check", 200), ("place", 422)):
        page = browser.post(f"/new/{act}", fresh(browser) | typed)
        assert page.status == status
        assert says in said(page, field), page.words
        assert page.tree.xpath(f"//*[@role='alert']//a[@href='#entry-{field}']")
        assert {name: value(page, name) or "" for name in typed if name != "service"} == {
            name: text for name, text in typed.items() if name != "service"
        }
    assert not house.rows("request")


def test_a_wrong_isbn_is_said_though_much_is_missing(browser):
    page = browser.post("/new/check", fresh(browser) | {"isbn": "9783161484101"})
    assert "check digit" in said(page, "isbn") and "without a title" in said(page, "title")


def test_a_slip_is_asked_about_once(browser, house):
    """A wrong digit; and money as a German writes it."""
    typed = fresh(browser) | LOAN | {"isbn": "9783161484101", "max_cost": "12,50 EUR"}
    page = browser.post("/new/place", typed)
    assert page.status == 422 and "check digit" in said(page, "isbn") and not house.rows("request")
    assert page.tree.xpath("//input[@name='anyway']")
    assert browser.post("/new/place", typed | {"anyway": "1"}).status == 200
    (row,) = house.rows("request")
    assert row["max_cost"] == {"amount": "12.50", "currency": "EUR"}


def test_a_second_one_of_the_same_reader_needs_a_tick(browser, house):
    browser.post("/new/place", fresh(browser) | LOAN | {"isbn": "9783161484100"})
    typed = LOAN | {"isbn": "9783161484100"}
    page = browser.post("/new/check", fresh(browser) | typed)
    assert "R1 has an open request for the same item: B1" in page.words
    assert "B1. On Letters · Seneca · " in page.words, page.words
    (link,) = page.tree.xpath("//main//a[@href='/r/B1']")
    said = " ".join(link.getparent().text_content().split())
    assert said.count("B1") == 1 and "B1. " in said, "the words do not run into each other"
    page = browser.post("/new/place", fresh(browser) | typed)
    assert page.status == 422 and page.words.count("open request for the same item") == 1
    assert page.tree.xpath("//input[@id='entry-anyway']")
    assert browser.post("/new/place", fresh(browser) | typed | {"anyway": "1"}).url.endswith("/r/B2")


def test_what_we_hold_ourselves_is_said(house):
    own = Catalogue(name="own", url="https://own.example/sru", use="own")
    config = house.app.config.model_copy(update={"catalogue": (own,)})
    answer = CatalogueAnswer(searched_by="isbn", holdings=(Holding(source="own", shelfmark="QA 1"),))
    context = replace(house.app.context, config=config, ask_catalogue=lambda *_: answer)
    browser = Browser(site.application(StaffDesk(house.store, context), Web(enabled=True)))
    browser.log_in()
    page = browser.post("/new/check", fresh(browser) | LOAN | {"isbn": "9783161484100"})
    browser.close()
    assert "We hold it, as the catalogue own says: QA 1" in page.words
    assert page.tree.xpath("//input[@id='entry-anyway']")


@pytest.mark.parametrize(
    ("paste", "filled"),
    [
        (OPENURL, {"title": "On Letters", "author": "Seneca", "isbn": "9783161484100", "service": "LOAN"}),
        (RIS, {"title": "Journal of Examples", "article_title": "On first orders", "volume_issue": "12(3)",
               "pagination": "45-52", "issn": "0378-5955", "service": "COPY"}),
        (WISH, {"title": "On Letters", "patron": "R1", "patron_name": "Ada Reader",
                "need_before": "2026-05-01"}),
        ("Sample, A. (2019). On first orders. Journal of Examples, 12(3), 45-52.",
         {"title": "Journal of Examples", "article_title": "On first orders", "article_author": "Sample, A",
          "volume_issue": "12(3)", "pagination": "45-52", "publication_date": "2019", "service": "COPY"}),
        ("Seneca, L.: On Letters. Oxford 1969. ISBN 978-3-16-148410-0",
         {"title": "On Letters", "author": "Seneca, L", "isbn": "978-3-16-148410-0", "service": "LOAN"}),
        ("9783161484100", {"isbn": "9783161484100", "title": ""}),
    ],
)  # fmt: skip
def test_a_citation_fills_what_it_can(browser, paste, filled):
    page = browser.post("/new/check", fresh(browser) | {"paste": paste})
    assert page.status == 200
    assert {name: value(page, name) or "" for name in filled} == filled
    assert value(page, "paste") == "" and "Filled in" in page.words


def test_words_that_are_not_understood_are_said_and_fill_in_nothing(browser):
    page = browser.post("/new/check", fresh(browser) | {"paste": "J. Smith, Nature 12 (2019) 45"})
    assert not value(page, "title") and not value(page, "author")
    assert "please fill it in: J. Smith, Nature 12 (2019) 45" in page.words


def test_a_citation_takes_nothing_away_that_was_typed(browser):
    page = browser.post("/new/check", fresh(browser) | {"paste": OPENURL, "title": "Another"})
    assert value(page, "title") == "Another" and value(page, "author") == "Seneca"
    assert "Not taken over" in page.words and "On Letters" in page.words


@pytest.mark.parametrize("paste", [RIS + RIS, "x" * 20_000])
def test_what_cannot_be_pasted_stays_where_it_is(browser, paste):
    page = browser.post("/new/check", fresh(browser) | {"paste": paste, "title": "Mine"})
    assert value(page, "paste") == paste.strip("\n") and value(page, "title") == "Mine"
    assert "citation" in said(page, "paste").lower()


def test_hostile_text_in_each_field_is_text(browser, house):
    typed = dict.fromkeys((*new_request_form.FIELDS, "paste"), HOSTILE)
    for act in ("check", "place"):
        page = browser.post(f"/new/{act}", fresh(browser) | typed)
        assert page.status in (200, 422)
        assert not page.tree.xpath(
            "//script[not(@src)] | //img | //iframe | //form[contains(@action, 'evil')]"
        )
        assert not any(mark in page.text for mark in "\u202e\u2066\u2069")
    page = browser.post(
        "/new/place", fresh(browser) | LOAN | {"title": HOSTILE, "note": HOSTILE, "author": HOSTILE}
    )
    assert page.url.endswith("/r/B1") and not page.tree.xpath("//script[not(@src)] | //img")
    assert not browser.get("/r/B1/correct").tree.xpath("//script[not(@src)] | //img")


def test_who_may_look_places_nothing(opened, house):
    browser = opened()
    browser.log_in("guest")
    page = browser.get("/new")
    assert "places no request" in page.words and not page.forms("/new/check")
    for act in ("check", "place"):
        page = browser.post(f"/new/{act}", LOAN)
        assert page.status == 422 and "may look" in page.words
    assert not house.rows("request")


def test_a_form_survives_a_session_that_ended(opened, house):
    browser = opened()
    page = browser.post("/new/place", LOAN | {"note": "Kept"})
    assert page.status == 401
    (form,) = page.forms("/login")
    page = browser.post("/login", form | {"login": "rau", "password": "a long enough one"})
    assert (
        page.url.endswith("/new") and value(page, "note") == "Kept" and value(page, "title") == "On Letters"
    )
    assert not house.rows("request")


def test_a_store_that_is_busy_loses_nothing(browser, house, monkeypatch):
    def busy(*_args, **_more):
        raise TryLater("the store is busy")

    monkeypatch.setattr(place, "place", busy)
    page = browser.post("/new/place", fresh(browser) | LOAN)
    assert page.status == 503 and value(page, "title") == "On Letters" and "Not taken" in page.words
