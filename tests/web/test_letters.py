"""Letters at the desk: found by day, partner, direction and state; read; saved; and those of ours settled."""

from datetime import timedelta
from email.message import EmailMessage
from time import process_time

import pytest
from sqlalchemy import event

from mailproc import slow_work
from mailproc.errors import InDoubt
from mailproc.flow import letter_archiving
from mailproc.office.desk import letter_list
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.mailroom import dismissal, incoming, redelivery
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries import letter_browsing
from mailproc.office.queries.letter_browsing import LetterPlace
from mailproc.office.queries.letter_filter import LetterFilter
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.store import outgoing
from mailproc.store.archives import Archives
from tests.support.files import PDF
from tests.support.partners import BL
from tests.web.full_house import HOSTILE, LONG_LINE


def names(page):
    return page.tree.xpath("//tbody//th/a/text()")


def set_state(house, number, state):
    house.store.write(lambda connection: outgoing.change(connection, number, state=state))


def form(browser, name, does):
    (found,) = browser.get(f"/letters/{name}").forms(f"/letters/{name}/{does}")
    return found


def test_filters(browser, house):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.days(1)
    house.place()
    house.hear("Dear all", of="XX-SECOND")
    browser.log_in()
    everything = names(browser.get("/letters"))
    assert {"O1", "I1", "O2", "I2"} <= set(everything)
    assert set(names(browser.get("/letters?day=2026-03-02"))) == {"I1", "O1"}
    assert names(browser.get("/letters?day=2026-03-01")) == []
    assert set(names(browser.get("/letters?direction=in"))) == {"I1", "I2"}
    assert all(one.startswith("O") for one in names(browser.get("/letters?direction=out")))
    assert names(browser.get("/letters?partner=XX-SECOND")) == ["I2"]
    assert names(browser.get("/letters?state=shelved&direction=in")) == ["I2"]
    assert names(browser.get("/letters?state=nonsense&partner=XX-NOBODY&came=x&went=-1")) == everything
    assert browser.get("/letters?day=tomorrow").status == 404


@pytest.mark.parametrize("chosen", ["", "direction=in", "day=2026-03-02&partner=XX-BL"])
def test_every_letter_is_on_one_page_as_one_leafs_back(browser, house, monkeypatch, chosen):
    monkeypatch.setattr(letter_list, "MOST", 3)
    house.place()
    for number in range(7):
        house.hear(f"B1-1 USE*{number}", run=number % 3 == 0)
    house.run()
    whole = names(browser.get(f"/letters?{chosen}"))
    path, seen = f"/letters?{chosen}", []
    for _ in range(20):
        page = browser.get(path)
        seen += names(page)
        older = page.tree.xpath("//a[text()='Older letters']/@href")
        if not older:
            break
        assert all(one in older[0] for one in chosen.split("&"))
        path = older[0]
    assert seen[:3] == whole and len(seen) == len(set(seen))
    came = {f"I{row['id']}" for row in house.rows("inbox")}
    ours = {f"O{row['id']}" for row in house.rows("outgoing") if row["partner"] == BL or not chosen}
    assert set(seen) == (came if chosen == "direction=in" else came | ours)


def test_a_clock_that_was_set_back_hides_no_letter_from_who_leafs(browser, house, monkeypatch):
    monkeypatch.setattr(letter_list, "MOST", 2)
    house.place()
    for back in (0, 3, -2, 5, -9):
        house.now += timedelta(hours=back)
        house.hear("B1-1 USE*2")
    path, seen = "/letters", []
    while path:
        page = browser.get(path)
        seen += names(page)
        path = next(iter(page.tree.xpath("//a[text()='Older letters']/@href")), "")
    expected = [f"I{row['id']}" for row in house.rows("inbox")]
    expected += [f"O{row['id']}" for row in house.rows("outgoing")]
    assert sorted(seen) == sorted(expected)


def test_a_message_is_shown_with_the_line_it_was_read_from(browser, house):
    house.place()
    inbox = house.hear("B1-1 SHIPPED LOAN")
    assert "line 3: B1-1 SHIPPED LOAN" in browser.get(f"/letters/I{inbox}").words


def test_how_it_came_and_what_proves_the_sender(browser, house):
    house.place()
    inbox = house.hear("B1-1 SHIPPED LOAN", peer="192.0.2.7")
    page = browser.get(f"/letters/I{inbox}")
    assert "192.0.2.7" in page.words and page.tree.xpath("//dt[text()='Came by']/../dd/text()") == [
        "our mail server's port (SMTP)"
    ]
    sender = "a@evil.example"
    strange = house.inject(house.letter("Hello", sender), sender)
    house.run()
    assert "nothing proves who sent it" in browser.get(f"/letters/I{strange}").words


