"""The pages for readers: who gets in, and what one asks for moves nothing."""

import io
import threading
from base64 import b64encode
from email.message import EmailMessage

import pytest

from mailproc.app import privacy
from mailproc.errors import TryLater
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.patrons import forgetting, importing
from mailproc.office.patrons.patron_file import Form
from mailproc.office.readers import sign_in_links
from mailproc.office.readers.reader_sessions import ReaderPerson
from mailproc.office.requests import place
from mailproc.store import restored
from mailproc.store.engine import Store
from mailproc.web import guard, link_queue, my_clicks
from mailproc.web.link_queue import LinkQueue
from tests.support.partners import BL, SECOND
from tests.web.browser import ORIGIN
from tests.web.readers_desk import LINK, MAIL, other, sign_in, signed_in, states


def test_off_there_are_no_pages(house, opened):
    for path in ("/my", "/my/new", "/my/in/x"):
        assert opened().get(path).status == 404


def test_a_reader_signs_in_by_a_link_and_sees_the_own_requests(house, reader, asks):
    house.place(title="On Letters")
    browser = reader()
    assert browser.get("/my").forms("/my/link") == [{}]
    page = sign_in(browser, asks(browser))
    assert page.url == f"{ORIGIN}/my" and "On Letters" in page.words
    assert "Another library has been asked" in page.words
    assert "On Letters" in browser.get("/my/r/B1").words


def test_what_the_first_library_sends_after_all_is_on_its_way(house, reader, asks):
    house.place(BL, SECOND)
    house.act("B1", "unfilled", heard_by="phone", reason="in-use-on-loan")
    house.act("B1", "unfilled", heard_by="phone", reason="in-use-on-loan")
    browser = signed_in(reader, asks)
    assert "No library could supply it" in browser.get("/my").words
    house.act("B1-1", "ship", heard_by="mail")
    words = browser.get("/my").words
    assert "No library could supply it" not in words and "On its way to the library" in words


def test_a_link_that_comes_back_is_shown_to_nobody_and_opens_nothing(house, reader, asks, opened):
    house.place()
    browser = reader()
    link = asks(browser)
    token = link.removeprefix("/my/in/")
    (letter,) = [one for one in house.sent if token in one.text]
    text = f"From: {MAIL}\r\nTo: ill@library.example\r\nSubject: What is this?\r\n\r\n> {ORIGIN}{link}\r\n"
    wrapped = f"> {ORIGIN}/my/in/{token[:20]}=\r\n{token[20:]}\r\n"
    asked = house.inject((text + wrapped).encode(), MAIL)
    encoded = EmailMessage()
    encoded["From"], encoded["To"], encoded["Subject"] = MAIL, "ill@library.example", "Base64"
    encoded.set_content(f"What is this?\n{ORIGIN}{link}\n", cte="base64")
    encoded.add_attachment(f"{ORIGIN}{link}\n", filename="link.txt", cte="quoted-printable")
    in_base64 = house.inject(encoded.as_bytes(), MAIL)
    coded = b64encode(f"{ORIGIN}{link}".encode()).decode()
    back = house.bounce(letter)
    desk = opened()
    desk.log_in()
    assert token not in desk.get(f"/letters/I{in_base64}/file/1").text
    for number in (asked, in_base64, back):
        page = desk.get(f"/letters/I{number}")
        assert page.status == 200
        assert token not in page.text and token[:20] not in page.text and token[20:] not in page.text
        assert b64encode(token.encode()).decode()[4:16] not in page.text and coded[40:60] not in page.text
    assert browser.post("/my/in", {"token": token}).url != f"{ORIGIN}/my"
    assert "Another library" not in browser.get("/my").words


# signing in


