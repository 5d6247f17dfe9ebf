"""The desk in a real browser: everybody can use it, by keyboard too, and it asks nobody else for anything."""

import pytest

from mailproc.config import Web, WebOidc
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.transport.http_server import HttpServer
from mailproc.web import site
from tests.support.world import World
from tests.web.browser import PASSWORD
from tests.web.chromium import Window
from tests.web.wishes import submit

HOSTILE = "<script>alert(1)</script> " + "x" * 400


def busy(house: World) -> str:
    """A house with something on each page; the letter of a stranger."""
    house.place(title="On Letters")
    house.place(title="Iron Bridges")
    house.ordered("TXC1-1 S LOAN\nA book of ours")
    house.hear("B1-1 SHIPPED LOAN")
    sender = "someone@elsewhere.example"
    strange = house.inject(house.letter(HOSTILE, sender, "Offer"), sender)
    house.run()
    house.hear("B2-1 SHIPPED LOAN", of="XX-SECOND")
    submit(house, title=HOSTILE)
    return f"I{strange}"


def test_what_stands_there_for_who_keeps_and_on_paper_can_be_used_by_everybody(windows, house):
    house.place(title=HOSTILE, patron={"id": "R7", "name": "P. Post"})
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    (paper,) = [row["id"] for row in house.rows("outgoing") if row["state"] == "to_print"]
    window = windows(320, language="de")
    window.log_in("head", PASSWORD)
    for path in ("/audit/rau", f"/letters/O{paper}"):
        window.go(path)
        for summary in window.page.locator("summary").all():
            summary.evaluate("one => one.parentElement.open = true")
        assert (path, window.faults()) == (path, [])
        assert (path, window.wider_than_the_window() <= 0) == (path, True)
    assert window.complaints == []


def test_what_is_refused_can_be_used_by_everybody_too(windows, house):
    busy(house)
    window = windows(320)
    window.log_in("rau", PASSWORD)
    window.go("/r/B1")
    window.page.locator("#act-receive-on").evaluate("one => one.closest('details').open = true")
    window.page.locator("#act-receive-on").fill("2099-01-01")
    window.page.locator("#act-receive-note").fill("kept")
    window.page.locator("details[open] button.main").click()
    window.page.get_by_role("alert").wait_for()
    assert window.page.locator("#act-receive-note").input_value() == "kept"
    assert window.faults() == []
    assert [one for one in window.complaints if "422" not in one] == [], "a browser names the status itself"


def test_an_answer_with_a_word_without_end_fits(windows, house):
    """The order cannot hold the whole title, and the answer says what it left out."""
    wish = submit(house, title=HOSTILE[:300])
    window = windows(320)
    window.log_in("rau", PASSWORD)
    window.go(f"/reviews/{wish}")
    with window.page.expect_navigation():
        window.page.locator("button[formaction$='/accept']").click()
    assert "xxxx" in window.page.locator(".done").first.inner_text()
    assert window.wider_than_the_window() <= 0 and window.complaints == []


def test_a_new_request_that_is_refused_can_be_used_by_everybody_too(windows, house):
    window = windows(320, language="de")
    window.log_in("rau", PASSWORD)
    window.go("/new")
    window.page.locator("#entry-paste").fill("Seneca, L.: On Letters. Oxford 1969. ISBN 9783161484101")
    window.page.locator("#entry-note").fill(HOSTILE)
    window.page.locator("#entry-patron").press("Enter")
    window.page.get_by_role("alert").wait_for()
    assert window.page.locator("#entry-title").input_value() == "On Letters"
    assert window.page.locator("#entry-note").input_value() == HOSTILE
    assert window.faults() == [] and window.wider_than_the_window() <= 0
    window.page.locator("#entry-partner1").fill("XX-BL")
    window.page.locator("button.main").click()
    window.page.wait_for_url("**/r/B1")
    window.page.get_by_role("status").wait_for()
    assert window.complaints == []


