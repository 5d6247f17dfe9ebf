"""Partners and the service at the desk: facts, never a secret, and acts as by the command line."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest

from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.partners import directory, pausing
from mailproc.office.queries import partner_health
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.store import outgoing, partner_addresses
from tests.support.partners import BL, PASSWORD


@pytest.fixture
def head(opened):
    one = opened()
    one.log_in("head")
    return one


def form(browser, symbol, does):
    return browser.get(f"/partners/{symbol}").forms(f"/partners/{symbol}/{does}")[0]


def learned(house, address="new@bl.example"):
    """A letter has named an address."""
    row = house.store.write(lambda connection: partner_addresses.learn(connection, BL, address, 1))
    return f"A{row.id if hasattr(row, 'id') else 1}"


def test_the_list_says_how_each_does_and_who_has_trouble_stands_first(browser, house):
    house.place("XX-SECOND")
    house.place()
    house.hear("B2-1 USE*2")
    house.store.write(lambda connection: outgoing.change(connection, 1, state="bounced"))
    page = browser.get("/partners")
    rows = page.tree.xpath("//tbody/tr")
    assert rows[0].findtext("th/a") == "XX-SECOND", "its letter came back"
    (bl,) = (row for row in rows if row.findtext("th/a") == BL)
    assert "2 Mar 2026" in bl.text_content()
    for link in page.tree.xpath("//tbody//a/@href"):
        assert browser.get(link).status == 200


def test_health_is_of_what_is_proven(house):
    house.place()
    house.hear("B1-1 USE*2")
    with house.store.read() as connection:
        found = partner_health.health(connection, house.now)[BL]
    assert (found.heard_at, found.wrote_at, found.waiting, found.unproven) == (house.now, house.now, 0, 0)
    house.store.write(lambda c: c.exec_driver_sql("UPDATE inbox SET proof = '', state = 'shelved'"))
    with house.store.read() as connection:
        found = partner_health.health(connection, house.now)[BL]
    assert (found.heard_at, found.unproven, found.is_well) == (None, 1, False)
    house.later(days=8)
    with house.store.read() as connection:
        assert partner_health.health(connection, house.now)[BL].unproven == 0


def test_no_secret_of_config_toml_is_shown(browser, house):
    page = browser.get(f"/partners/{BL}")
    assert "artemail.account[1].password" in page.words and "(not shown)" in page.words
    for one in house.app.config.partner:
        text = browser.get(f"/partners/{one.symbol}").text
        assert not [word for word in PASSWORD.values() if word in text]


def test_pause_and_resume_are_the_same_rows_as_by_the_command_line(head, house):
    pausing.pause(house.store, house.app.context, BL, "clerk")
    pausing.resume(house.store, house.app.context, BL, "clerk")
    said = form(head, BL, "pause")
    page = head.post(f"/partners/{BL}/pause", said)
    assert page.status == 200 and "paused" in page.words
    assert "done already" in head.post(f"/partners/{BL}/pause", said).words
    head.post(f"/partners/{BL}/resume", form(head, BL, "resume"))
    rows = [one for one in house.rows("event") if one["type"] in ("pause", "resume")]
    told = [(one["type"], one["actor"], one["door"], one["partner"], one["state"]) for one in rows]
    assert told == [
        (what, who, door, BL, "done")
        for who, door in (("clerk", "cli"), ("head", "desk"))
        for what in ("pause", "resume")
    ]


def test_an_address_that_a_letter_named_is_confirmed_or_refused(head, house):
    house.place()
    first = learned(house)
    assert "new@bl.example" in head.get("/partners").words
    directory.confirm(house.store, house.app.context, first, "clerk")
    directory.forget(house.store, house.app.context, first, "clerk")
    learned(house)
    done = head.post(f"/partners/{BL}/confirm", form(head, BL, "confirm"))
    assert done.status == 200
    head.post(f"/partners/{BL}/forget", form(head, BL, "forget"))
    rows = [one for one in house.rows("event") if one["type"].endswith("-address")]
    assert [(one["type"], one["actor"], one["door"]) for one in rows] == [
        (f"{what}-address", who, door)
        for who, door in (("clerk", "cli"), ("head", "desk"))
        for what in ("confirm", "forget")
    ]
    assert "new@bl.example" not in head.get("/partners").words


@pytest.mark.parametrize("does", ["pause", "resume", "confirm", "forget"])
def test_two_clicks_at_the_same_time_are_one(house, does):
    house.place()
    first = learned(house)
    if does == "resume":
        pausing.pause(house.store, house.app.context, BL, "clerk")
    desk, said = StaffDesk(house.store, house.app.context), {"once": "x" * 20, "learned": first}
    click = partial(getattr(desk.partners, does), StaffPerson("head", "M. head", StaffRole.KEEP), BL, said)
    held, entered = threading.Event(), threading.Event()

    def job(_connection):
        entered.set()
        assert held.wait(30)

    with ThreadPoolExecutor(3) as threads:
        threads.submit(house.store.write, job)
        assert entered.wait(30)
        both = [threads.submit(click) for _ in range(2)]
        with suppress(TimeoutError):
            both[0].result(0.5)  # both have looked before either writes
        held.set()
        answers = [one.result(30) for one in both]
    assert sorted(one == ("This is done already.",) for one in answers) == [False, True]
    done = [one for one in house.rows("event") if one["type"].startswith(does) and one["actor"] == "head"]
    assert len(done) == 1


@pytest.mark.parametrize("does", ["pause", "resume", "confirm", "forget"])
def test_who_only_works_changes_no_partner(browser, house, does):
    before = house.dump()
    assert not browser.get(f"/partners/{BL}").tree.xpath("//form[contains(@action, '/partners/')]")
    page = browser.post(f"/partners/{BL}/{does}", {"learned": "A1"})
    assert page.status == 422 and "role keep" in page.words
    assert house.dump() == before


@pytest.mark.parametrize(("does", "said"), [("resume", {}), ("confirm", {"learned": "A99"}), ("forget", {})])
def test_what_is_not_possible_is_refused(head, house, does, said):
    before = house.dump()
    assert head.post(f"/partners/{BL}/{does}", said).status == 422
    assert house.dump() == before


@pytest.mark.parametrize("path", ["/partners/XX-NOBODY", "/partners/%00", "/partners/" + "x" * 5000])
def test_a_partner_that_is_none(browser, path):
    assert browser.get(path).status == 404


def test_the_service_page_says_what_is_wrong_first(browser, house):
    house.place()
    page = browser.get("/service")
    assert page.status == 200
    wrong = page.tree.xpath("//main/div[@class='trouble']/p/text()")
    assert wrong, "no service runs in this house"
    assert "Letters to send" in page.words and "No job runs while the service does not." in page.words
    assert "B1-1" in page.words, "what falls due if nobody acts"


def test_a_mailbox_that_cannot_be_read_stands_at_the_top(house, monkeypatch):
    from mailproc.office.desk import service_desk
    from mailproc.sentence import sentence

    def status(*_):
        found = real(*_)
        said = sentence("status-mailbox-late", name="ill")
        return type(found)(**vars(found) | {"wrong": (said,)})

    real = service_desk.status.status
    monkeypatch.setattr(service_desk.status, "status", status)
    page = StaffDesk(house.store, house.app.context).service.page()
    assert "ill" in page.wrong[0]
