"""The pages of the texts: what is saved holds, nothing typed is lost, and no page opens what it must not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.templating.folders import shipped_folder
from tests.support.world import World
from tests.web.browser import Browser, PageShown

ARRIVED = "en/patron/arrived.txt"
PAGE = "/templates/en.patron.arrived"
SHIPPED = (shipped_folder() / ARRIVED).read_text(encoding="utf-8")
OURS = "Subject: It is here\n\nDear {{ patron.name or 'reader' }},\n{{ request.title }} waits for you.\n"


@pytest.fixture
def keeper(opened: Callable[..., Browser]) -> Browser:
    one = opened()
    one.log_in("head")
    return one


@pytest.fixture
def site(house: World) -> Path:
    config = house.app.config
    return config.file.parent / config.templates.site


def typed(page: PageShown) -> str:
    return page.tree.xpath("string(//textarea[@id='text'])").removeprefix("\n")


def alerts(page: PageShown) -> str:
    return " ".join(" ".join(one.text_content().split()) for one in page.tree.xpath("//*[@role='alert']"))


def seen(page: PageShown) -> str:
    return page.tree.xpath("string(//form[@class='editor']//input[@name='seen']/@value)")


def save(browser: Browser, text: str, path: str = PAGE, **more: str) -> PageShown:
    said = {"text": text, "seen": seen(browser.get(path)), "note": "", "number": ""} | more
    return browser.post(f"{path}/save", said)


def preview(browser: Browser, text: str, path: str = PAGE, number: str = "") -> PageShown:
    return browser.post(f"{path}/preview", {"text": text, "number": number, "seen": seen(browser.get(path))})


def test_a_text_is_changed_and_the_next_letter_goes_out_by_it(keeper, house, site):
    assert "All texts are as shipped." in keeper.get("/templates").words
    assert typed(keeper.get(PAGE)) == SHIPPED
    page = save(keeper, OURS, note="shorter")
    assert page.status == 200 and page.url.endswith(PAGE) and "Saved." in page.words
    assert (site / ARRIVED).read_text() == OURS and typed(page) == OURS
    assert "yours since" in page.words and "M. head" in page.words and "shorter" in page.words
    assert "M. head" in keeper.get("/templates").words
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    house.run()
    assert any("On Letters waits for you." in one.text for one in house.sent)


def test_a_text_that_does_not_pass_is_not_saved_and_the_line_is_named(keeper, site):
    bad = OURS.replace("request.title", "request.titel")
    page = save(keeper, bad)
    assert page.status == 422
    assert "Line 4: there is no request.titel; did you mean request.title?" in alerts(page)
    assert typed(page) == bad and not (site / ARRIVED).exists()
    assert typed(keeper.get(PAGE)) == bad, "the draft is kept"


def test_a_preview_of_a_real_request(keeper, house):
    house.place(title="On Letters")
    house.hear("B1-1 SHIPPED LOAN")
    before = len(house.sent)
    page = preview(keeper, OURS, number="B1")
    assert page.status == 200 and "As B1 would get it now" in page.words
    assert "It is here" in page.words and "On Letters waits for you." in page.words
    house.run()
    assert len(house.sent) == before and house.rows("template_version") == []