def with_file(house, content=PDF, name="../../<script>.pdf", kind=("application", "pdf")):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@evil.example", "ill@library.example", "Here it is"
    made["Message-ID"] = "<f@evil.example>"
    made.set_content("See the file.")
    made.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    inbox = house.inject(made.as_bytes().replace(b"\n", b"\r\n"), "a@evil.example")
    house.run()
    return f"I{inbox}"


@pytest.mark.parametrize("kind", [("application", "pdf"), ("text", "html"), ("image", "svg+xml")])
def test_a_file_is_given_out_to_be_saved_and_never_opened(browser, house, kind):
    content = PDF if kind[1] == "pdf" else b"<html><script>alert(1)</script></html>"
    letter = with_file(house, content, kind=kind)
    (link,) = browser.get(f"/letters/{letter}").tree.xpath("//a[contains(@href, '/file/')]/@href")
    found = browser.get(link)
    assert found.status == 200
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment;")
    assert "/" not in found.headers["content-disposition"].rpartition("''")[2].replace("%2F", "/")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in found.headers["content-security-policy"]


def test_a_file_is_for_who_works(opened, house):
    letter = with_file(house)
    guest = opened()
    guest.log_in("guest")
    assert not guest.get(f"/letters/{letter}").tree.xpath("//a[contains(@href, '/file/')]")
    assert guest.get(f"/letters/{letter}/file/1").status == 404


@pytest.mark.parametrize("place", ["0", "2", "-1", "x", "9" * 40, "%00"])
def test_a_file_that_is_not_there(browser, house, place):
    assert browser.get(f"/letters/{with_file(house)}/file/{place}").status == 404


def test_a_letter_of_ours_in_doubt(browser, house):
    def breaks(_letter):
        raise InDoubt("the connection broke")

    house.refuses = breaks
    house.place()
    page = browser.get("/letters/O1")
    assert "may have arrived" in page.words
    offered = page.tree.xpath("//section[@class='acts']//span[@class='does']/text()")
    assert offered == ["It arrived", "It did not arrive: send it again"]
    done = browser.post("/letters/O1/arrived", form(browser, "O1", "arrived"))
    assert done.status == 200 and house.row("outgoing", 1)["state"] == "handed_over"
    event = house.rows("event")[-1]
    assert (event["type"], event["actor"], event["door"]) == ("letter-arrived", "rau", "desk")
    assert event["facts"] == {"letter": "O1"}


def test_hold_and_send_again(browser, house):
    house.place(run=False)
    house.quiet()
    assert "It stays here until" in browser.get("/letters/O1").words
    said = form(browser, "O1", "hold")
    browser.post("/letters/O1/hold", said)
    assert house.row("outgoing", 1)["state"] == "held"
    assert "done already" in browser.post("/letters/O1/hold", said).words
    browser.post("/letters/O1/redeliver", form(browser, "O1", "redeliver"))
    house.run()
    assert len(house.sent) == 1


@pytest.mark.parametrize("state", ["sending", "withdrawn", "to_print", "printed"])
def test_what_cannot_go_again_is_not_offered_and_is_refused(browser, house, state):
    house.place()
    set_state(house, 1, state)
    offered = set(browser.get("/letters/O1").tree.xpath("//form/@action[starts-with(., '/letters/O1/')]"))
    assert offered == ({"/letters/O1/printed"} if state == "to_print" else set())
    before = house.dump()
    for does in ("redeliver", "arrived", "hold", "dismiss"):
        assert browser.post(f"/letters/O1/{does}", {}).status == 422
    assert house.dump() == before


def test_an_order_that_nobody_has_is_not_dismissed(browser, house):
    house.refuses = lambda _letter: True
    house.place()
    offered = browser.get("/letters/O1").tree.xpath("//form/@action")
    assert "/letters/O1/redeliver" in offered and "/letters/O1/dismiss" not in offered


def test_two_desks_on_one_letter(browser, opened, house):
    house.place(run=False)
    house.quiet()
    mine = form(browser, "O1", "hold")
    other = opened()
    other.log_in("head")
    other.post("/letters/O1/hold", form(other, "O1", "hold"))
    page = browser.post("/letters/O1/hold", mine)
    assert page.status == 409 and "held back" in page.words


