"""A letter to the reader in staff's own words: it goes as all letters to readers do."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import reader_letter
from mailproc.office.requests.reader_letter import LONGEST, LetterInOwnWords

READER = {"id": "R1", "name": "Ann Reader", "email": "r1@readers.example"}


def form(browser, number="B1"):
    (found,) = browser.get(f"/r/{number}").forms(f"/r/{number}/write")
    return found


def history(house):
    return [one.event for one in house.shown("B1").history]


def test_what_staff_write_goes_to_the_address_of_the_store_once(browser, house):
    house.place(patron=READER)
    house.sent.clear()
    typed = form(browser) | {
        "text": "Not longer, sorry.\n\nThe other library says no.",
        "email": "x@evil.example",
    }
    page = browser.post("/r/B1/write", typed)
    assert page.status == 200 and "a letter to the reader: a letter in our own words" in page.words
    browser.post("/r/B1/write", typed)
    house.run()
    assert house.sent == [], "it waits its minute"
    house.later(minutes=1)
    house.run()
    (letter,) = house.sent
    assert letter.to == READER["email"] and "Dear Ann Reader" in letter.text
    assert "Not longer, sorry.\n\nThe other library says no." in letter.text
    event = house.rows("event")[-1]
    assert [event[name] for name in ("type", "actor", "door")] == ["write-reader", "rau", "desk"]
    assert "wrote to the reader" in browser.get("/r/B1").words and house.verify().differences == ()


def test_the_question_of_a_reader_leads_to_the_answer_which_settles_it(browser, house):
    house.place(patron=READER)
    house.inject(house.letter("How long may I keep B1?", READER["email"], "Re: B1"), READER["email"])
    house.run()
    assert house.attention("B1") == ("reader-wrote",)
    page = browser.get("/r/B1")
    assert page.tree.xpath("//main//a[@href='/r/B1?open=write#write']")
    assert "reader" in page.words and "policy E" not in page.words
    opened = browser.get("/r/B1?open=write")
    assert opened.tree.xpath("//details[@id='write' and @open]")
    browser.post("/r/B1/write", form(browser) | {"text": "Until May."})
    assert house.attention("B1") == ()


def test_it_is_taken_back_within_the_minute(browser, house):
    house.place(patron=READER)
    house.sent.clear()
    browser.post("/r/B1/write", form(browser) | {"text": "for another one"})
    page = browser.get("/r/B1")
    (box,) = page.tree.xpath("//div[@class='leaving']/form")
    undo = {str(one.get("name")): str(one.get("value")) for one in box.xpath("./input")}
    assert browser.post("/r/B1/act", undo).status == 200 and history(house)[-2:] == ["write-reader", "UNDONE"]
    house.later(hours=1)
    house.run()
    assert house.sent == []


def test_without_an_address_it_is_to_be_printed(browser, house):
    house.place(patron={"id": "R2", "name": "Jo Muster"})
    page = browser.post("/r/B1/write", form(browser) | {"text": "Please come to the desk."})
    assert "a letter to print for the reader" in page.words
    house.later(minutes=1)
    house.run()
    assert [one["state"] for one in house.rows("outgoing")][-1] == "to_print"


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST + 1)], ids=["empty", "blank", "long"])
def test_what_is_no_letter_is_refused_with_what_was_typed(browser, house, text):
    house.place(patron=READER)
    page = browser.post("/r/B1/write", form(browser) | {"text": text})
    assert page.status == 422 and "write-reader" not in history(house)
    assert page.tree.xpath("string(//textarea[@id='write-text'])").strip() == text.strip()


def test_where_there_is_no_reader_of_ours_nobody_is_written_to(browser, house):
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    assert browser.get("/r/L1").forms("/r/L1/write") == []
    with pytest.raises(LocalFault, match="no reader of ours"):
        reader_letter.write(house.app.store, house.app.context, LetterInOwnWords("L1", "hello"))


def test_who_looks_writes_to_nobody(opened, browser, house):
    house.place(patron=READER)
    typed, guest = form(browser) | {"text": "hello"}, opened()
    guest.log_in("guest")
    assert guest.get("/r/B1").forms("/r/B1/write") == []
    assert guest.post("/r/B1/write", typed).status == 422 and "write-reader" not in history(house)
