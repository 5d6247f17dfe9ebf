"""A morning at the desk without script; test_morning_by_keyboard.py leaves the same behind."""

from tests.support.world import World
from tests.web.browser import Browser
from tests.web.work_of_a_morning import BOOKS, begin, is_done


def test_without_script(browser: Browser, house: World) -> None:
    morning = begin(house)
    (letter,) = morning.shelf()
    forms = browser.get(f"/letters/{letter}").forms(f"/letters/{letter}/attach")
    attach = next(one for one in forms if one.get("number") == "B12")
    assert browser.post(f"/letters/{letter}/attach", attach).status == 200
    (agree,) = (
        one for one in browser.get("/").forms("/act") if one["number"] == "B11" and one["action"] != "put-off"
    )
    assert browser.post("/act", agree).status == 200
    for number in BOOKS:
        (scan,) = browser.get("/scan/receive").forms("/scan/receive/do")
        assert "done" in browser.post("/scan/receive/do", scan | {"code": number}).words.lower()
    back = next(one for one in browser.get("/").forms("/r/B1/act") if one["action"] == "undo")
    assert browser.post("/r/B1/act", back).status == 200
    is_done(morning)
