"""A request is placed at the desk: what the checks say, what is refused, and what is never lost."""

LOAN = {"service": "LOAN", "title": "On Letters", "author": "Seneca", "partner1": "XX-BL", "patron": "R1"}


def value(page, name):
    (field,) = page.tree.xpath(f"//*[@id='entry-{name}']")
    return field.value if field.tag in ("textarea", "select") else field.get("value")


def said(page, name):
    return " ".join(page.tree.xpath(f"//*[@id='entry-{name}-said']//text()"))


def once(browser):
    (form,) = browser.get("/new").forms("/new/check")
    return form


def test_a_request_is_placed(browser, house):
    page = browser.post("/new/place", once(browser) | LOAN)
    assert page.status == 200 and page.url.endswith("/r/B1"), page.words
    assert "B1 is placed: XX-BL is asked." in page.words
    event = house.rows("event")[0]
    assert (event["type"], event["actor"], event["door"]) == ("request", "rau", "desk")
