"""No page of the desk sends a librarian to a terminal: how to go on is a link, sentences name no command."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from mailproc.config import Web
from mailproc.notices.language_files import shipped
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.requests import reviewing
from mailproc.web import site
from tests.flow.test_letters_of_people import READER, write
from tests.support.partners import ADDRESS, BL, SECOND
from tests.support.world import World
from tests.web.browser import Browser, PageShown
from tests.web.morning import morning
from tests.web.wishes import submit

COMMAND = re.compile(r"mailproc [a-z]|(?<![\w-])--[a-z]|`")
NOT_AT_THE_DESK = frozenset(
    {
        "api-seen",
        "attach-or-off",
        "locate-what",
        "patrons-forgotten",
        "patrons-form",
        "patrons-kept",
        "backup-newer",
        "backup-where",
        "redeliver-which",
        "file-or-options",
        "request-how",
        "ask-terminal",
        "asked-by-one-of",
        "enter-anyway",
        "say-whom",
        "several-need-action",
        "attach-only-first",
        "slip-pdf-name",
        "slip-no-pdf",
        "slip-what",
        "slip-reprint-which",
        "charge-of-what",
        "token-busy",
        "up-alone",
        "propose-alone",
        "restore-not-held",
        "status-version",
        "patrons-what",
    }
)
"""Sentences of verbs that no page has."""
_OF_LETTERS = "//pre | //textarea | //script"
"""What letters and texts say stands there; those to staff name commands."""
MOST_PAGES = 150


def everything(house: World) -> None:
    """A morning, and what else puts a way to go on onto a page."""
    morning(house)
    submit(house, title="A wish")
    refused = submit(house, title="A wish that is refused")
    reviewing.decline(house.store, house.app.context, refused, "not now", "rau", quiet=True)
    house.ordered("TXC9-1 S LOAN\nA wanted book", file_ref="9")
    house.act("L4", "unfilled", reason="lost")
    house.place(title="Nobody has it")
    house.hear("B7-1 NOT")
    house.run()


def seen(browser: Browser, most: int = MOST_PAGES) -> dict[str, PageShown]:
    """Every page that links lead to."""
    found: dict[str, PageShown] = {}
    ahead = ["/"]
    while ahead and len(found) < most:
        address = ahead.pop(0)
        if address in found:
            continue
        page = browser.get(address)
        if not page.headers.get("content-type", "").startswith("text/html"):
            continue
        found[address] = page
        ahead += [at for at in map(_here, page.tree.xpath("//a/@href")) if at]
    return found


def _here(address: str) -> str:
    parts = urlsplit(str(address))
    pages = ("/file/", "/templates/", "/data", "/figures/")
    inside = not parts.netloc and parts.path.startswith("/") and not any(one in parts.path for one in pages)
    return parts.path + (f"?{parts.query}" if parts.query else "") if inside else ""


def said(page: PageShown) -> str:
    tree = page.tree
    for one in tree.xpath(_OF_LETTERS):
        one.drop_tree()
    return " ".join(tree.find("body").text_content().split())


@pytest.mark.parametrize("language", ["en", pytest.param("de", marks=pytest.mark.long)])
def test_no_page_names_a_command(house: World, language: str) -> None:
    everything(house)
    config = house.app.config
    library = config.library.model_copy(update={"language": language})
    context = replace(house.app.context, config=config.model_copy(update={"library": library}))
    browser = Browser(site.application(StaffDesk(house.app.store, context), Web(enabled=True)))
    try:
        browser.log_in("head")
        found = seen(browser)
    finally:
        browser.close()
    assert {"/r/B1", "/r/B2", "/r/L1", "/service", "/partners", f"/partners/{SECOND}"} <= set(found)
    named = {at: text for at, page in found.items() if (text := _around(said(page)))}
    assert named == {}


def _around(text: str) -> list[str]:
    return [text[max(0, one.start() - 80) : one.end() + 60] for one in COMMAND.finditer(text)]


@pytest.mark.parametrize("tag", ["en", "de"])
def test_each_sentence_that_names_a_command_has_another_wording_for_the_desk(tag: str) -> None:
    texts = shipped(tag).texts
    naming = {code for code, text in texts.sentences.items() if COMMAND.search(text)}
    assert naming - set(texts.at_the_desk["sentences"]) == naming & NOT_AT_THE_DESK
    for table in texts.at_the_desk.values():
        assert [text for text in table.values() if COMMAND.search(text)] == []
    for name, table in texts.at_the_desk.items():
        beside = {"date", "due"}  # options that each verb names in its own words
        assert set(table) - beside <= set(getattr(texts, name))


def links(browser: Browser, number: str) -> list[str]:
    page = browser.get(f"/r/{number}")
    return [str(one) for one in page.tree.xpath("//h2[.='To go on']/following-sibling::ul[1]//a/@href")]


def test_nobody_left_leads_to_the_rota_and_to_correcting(house: World, browser: Browser) -> None:
    house.place(title="Silent canals")
    house.hear("B1-1 NOT")
    house.run()
    assert {"/r/B1/rota", "/r/B1/correct"} <= set(links(browser, "B1"))


def test_a_wish_leads_to_its_review(house: World, browser: Browser) -> None:
    wish = submit(house, title="A wish")
    assert set(links(browser, wish)) == {f"/reviews/{wish}"}


def test_what_people_wrote_opens_the_form_that_records_it(house: World, browser: Browser) -> None:
    house.place(title="Silent canals", patron={"id": "R1", "name": "Ada Reader", "email": READER})
    write(house, "B1-1: It was posted yesterday", ADDRESS[BL])
    told = [at for at in links(browser, "B1") if "open=told-ship" in at]
    assert told
    assert "#note" in links(browser, "B1")
    form = browser.get(told[0]).tree.get_element_by_id("told-ship")
    assert form.get("open") is not None
    assert form.xpath(".//select[@name='heard_by']/option[@selected]/@value") == ["mail"]