@pytest.mark.parametrize("auth", ["proxy", "oidc"])
def test_the_login_that_others_vouch_for_can_be_used_by_everybody(driven, house, auth):
    oidc = WebOidc(issuer="https://login.library.example", client_id="mailproc")
    web = Web(enabled=True, auth=auth, oidc=oidc)
    server = HttpServer(site.application(StaffDesk(house.app.store, house.app.context), web), "127.0.0.1", 0)
    host, port = server.start()
    window = Window(driven, f"http://{host}:{port}", 320, dark=True)
    status = window.go("/login")
    assert status == (403 if auth == "proxy" else 200)
    assert window.faults() == [] and window.wider_than_the_window() <= 0
    assert [one for one in window.complaints if "403" not in one] == []
    window.close()
    server.stop()


def test_a_letter_of_a_stranger_runs_nothing(windows, house):
    hostile = busy(house)
    window = windows()
    window.page.on("dialog", lambda _dialog: window.complaints.append("it ran"))
    window.log_in("rau", PASSWORD)
    window.go(f"/letters/{hostile}")
    assert "<script>alert(1)</script>" in window.page.locator("pre").first.inner_text()
    assert window.complaints == []


def test_a_book_is_received_by_keyboard_alone(windows, house):
    busy(house)
    window = windows()
    window.go("/login")
    keys = window.page.keyboard

    def tab_to(wanted: str) -> None:
        for _ in range(200):
            keys.press("Tab")
            if window.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"no way to {wanted}")

    def follow() -> None:
        with window.page.expect_navigation():
            keys.press("Enter")

    tab_to("#login")
    keys.type("rau")
    tab_to("#password")
    keys.type(PASSWORD)
    follow()
    tab_to("a[href='/r/B1']")
    follow()
    tab_to("details:has(#act-receive-note) > summary")
    keys.press("Enter")
    tab_to("#act-receive-note")
    keys.type("it came in good order")
    follow()
    window.page.get_by_role("status").wait_for()
    assert "B1 is now: Received" in window.page.get_by_role("status").inner_text()
    event = next(one for one in house.rows("event") if one["type"] == "receive")
    assert (event["actor"], event["door"]) == ("rau", "desk")
    assert window.complaints == []


def test_two_windows_and_one_request(windows, house):
    busy(house)
    first, second = windows(), windows()
    first.log_in("rau", PASSWORD)
    second.log_in("head", PASSWORD)
    for window in (first, second):
        window.go("/r/B1")
        window.page.locator("details:has(#act-receive-note) > summary").click()
    first.page.locator("details[open] button.main").click()
    first.page.get_by_role("status").wait_for()
    second.page.locator("details[open] button.main").click()
    assert "has moved on" in second.page.get_by_role("alert").inner_text()
    assert [one["type"] for one in house.rows("event")].count("receive") == 1


def test_ten_books_are_received_by_a_scanner(windows, house):
    """It types a number and Enter, and nobody touches the mouse."""
    for number in range(1, 11):
        house.place(title=f"Book {number}")
    house.hear(*(f"B{number}-1 SHIPPED LOAN" for number in range(1, 11)))
    window = windows()
    window.log_in("rau", PASSWORD)
    window.go("/scan/receive")
    for number in range(1, 11):
        assert window.page.evaluate("document.activeElement.id") == "code"
        with window.page.expect_navigation():
            window.page.keyboard.type(f"B{number}")
            window.page.keyboard.press("Enter")
        assert f"Book {number}" in window.page.get_by_role("status").inner_text()
    assert [one["type"] for one in house.rows("event")].count("receive") == 10
    with window.page.expect_navigation():
        window.page.keyboard.type("B10")
        window.page.keyboard.press("Enter")
    assert "the second scan did nothing" in window.page.get_by_role("alert").inner_text()
    assert window.page.evaluate("document.activeElement.id") == "code"
    assert window.faults() == []
    assert [one for one in window.complaints if "422" not in one] == []


def test_slips_on_paper_are_slips_alone(windows, house):
    """Each kind on a page of its own, without the bar and the buttons."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    busy(house)
    house.act("B1", "receive")
    window = windows()
    window.log_in("rau", PASSWORD)
    window.go("/slips")
    paper = pypdfium2.PdfDocument(window.page.pdf(prefer_css_page_size=True))
    text = [page.get_textpage().get_text_bounded() for page in paper]
    assert len(text) == 2 and "A book of ours" in text[0] and "On Letters" in text[1]
    assert not [one for one in text if "Log out" in one or "as printed" in one or "Print again" in one]
    assert window.complaints == []
