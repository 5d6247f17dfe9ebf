"""How a window comes to a page of the table, and to its form being refused."""

from playwright.sync_api import Locator

from tests.web.chromium import Window
from tests.web.every_page import TOKEN, DeskPage, Refused


def open_page(window: Window, page: DeskPage, token: str = "") -> int:
    """Open a page of the full house; its status."""
    status = window.go(page.address.replace(TOKEN, token or "nonsense"))
    if page.typed is not None:
        name, words = page.typed
        window.page.locator(f"input[name='{name}']").last.fill(words)
        return sent(window, window.page.locator(f"form:has(input[name='{name}']) button").last)
    if page.follows:
        with window.page.expect_navigation() as answer:
            window.page.locator(f"#main a[href*='{page.follows}']").first.click()
        return answer.value.status
    return status


def open_missing(window: Window, page: DeskPage) -> int:
    """Open the page in an empty house, or that of something that is not there."""
    if page.follows:
        return window.go(page.route.replace("{name}", "nobody").replace("{number}", "7"))
    return open_page(window, page)


def be_refused(window: Window, refused: Refused) -> int:
    """Fill in the form of the page that is open, also what nobody sees, and send it; the status."""
    window.unfold()
    form = f"[action$='{refused.action}'], :has(button[formaction$='{refused.action}'])"
    keyed = f":has(input[name='key'][value='{refused.key}'])" if refused.key else ""
    exact = window.page.locator(f"#main form[action='{refused.action}']{keyed}")
    found = (exact if exact.count() else window.page.locator(f"#main form:is({form}){keyed}")).first
    found.evaluate("form => { form.noValidate = true }")
    for name, value in refused.typed.items():
        found.locator(f"[name='{name}']").fill(value)
    for name, value in refused.hidden.items():
        found.locator(f"[name='{name}']").evaluate("(one, value) => { one.value = value }", value)
    named = found.locator(f"button[formaction$='{refused.action}']")
    return sent(window, named if named.count() else found.locator("button:not([formaction])").last)


def sent(window: Window, button: Locator) -> int:
    with window.page.expect_navigation() as answer:
        button.click()
    return answer.value.status
