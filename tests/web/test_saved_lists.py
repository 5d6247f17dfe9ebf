"""A person keeps filters of the list under a name; nobody else sees them."""

import pytest


def kept(page):
    return [" ".join(one.text_content().split()) for one in page.tree.xpath("//nav[@class='tabs']//a")]


def save(browser, query, name):
    (form,) = browser.get(f"/requests?{query}").forms("/requests/save")
    return browser.post("/requests/save", form | {"name": name})


def test_a_list_is_kept_with_its_count_and_dropped(browser, opened, house):
    house.place(title="On Letters")
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    page = save(browser, "role=REQUESTER", "  What  we borrow ")
    assert page.url.endswith("/requests?role=REQUESTER") and kept(page) == ["What we borrow 1"]
    assert kept(browser.get("/requests")) == ["What we borrow 1"]
    (link,) = browser.get("/requests").tree.xpath("//nav[@class='tabs']//a/@href")
    assert set(browser.get(link).tree.xpath("//tbody//th//text()")) >= {"B1"}
    other = opened()
    other.log_in("head")
    assert kept(other.get("/requests")) == []
    (form,) = browser.get("/requests?role=REQUESTER").forms("/requests/drop")
    assert kept(other.post("/requests/drop", form)) == [] and kept(browser.get("/requests")) != []
    assert kept(browser.post("/requests/drop", form)) == []


def test_the_same_name_is_the_same_list(browser, house):
    save(browser, "role=REQUESTER", "Mine")
    page = save(browser, "role=RESPONDER", "Mine")
    assert kept(page) == ["Mine 0"] and page.url.endswith("role=RESPONDER")


def test_what_is_due(browser, house):
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    empty = "No request fits."
    assert empty in browser.get("/requests?due=soon").words
    house.days(38)
    browser.log_in()
    assert "On Letters" in browser.get("/requests?due=soon").words
    assert empty in browser.get("/requests?due=overdue").words
    house.days(6)
    browser.log_in()
    assert "On Letters" in browser.get("/requests?due=overdue").words
    assert "On Letters" in browser.get("/requests?due=nonsense").words


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x1bb"])
def test_a_name_that_is_none(browser, house, name):
    page = save(browser, "role=REQUESTER", name)
    assert page.status == 422 and page.tree.xpath("//*[@role='alert']")
    assert page.tree.xpath("//select[@name='role']/option[@selected]/@value") == ["REQUESTER"]
    assert house.rows("saved_list") == []


def test_no_more_than_twenty_and_no_filter_that_is_none(browser, house):
    for number in range(20):
        assert (
            browser.post("/requests/save", {"name": f"list {number}", "role": "x", "find": "y"}).status == 200
        )
    assert browser.post("/requests/save", {"name": "one more"}).status == 422
    assert len(house.rows("saved_list")) == 20
    assert {str(one["chosen"]) for one in house.rows("saved_list")} == {"{}"}


def test_a_hostile_name_is_text(browser, house):
    page = save(browser, "role=REQUESTER", "<script>alert(1)</script> {{ 7*7 }}")
    assert page.status == 200 and not page.foreign_scripts() and "{{ 7*7 }}" in page.words
