"""What the tests of texts share: who keeps them, a page read, a text saved."""

from mailproc.templating.folders import shipped_folder
from tests.web.browser import Browser, PageShown

ARRIVED = "en/patron/arrived.txt"
PAGE = "/templates/en.patron.arrived"
SHIPPED = (shipped_folder() / ARRIVED).read_text(encoding="utf-8")
OURS = "Subject: It is here\n\nDear {{ patron.name or 'reader' }},\n{{ request.title }} waits for you.\n"


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
