"""The pages of readers: found without a name in an address, shown, exported, forgotten."""

import io
import json

import pytest

from mailproc.errors import TryLater
from mailproc.office.patrons import importing
from mailproc.office.patrons.patron_file import Form
from mailproc.office.requests import notes
from tests.web.browser import ORIGIN, PASSWORD


def readers(house, *rows: str) -> None:
    """Import readers: lines of id;barcode;name;email;category;blocks."""
    text = "\n".join(["id;barcodes;name;email;category;blocks", *rows, ""])
    stream = io.BufferedReader(io.BytesIO(text.encode()))
    store, context = house.app.store, house.app.context
    importing.import_file(store, context, stream, Form.CSV, "cron", progress=lambda *_: None, anyway=True)


def found(browser, typed: str):
    return browser.post("/patrons/find", {"who": typed})


def test_a_scanned_card_opens_the_reader_and_no_address_names_anybody(browser, house):
    readers(house, "R1;987654;Ann Reader;ann@readers.example;student;")
    house.place(title="On Letters", patron={"id": "R1"})
    page = found(browser, "987654")
    assert page.status == 200 and "Ann Reader" in page.words and "On Letters" in page.words
    for part in ("R1", "987654", "Ann", "Reader"):
        assert part not in page.url
    assert page.tree.findtext(".//title") == "Reader · mailproc"


def test_names_are_looked_for_and_not_everybody_is_listed(browser, house):
    readers(house, *(f"R{one};;Ann Reader{one};;;" for one in range(30)), "Q;;Bo Other;;;")
    page = found(browser, "reader")
    assert "Bo Other" not in page.words and "/patrons/found/" in page.url
    assert len(page.tree.xpath("//tbody/tr")) == 20 and "The first 20 are shown" in page.words
    (link,) = found(browser, "bo oth").tree.xpath("//tbody//a/@href")
    assert "Bo Other" in browser.get(link).words
    assert not found(browser, "a").tree.xpath("//tbody"), "one letter lists everybody"
    assert "Nobody is found." in found(browser, "nobody of this name").words


def test_the_page_says_what_the_reader_waits_for_and_got(browser, house):
    house.place(title="One")
    house.place(title="Two")
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.act("B1", "return")
    house.act("B1", "close")
    page = found(browser, "R1")
    assert page.tree.xpath("//tbody//th/a/text()") == ["B2", "B1"], "the open one first"
    assert "it is here" in page.words


def test_a_letter_is_sent_again_and_the_request_notes_who_did_it(browser, house):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    page, before = found(browser, "R1"), len(house.reader())
    (form,) = page.forms(f"{page.url.removeprefix(ORIGIN)}/again")
    assert browser.post(f"{page.url.removeprefix(ORIGIN)}/again", form).status == 200
    late = browser.post(f"{page.url.removeprefix(ORIGIN)}/again", form | {"once": "another"})
    assert late.status == 409, "that page says that it has gone"
    house.run()
    assert len(house.reader()) == before + 1
    done = [(event["type"], event["actor"], event["door"]) for event in house.rows("event")[-2:]]
    assert done == [("letter-redeliver", "rau", "desk"), ("note", "rau", "desk")]
    events = len(house.rows("event"))
    again = browser.post(f"{page.url.removeprefix(ORIGIN)}/again", form)
    house.run()
    assert "done already" in again.words, "a double click"
    assert len(house.reader()) == before + 1 and len(house.rows("event")) == events


def test_a_letter_that_could_not_be_noted_is_not_sent_again(browser, house, monkeypatch):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    page, before = found(browser, "R1"), house.dump()
    (form,) = page.forms(f"{page.url.removeprefix(ORIGIN)}/again")

    def busy(*_, **__):
        raise TryLater("the store is away")

    monkeypatch.setattr(notes, "say", busy)
    assert browser.post(f"{page.url.removeprefix(ORIGIN)}/again", form).status == 503
    assert house.dump() == before


def test_only_a_letter_to_this_reader_is_sent_again(browser, house):
    house.place()
    page, before = found(browser, "R1"), len(house.sent)
    answer = browser.post(f"{page.url.removeprefix(ORIGIN)}/again", {"letter": "O1"})
    house.run()
    assert answer.status == 422 and len(house.sent) == before


def test_the_readers_data_are_a_file(browser, house):
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    page = found(browser, "R1")
    said = browser.get(f"{page.url.removeprefix(ORIGIN)}/data")
    assert "attachment" in said.headers["content-disposition"]
    value = json.loads(said.text)
    assert value["reader"]["id"] == "R1" and value["requests"][0]["number"] == "B1"
    assert "On Letters" in value["letters"][0]["text"]


@pytest.mark.parametrize("login", ["guest", "rau"])
def test_who_does_not_keep_forgets_nobody(opened, house, login):
    house.place()
    house.act("B1", "close")
    browser = opened()
    browser.log_in(login)
    here = found(browser, "R1").url.removeprefix(ORIGIN)
    assert "Forget this reader" not in browser.get(here).words
    assert browser.get(f"{here}/forget").status == 404
    assert browser.post(f"{here}/forget", {}).status == 422
    assert [one["id"] for one in house.rows("patron")] == ["R1"]


def test_forgetting_says_first_what_goes_and_the_page_answers_clearly_afterwards(opened, house):
    house.place()
    house.act("B1", "close")
    browser = opened()
    browser.log_in("head", PASSWORD)
    here = found(browser, "R1").url.removeprefix(ORIGIN)
    told = browser.get(f"{here}/forget")
    assert "B1" in told.words and "cannot be taken back" in told.words
    assert house.rows("patron"), "a GET changes nothing"
    assert "B1" in browser.post(f"{here}/forget", {}).words
    assert house.rows("patron") == []
    gone = browser.get(here)
    assert gone.status == 404 and "not any more" in gone.words
    assert browser.post(f"{here}/again", {"letter": "O1"}).status in (404, 422)


def test_a_reader_with_open_requests_is_kept(opened, house):
    house.place()
    browser = opened()
    browser.log_in("head", PASSWORD)
    here = found(browser, "R1").url.removeprefix(ORIGIN)
    assert "B1" in browser.get(f"{here}/forget").words
    assert browser.post(f"{here}/forget", {}).status == 422
    assert house.rows("patron")


def test_a_request_leads_to_its_reader(browser, house):
    house.place()
    (link,) = browser.get("/r/B1").tree.xpath("//a[contains(@href, '/reader')]/@href")
    assert "A Reader" in browser.get(link).words


def test_an_address_that_means_nobody(browser):
    page = browser.get("/patrons/0123456789abcdef01234567")
    assert page.status == 404 and "not any more" in page.words