def test_each_act_leaves_the_same_rows_as_by_the_command_line(browser, house):
    acts = {
        "hold": (lambda name, by: incoming.hold(house.store, name, by), "prepared"),
        "redeliver": (lambda name, by: redelivery.redeliver(house.store, name, by=by), "shelved"),
        "arrived": (
            lambda name, by: redelivery.redeliver(house.store, name, arrived=True, by=by),
            "in_doubt",
        ),
        "dismiss": (
            lambda name, by: dismissal.dismiss(house.store, house.app.context, [name], "x", by),
            "bounced",
        ),
    }
    for _ in acts:
        house.place()
        house.place()
    house.store.write(lambda c: [outgoing.change(c, row, reply="") for row in range(1, 9)] and None)
    for place, (does, (by_hand, state)) in enumerate(acts.items()):
        if does == "dismiss":
            house.hear(*(f"B{number}-1 SHIPPED LOAN" for number in range(1, 9)))
        first, second = 2 * place + 1, 2 * place + 2
        set_state(house, first, state)
        set_state(house, second, state)
        by_hand(f"O{first}", DoneBy("clerk", house.now))
        page = browser.post(f"/letters/O{second}/{does}", form(browser, f"O{second}", does) | {"note": "x"})
        assert page.status == 200, page.words
        one, two = (house.row("outgoing", number) for number in (first, second))
        assert (one["state"], one["not_before"]) == (two["state"], two["not_before"])
        rows = [one for one in house.rows("event") if one["type"] == f"letter-{does}"]
        assert [(one["actor"], one["door"]) for one in rows] == [("clerk", "cli"), ("rau", "desk")]


def test_the_page_of_a_hostile_letter_is_harmless_and_quick(browser, house):
    text = HOSTILE + LONG_LINE + "\n" + "B1-1 " * 100_000
    raw = (
        f"From: {HOSTILE[-30:]} <a@evil.example>\r\nSubject: B1 {HOSTILE}\r\nMessage-ID: <h@evil.example>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    )
    house.place()
    inbox = house.inject(raw.encode(), "a@evil.example")
    house.run()
    begun = process_time()
    page = browser.get(f"/letters/I{inbox}")
    took = process_time() - begun
    assert page.status == 200 and len(page.text) < 600_000
    assert not any(mark in page.text for mark in "\u202e\u2066\u2069")
    assert not page.tree.xpath("//script[not(starts-with(@src, '/static/'))] | //img")
    begun = process_time()
    browser.get("/letters")
    assert took < 60 * max(process_time() - begun, 0.2), "bounded, and not as slow as the letter is long"


def test_a_look_at_an_old_letter_reads_no_archive_and_an_act_reads_it_before_the_write(
    make_world, sqlite_url, monkeypatch
):
    world = make_world(sqlite_url, more="[policy]\narchive_after = 365\n")
    world.place()
    world.hear("B1-1 NOT")
    world.act("B1", "close")
    sender = "someone@bl.example"
    dismissed = f"I{world.inject(world.letter('About B1: at the binder.', sender, 'Yours'), sender)}"
    world.run()
    dismissal.dismiss(world.store, world.app.context, [dismissed], "not ours")
    world.later(days=800)
    world.run()
    letter_archiving.run(world.store, world.app.context)
    assert world.rows("outgoing")[0]["archived"]
    desk, real, read = StaffDesk(world.store, world.app.context), Archives.read, list[bool]()

    def noted(archives, year, digest):
        read.append(slow_work.is_writing())
        return real(archives, year, digest)

    monkeypatch.setattr(Archives, "read", noted)
    before = world.dump()
    assert [one.name for one in desk.letters.acts("O1")] == ["redeliver"]
    assert (read, world.dump()) == ([], before)
    rau = StaffPerson("rau", "M. rau", StaffRole.WORK)
    desk.letters.redeliver(rau, "O1", {})
    assert read == [False]
    assert not world.rows("outgoing")[0]["archived"]
    assert world.row("inbox", int(dismissed[1:]))["archived"]
    desk.unplaced.release(rau, dismissed, {"partner": "XX-BL"})
    assert read == [False, False]
    assert not world.row("inbox", int(dismissed[1:]))["archived"]


@pytest.mark.parametrize(
    ("state", "asked"),
    [
        ("printed", ["outgoing"]),
        ("handed_over", ["outgoing"]),
        ("done", ["inbox"]),
        ("dismissed", ["inbox", "outgoing"]),
    ],
)
def test_a_filter_by_state_asks_the_tables_that_have_it(house, state, asked):
    heard: list[str] = []
    with house.app.store.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: heard.append(said[2]))
        letter_browsing.browsed(connection, LetterFilter(state=state), "", LetterPlace(), 10)
    assert [table for table in ("inbox", "outgoing") if any(f"FROM {table}" in one for one in heard)] == asked