@pytest.mark.parametrize(
    ("number", "email"),
    [
        ("R1", "other@readers.example"), ("R2", MAIL), ("R1", ""), ("", MAIL), ("R9", "x@y.example"),
        ("R1 OR 1=1", MAIL), ("%", "%"), ("R1\nR2", MAIL), ("x" * 5000, MAIL),
        ("R1", "r@readers.example, b@c.d"),
    ],
)  # fmt: skip
def test_who_does_not_know_both_gets_the_same_answer_and_no_letter(
    house, reader, asks, queues, number, email
):
    house.place()
    other(house)
    browser = reader()
    known = browser.post("/my/link", {"number": "R1", "email": MAIL})
    queues[-1].settle()
    house.run()
    before = len(house.sent)
    guess = browser.post("/my/link", {"number": number, "email": email})
    queues[-1].settle()
    house.run()
    assert (guess.status, guess.text) == (known.status, known.text)
    assert len(house.sent) == before


def test_the_answer_does_not_wait_for_the_look(house, by_mail, reader, monkeypatch):
    """So its time says nothing: it has gone before anybody is looked up."""
    looked: list[str] = []
    free = threading.Event()

    def slow(_store: object, _context: object, number: str, _email: str, *, often: bool) -> None:
        assert not often and free.wait(30)
        looked.append(number)

    monkeypatch.setattr(sign_in_links, "ask", slow)
    browser = reader()
    for number in ("R1", "nobody"):
        assert browser.post("/my/link", {"number": number, "email": MAIL}).status == 200
    assert looked == []
    free.set()


def test_while_the_store_is_held_no_link_is_promised_to_anybody(house, reader, asks):
    house.place()
    house.store.write(lambda c: restored.record(c, house.app.clock(), restored.HERE, None, 0, "{}"))
    browser = reader()
    assert asks(browser) == ""
    for number in ("R1", "nobody"):
        said = browser.post("/my/link", {"number": number, "email": MAIL}).words
        assert "No letters leave here just now" in said and "on its way" not in said
    assert house.rows("reader_link") == [], "none leaves later, when it is over"
    house.store.write(lambda c: restored.go_on(c, house.app.clock(), "rau"))
    assert "on its way" in browser.post("/my/link", {"number": "R1", "email": MAIL}).words


def test_a_number_in_another_spelling_and_a_card_are_the_readers(house, reader, asks):
    house.place()
    assert asks(reader(), "r 1", MAIL)
    assert asks(reader(), "R1", MAIL.upper()) == "" and "the letter goes to the address of the store"
    assert any(one.to == MAIL and "/my/in/" in one.text for one in house.sent[-1:])


def test_a_link_opens_once(house, reader, asks):
    house.place()
    browser, thief = reader(), reader()
    link = asks(browser)
    (form,) = thief.get(link).forms("/my/in")
    assert sign_in(browser, link).url == f"{ORIGIN}/my"
    assert thief.post("/my/in", form).status == 422
    assert thief.get(link).status == 404
    assert thief.get("/my").forms("/my/link"), "nobody is signed in there"


def test_to_look_at_a_link_does_not_use_it_up(house, reader, asks):
    house.place()
    link = asks(reader())
    for _ in range(3):
        assert reader().get(link).status == 200
    assert sign_in(reader(), link).url == f"{ORIGIN}/my"


def test_a_link_that_is_too_old_opens_nothing(house, reader, asks):
    house.place()
    browser = reader()
    link = asks(browser)
    (form,) = browser.get(link).forms("/my/in")
    house.later(minutes=31)
    assert browser.get(link).status == 404 and browser.post("/my/in", form).status == 422


@pytest.mark.parametrize(
    "token", ["", "x", "XXXXXXX", "None", "'; DROP TABLE patron --", "\u202e", "x" * 5000]
)
def test_a_guessed_link_opens_nothing(house, reader, asks, token, monkeypatch):
    house.place()
    asks(reader())
    with monkeypatch.context() as patched:
        patched.setattr(Store, "write", lambda *_said: 1 / 0)  # a guess takes no turn among the writes
        assert reader().post("/my/in", {"token": token}).status == 422
    assert house.rows("reader_session") == []


