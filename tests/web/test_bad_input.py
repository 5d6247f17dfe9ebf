"""What strangers write is harmless on the pages; no act is done twice, or on a page that is out of date."""

import pytest

from tests.web.full_house import HOSTILE, LONG_LINE


@pytest.mark.parametrize("subject", ["plain", HOSTILE.replace("\u202e", "").replace("\u2066", "")])
def test_a_hostile_letter_is_text(browser, house, subject):
    inbox = house.inject(house.letter(HOSTILE, "someone@evil.example", subject[:200]), "someone@evil.example")
    house.run()
    for path in ("/", "/letters", f"/letters/I{inbox}"):
        page = browser.get(path)
        assert page.status == 200
        assert not page.foreign_scripts() and not page.tree.xpath(
            "//img | //iframe | //form[contains(@action, 'evil')]"
        ), path
        assert not any(mark in page.text for mark in "\u202e\u2066\u2069"), path
    assert "{{ 7*7 }} {% raw %}" in page.words and "<script>alert(1)</script>" in page.words


def test_html_is_shown_as_text_and_loads_nothing(browser, house):
    raw = (
        b"From: someone@evil.example\r\nTo: ill@library.example\r\nSubject: Hello\r\n"
        b"Message-ID: <x@evil.example>\r\nContent-Type: text/html\r\n\r\n"
        b"<p>Dear <b>library</b><img src='https://evil.example/pixel.gif'><script>x()</script></p>"
    )
    inbox = house.inject(raw, "someone@evil.example")
    house.run()
    page = browser.get(f"/letters/I{inbox}")
    assert "Dear library" in page.words
    assert not page.foreign_scripts() and not page.tree.xpath("//img | //b")


def test_lines_without_end_are_shown_in_part(browser, house):
    head = "From: a@evil.example\r\nSubject: long\r\nMessage-ID: <l@evil.example>\r\n\r\n"
    inbox = house.inject((head + LONG_LINE).encode(), "a@evil.example")
    house.run()
    page = browser.get(f"/letters/I{inbox}")
    assert page.status == 200 and len(page.text) < 500_000
    assert "the first 100,000 characters are shown" in page.words
    assert max(map(len, page.tree.xpath("string(//pre)").split("\n"))) <= 2000


def test_the_words_of_a_partner_are_text_on_the_page_of_the_request(browser, house):
    house.place(title=HOSTILE[:100])
    house.hear("B1-1 <script>alert(1)</script>")
    page = browser.get("/r/B1")
    assert "<script>" in page.words and not page.foreign_scripts()


def test_no_password_stands_on_any_page(browser, house):
    from tests.support.partners import PASSWORD

    house.place()
    house.run()
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    for path in ("/", "/requests", "/r/B1", "/r/L1", "/letters", "/letters/O1", "/letters/I1"):
        text = browser.get(path).text
        assert not [word for word in PASSWORD.values() if word in text], path


def test_a_double_click_acts_once(browser, house):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    form = browser.form("B1", "receive")
    first, again = browser.post("/r/B1/act", form), browser.post("/r/B1/act", form)
    assert first.status == again.status == 200
    assert [one["type"] for one in house.rows("event")].count("receive") == 1


def test_two_desks_on_one_request(opened, house):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    first, second = opened(), opened()
    first.log_in(), second.log_in("head")
    mine, other = first.form("B1", "receive"), second.form("B1", "lost")
    assert first.post("/r/B1/act", mine).status == 200
    page = second.post("/r/B1/act", other | {"note": "not to be found"})
    assert page.status == 409
    assert "has moved on: received it. Nothing was done" in page.words
    assert [one["type"] for one in house.rows("event")][-1] == "receive"
    (field,) = page.tree.xpath("//details[@open]//input[@name='note']")
    assert field.get("value") == "not to be found"
    again = next(one for one in page.forms("/r/B1/act") if one["key"] == "act-lost")
    assert second.post("/r/B1/act", again).status == 200


def test_a_letter_that_came_meanwhile_is_said(browser, house):
    house.place()
    form = browser.form("B1", "cancel")
    house.hear("B1-1 SHIPPED LOAN")
    page = browser.post("/r/B1/act", form)
    assert page.status == 409 and "Nothing was done" in page.words


@pytest.mark.parametrize(
    "said",
    [
        {"action": "purge"}, {"action": ""}, {"action": "cancel", "answer": "perhaps"}, {"action": "ship"},
        {"action": "receive", "heard_by": "rumour"}, {"action": "hold", "position": "-1"},
        {"action": "receive", "on": "9" * 9000}, {"action": "cancel", "note": "x" * 200_000},
        {"action": "cancel", "seen": "old"}, {"action": "receive", "level": "\u0661"},
    ],
)  # fmt: skip
def test_a_forged_form_changes_nothing(browser, house, said):
    house.place()
    before = house.rows("event")
    page = browser.post("/r/B1/act", said)
    assert page.status in (409, 422) and page.tree.xpath("//*[@role='alert']")
    assert house.rows("event") == before


def test_a_bug_of_a_page_has_a_number_and_says_nothing_else(browser, house, monkeypatch, caplog):
    from mailproc.office.desk import request_list

    def breaks(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(request_list, "page", breaks)
    page = browser.get("/requests")
    assert page.status == 500 and "secret detail" not in page.text
    number = page.words.rpartition("under number ")[2].partition(".")[0]
    assert number in caplog.text and "secret detail" in caplog.text
    assert browser.get("/letters").status == 200
