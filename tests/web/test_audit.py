"""What a person has done, until when a session goes on, and a role that changes."""

from mailproc.office.desk import audit_desk
from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from mailproc.store import events
from mailproc.store.events import NewEvent


def test_who_keeps_the_desk_sees_the_acts_of_a_person(browser, opened, house):
    house.place()
    browser.act("B1", "cancel", note="the reader has bought it")
    head = opened()
    head.log_in("head")
    page = head.get("/audit/rau")
    assert page.status == 200 and page.tree.xpath("//table//a/@href") == ["/r/B1"]
    assert "desk" in page.words and "the reader has bought it" not in page.words
    assert "None that is known" in head.get("/audit/nobody").words
    assert "None that is known" in head.get("/audit/%00").words


def test_nobody_else_does(browser, house):
    page = browser.get("/audit/head")
    assert page.status == 404 and "needs the role keep" in page.words


def test_the_list_is_bounded(opened, house):
    made = [NewEvent(cause="staff", type="note", at=house.now, actor="rau", door="cli") for _ in range(300)]
    house.app.store.write(lambda connection: [events.add(connection, one) for one in made])
    head = opened()
    head.log_in("head")
    page = head.get("/audit/rau")
    assert len(page.tree.xpath("//tbody/tr")) == audit_desk.MOST and f"{audit_desk.MOST}" in page.words


def test_a_page_says_until_when_the_session_goes_on(browser, house):
    assert "you are logged in until" in browser.get("/").words
    for _ in range(4):
        house.later(hours=5, minutes=50)
        page = browser.get("/")
    assert page.tree.xpath("//p[@role='status']") and "you must log in again" in page.words
    house.later(hours=1)
    assert "/login" in browser.get("/").url


def test_another_role_holds_at_once(browser, house):
    house.place()
    form = browser.form("B1", "cancel")
    people.change_role(house.app.store, "rau", StaffRole.LOOK)
    assert browser.post("/r/B1/act", form).status == 422
    people.change_role(house.app.store, "rau", StaffRole.WORK)
    assert browser.post("/r/B1/act", form).status == 200, "and the session goes on"


def test_the_page_of_the_service_leads_there_for_who_keeps(browser, keeper):
    links = "//a[starts-with(@href, '/audit/')]/@href"
    assert "/audit/rau" in keeper.get("/service").tree.xpath(links)
    assert browser.get("/service").tree.xpath(links) == []