def test_the_secret_of_a_link_stands_in_the_letter_alone(house, reader, asks):
    house.place()
    browser = reader()
    token = asks(browser).rpartition("/")[2]
    assert token and token not in str(house.dump())
    sign_in(browser, f"/my/in/{token}")
    (cookie,) = browser.client.cookies.jar
    assert cookie.value not in str(house.dump())


def test_staff_see_no_link(house, reader, asks, opened):
    house.place()
    token = asks(reader()).rpartition("/")[2]
    desk = opened()
    desk.log_in()
    row = next(one for one in house.rows("outgoing") if one["secret_ref"].startswith("sign-in:"))
    page = desk.get(f"/letters/O{row['id']}")
    assert page.status == 200 and "/my/in/XXXXXXX" in page.words and token not in page.text


def test_nobodys_mailbox_is_filled(house, reader, asks):
    house.place()
    for _ in range(3):
        assert asks(reader())
    assert asks(reader()) == "" and asks(reader()) == ""
    house.later(minutes=31)
    assert asks(reader()), "a stranger who asks keeps nobody out: the last link is over"
    assert asks(reader()) == ""
    house.later(minutes=61)
    assert asks(reader())


FILE = f"id,name,email\nR1,B. Reader,{MAIL}\n".encode()


def test_an_address_from_an_order_is_nobodys_word(house, reader, asks):
    """Whoever can place a request names the address of a reader whom no file has."""
    said = {"id": "R9", "name": "Ann", "email": "evil@evil.example"}
    wanted = place.read({"service": "LOAN", "item": {"title": "Bait"}, "patron": said}, ("XX-BL",))
    place.place(house.store, house.app.context, wanted, "catalogue", anyway=True, door=place.API)
    house.run()
    assert asks(reader(), "R9", "evil@evil.example") == ""
    house.place(patron={"id": "R8", "name": "Cy", "email": "cy@x.example"})
    assert asks(reader(), "R8", "cy@x.example"), "staff have typed it"
    file, context = io.BufferedReader(io.BytesIO(FILE)), house.app.context
    importing.import_file(house.app.store, context, file, Form.CSV, "clerk", progress=lambda *_said: None)
    house.later(minutes=61)
    assert asks(reader(), "R9", "evil@evil.example") == "" and asks(reader())


def test_what_others_ask_keeps_no_reader_out(house, reader, asks, monkeypatch):
    house.place()
    other(house)
    monkeypatch.setattr(sign_in_links, "MOST_AN_HOUR", 1)
    assert asks(reader()) and asks(reader()) == ""
    assert asks(reader(), "R2", "b@readers.example"), "the first of the hour goes whatever others asked"
    assert asks(reader(), "R2", "b@readers.example") == ""
    house.later(minutes=31)
    assert asks(reader()), "the last link is over"


def test_a_network_that_asks_much_gets_first_links_alone(house, reader, asks, monkeypatch):
    house.place()
    other(house)
    monkeypatch.setattr(link_queue, "MOST_OF_NETWORK", 1)
    browser = reader()
    assert asks(browser) and asks(browser) == ""
    assert asks(browser, "R2", "b@readers.example")


def test_who_is_not_looked_at_is_told_so(house, reader, monkeypatch):
    house.place()
    monkeypatch.setattr(link_queue, "PER_PLACE", 0)
    known, guess = (reader().post("/my/link", {"number": one, "email": MAIL}) for one in ("R1", "R9"))
    assert known.status == 503 and known.text == guess.text
    assert "Too many ask for a link" in known.words and "on its way" not in known.words


def test_a_place_that_asks_without_end_is_dropped():
    free, looked = threading.Event(), []

    class Office:
        def ask_link(self, number: str, _email: str, **_said: bool) -> None:
            assert free.wait(30)
            looked.append(number)

    queue = LinkQueue(Office())
    for one in range(50):
        queue.ask(f"R{one}", MAIL, "192.0.2.1")
    queue.ask("other", MAIL, "198.51.100.1")
    free.set()
    queue.settle()
    assert len(looked) == link_queue.PER_PLACE + 1 and "other" in looked


def test_a_letter_that_is_tried_again_brings_a_new_secret(house, reader, queues):
    """The first may have been read by whoever refused it."""
    house.place()
    seen: list[str] = []

    def busy(letter) -> bool:
        found = LINK.search(letter.text)
        if found is None:
            return False
        seen.append(found[1])
        if len(seen) == 1:
            raise TryLater("451 later")
        return False

    house.refuses = busy
    reader().post("/my/link", {"number": "R1", "email": MAIL})
    queues[-1].settle()
    house.run()
    house.later(minutes=2)
    house.run()
    first, second = seen
    assert first != second
    assert reader().get(first).status == 404 and reader().get(second).status == 200


def test_a_letter_with_a_link_goes_after_a_day(house, reader, asks):
    house.place()
    asks(reader())
    row = house.rows("outgoing")[-1]
    house.later(days=2)
    privacy.upkeep(house.app.store, house.app.context)
    assert house.row("outgoing", row["id"])["rcpt_to"] == "" and house.rows("reader_link") == []


def test_a_session_ends_when_it_is_idle_and_when_the_reader_signs_out(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    house.later(minutes=20)
    assert "A book" in browser.get("/my").words
    house.later(minutes=20)
    assert "A book" in browser.get("/my").words, "it was in use"
    house.later(minutes=31)
    assert browser.get("/my").forms("/my/link")
    assert browser.post("/my/r/B1/ask", {"what": "cancel"}).status == 401
    browser = signed_in(reader, asks)
    (cookie,) = browser.client.cookies.jar
    browser.post("/my/out", {})
    assert browser.get("/my", headers={"Cookie": f"reader={cookie.value}"}).forms("/my/link")


def test_signing_out_is_never_refused(house, reader, asks, monkeypatch):
    monkeypatch.setattr(my_clicks, "MOST", 1)
    house.place()
    browser = signed_in(reader, asks)
    said = [browser.post("/my/r/B1/ask", {"what": "cancel"}).status for _ in range(2)]
    assert said[1] == 429
    browser.post("/my/out", {})
    assert browser.get("/my").forms("/my/link") and house.rows("reader_session") == []


def test_who_is_forgotten_is_out_and_no_table_holds_the_number(house, reader, asks):
    house.place()
    house.act("B1", "close")
    browser = signed_in(reader, asks)
    asks(reader())
    forgetting.forget(house.app.store, house.app.context, "R1")
    assert browser.get("/my").forms("/my/link")
    assert house.rows("reader_session") == house.rows("reader_link") == []
    assert MAIL not in str([row["rcpt_to"] for row in house.rows("outgoing")])


# staff and readers


def test_a_cookie_of_one_kind_opens_nothing_of_the_other(house, reader, asks, opened):
    house.place()
    browser, desk = signed_in(reader, asks), reader()
    desk.log_in()
    (mine,), (theirs,) = browser.client.cookies.jar, desk.client.cookies.jar
    assert (mine.name, theirs.name) == ("reader", "desk")
    for path in ("/", "/requests", "/r/B1", "/patrons", "/letters"):
        assert "/login" in reader().get(path, headers={"Cookie": f"desk={mine.value}"}).url
        assert "/login" in browser.get(path).url
    assert desk.get("/my").forms("/my/link"), "staff are no reader"
    assert reader().get("/my", headers={"Cookie": f"reader={theirs.value}"}).forms("/my/link")
    assert desk.post("/my/r/B1/ask", {"what": "cancel"}).status == 401


def test_a_form_from_elsewhere_does_nothing(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert browser.post("/my/r/B1/ask", {"what": "cancel"}, headers=headers).status == 403
        assert browser.post("/my/new/send", {"title": "x"}, headers=headers).status == 403
    assert "READER_WROTE" not in [one["type"] for one in house.rows("event")]


def test_each_answer_has_the_headers_of_the_desk(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    for path in ("/my", "/my/new", "/my/r/B1", "/my/r/B9", "/my/in/x"):
        page = browser.get(path)
        assert page.headers["content-security-policy"] == guard.POLICY
        assert page.headers["cache-control"] == "no-store"
        assert not page.tree.xpath("//script | //style | //*[@style]")


# the own requests


def test_an_end_is_asked_of_staff_and_moves_nothing(house, reader, asks):
    house.place()
    browser, before = signed_in(reader, asks), states(house)
    sent = len(house.sent)
    (form,) = browser.get("/my/r/B1").forms("/my/r/B1/ask")
    page = browser.post("/my/r/B1/ask", form)
    assert page.status == 200 and "no longer need B1" in page.words
    house.run()
    assert [one[0] for one in states(house)] == [one[0] for one in before]
    assert "reader-wrote" in house.attention("B1")
    event = next(one for one in house.rows("event") if one["type"] == "READER_WROTE")
    assert (event["cause"], event["door"]) == ("policy", "my")
    assert house.shown("B1").history[-1].cause == {"kind": "reader", "id": ""}, "no rule wrote it"
    told = [one for one in house.sent[sent:] if "I no longer need it" in one.text]
    assert [one.to for one in told] == ["staff@library.example"], "the lender hears nothing"


def test_more_time_is_asked_of_staff_and_moves_nothing(house, reader, asks):
    house.place()
    house.hear("B1-1 SHIPPED LOAN")
    house.act("B1", "receive")
    browser, sent = signed_in(reader, asks), len(house.sent)
    offered = [one["what"] for one in browser.get("/my/r/B1").forms("/my/r/B1/ask")]
    assert "cancel" not in offered
    if offered:
        page = browser.post("/my/r/B1/ask", {"what": "renew"})
        assert "longer" in page.words
        house.run()
        assert house.state("B1") == "RECEIVED" and "reader-wrote" in house.attention("B1")
        assert all(one.to == "staff@library.example" for one in house.sent[sent:])
    assert browser.post("/my/r/B1/ask", {"what": "cancel"}).status == 422


def test_who_asks_without_end_is_heard_three_times_a_day(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    for _ in range(10):
        assert browser.post("/my/r/B1/ask", {"what": "cancel"}).status == 200
    assert sum(one["type"] == "READER_WROTE" for one in house.rows("event")) == 3


def test_a_wish_that_waits_is_given_up_by_a_note(house, reader, asks):
    house.place()
    browser = signed_in(reader, asks)
    browser.post("/my/new/send", {"service": "LOAN", "title": "Iron Bridges"})
    assert browser.post("/my/r/B2/ask", {"what": "cancel"}).status == 200
    (row,) = house.rows("submission")
    assert row["state"] == "review" and house.events("B2") == ["SUBMITTED", "note"]


@pytest.mark.parametrize("what", ["", "close", "receive", "CANCEL", "cancel\n"])
def test_nothing_else_can_be_asked(house, reader, asks, what):
    house.place()
    before = len(house.rows("event"))
    browser = signed_in(reader, asks)
    count = len(house.rows("event"))
    assert browser.post("/my/r/B1/ask", {"what": what}).status == 422
    assert len(house.rows("event")) == count >= before


def test_what_is_asked_again_and_again_takes_no_turn_among_the_writes(house, monkeypatch):
    house.place()
    office = StaffDesk(house.app.store, house.app.context).readers
    written: list[int] = []
    real = Store.write

    def noted(store, job):
        written.append(1)
        return real(store, job)

    monkeypatch.setattr(Store, "write", noted)
    said = {office.ask(ReaderPerson("R1", "", ""), "B1", "cancel") for _ in range(5)}
    assert len(said) == 1 and len(written) == 3
