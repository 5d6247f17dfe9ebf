"""What could not be placed: shown with its reason and candidates, and settled as by the command line."""

import pytest

from mailproc.office.mailroom import attaching, dismissal, incoming
from mailproc.office.mailroom.done_by import DoneBy
from tests.flow.test_letters_of_people import READER
from tests.support.partners import ADDRESS, BL, CODE

ORDER = "TXC1-1 S LOAN\nA book of ours"


def writes(house, text, subject="Your request", sender="someone@bl.example"):
    """Somebody writes what no protocol reads."""
    inbox_id = house.inject(house.letter(text, sender, subject), sender)
    house.run()
    return f"I{inbox_id}"


def shelved_message(house, of="XX-SECOND", line="B1-1 SHIPPED LOAN"):
    """A message of the wrong partner lies on the shelf; its name."""
    house.hear(line, of=of)
    return next(name for name in house.shelf() if name.startswith("E"))


def form(browser, name, does, key=""):
    forms = browser.get(f"/letters/{name}").forms(f"/letters/{name}/{does}")
    return next(one for one in forms if key in (one["key"], ""))


def candidates(page):
    return page.tree.xpath("//section[contains(@class, 'placing')]//a[@class='number']/text()")


def test_nothing_lies_there(browser):
    assert "Every letter found its request." in browser.get("/unplaced").words


def test_the_list_says_why_and_leads_to_the_letter(browser, house):
    house.place()
    letter, message = writes(house, "Whose is this?"), shelved_message(house)
    page = browser.get("/unplaced")
    names = page.tree.xpath("//a[@class='number']/text()")
    assert set(names) == {letter, message}
    assert "a person wrote it, or it has a form that is not known here" in page.words
    for name in names:
        assert browser.get(f"/letters/{name}").status == 200


def test_candidates_with_why_and_none_is_chosen(browser, house):
    house.place(title="Iron Bridges of Wales")
    house.place(title="On Letters")
    letter = writes(house, "The volume on iron bridges in Wales is at the binder's.")
    page = browser.get(f"/letters/{letter}")
    assert candidates(page)[0] == "B1"
    assert "words of its title: bridges, iron, wales" in page.words
    assert "B1 stays: Requested; the letter stands in its history" in page.words
    assert not page.tree.xpath("//input[@type='radio' and @checked] | //option[@selected and @value!='']")


@pytest.mark.parametrize(
    ("text", "subject", "why"),
    [
        ("It is at the binder's.", "About B2", "its number stands in the subject"),
        ("About your B2: it is at the binder's.", "Hello", "its number stands in the text"),
        ("Sorry.\n\n> Our number: B2-1\n> A book", "Hello", "its number stands in the quoted letter"),
    ],
)
def test_a_number_in_the_letter_names_its_request(browser, house, text, subject, why):
    for _ in range(3):
        house.place()
    page = browser.get(f"/letters/{writes(house, text, subject)}")
    assert candidates(page)[0] == "B2" and why in page.words


def test_the_same_house_and_a_late_letter_of_ours_are_reasons(browser, house):
    house.place()
    domain = ADDRESS[BL].rpartition("@")[2]
    page = browser.get(f"/letters/{writes(house, 'Whose?', sender=f'boss@{domain}')}")
    assert candidates(page) == ["B1"]
    assert f"{BL} has addresses at {domain}" in page.words and "we wrote about it on" in page.words


def test_what_is_foreseen_of_attaching_is_what_happens(browser, house):
    house.place()
    name = shelved_message(house)
    page = browser.get(f"/letters/{name}")
    assert "B1 would become: Shipped" in page.words
    done = browser.post(f"/letters/{name}/attach", form(browser, name, "attach", "attach-B1"))
    assert done.status == 200 and "Requested → Shipped" in done.words
    house.run()
    assert house.state("B1") == "SHIPPED" and house.shelf() == {}


def test_what_is_foreseen_of_a_release_is_what_happens(browser, house):
    house.place()
    text = f"REPLIES FOR {CODE[BL]}   02-03-2026\n\nB1-1 SHIPPED LOAN"
    letter = writes(house, text, "Replies", "ill@elsewhere.example")
    before = house.dump()
    assert "release it with --partner" not in browser.get(f"/letters/{letter}").words
    page = browser.get(f"/letters/{letter}?partner={BL}")
    assert house.dump() == before, "a look changes nothing"
    assert "B1 would become: Shipped" in page.words
    browser.post(f"/letters/{letter}/release", form(browser, letter, "release") | {"partner": BL})
    house.run()
    assert house.state("B1") == "SHIPPED" and house.shelf() == {}


def test_a_double_click_attaches_once_and_is_told_so(browser, house):
    house.place()
    letter = writes(house, "About B1: it is at the binder's.")
    said = form(browser, letter, "attach", "attach-B1")
    assert browser.post(f"/letters/{letter}/attach", said).status == 200
    again = browser.post(f"/letters/{letter}/attach", said)
    assert again.status == 200 and "done already" in again.words
    assert [one["type"] for one in house.rows("event")].count("MESSAGE") == 1


def test_what_a_colleague_did_meanwhile_is_said(browser, opened, house):
    house.place()
    letter = writes(house, "About B1: it is at the binder's.")
    mine = form(browser, letter, "attach", "attach-B1")
    other = opened()
    other.log_in("head")
    other.post(f"/letters/{letter}/dismiss", form(other, letter, "dismiss") | {"note": "an advertisement"})
    page = browser.post(f"/letters/{letter}/attach", mine)
    assert page.status == 409 and "has moved on" in page.words and "dismissed by staff" in page.words
    assert "MESSAGE" not in [one["type"] for one in house.rows("event")]


def test_a_request_that_moved_on_meanwhile_is_looked_at_again(browser, house):
    house.place()
    name = shelved_message(house)
    mine = form(browser, name, "attach", "attach-B1")
    house.hear("B1-1 NOT*NUKL")
    page = browser.post(f"/letters/{name}/attach", mine)
    assert page.status == 409 and house.state("B1") == "NOT_SUPPLIED"


def test_staff_name_another_request_and_see_first_what_would_happen(browser, house):
    house.place(title="Quite Another")
    letter = writes(house, "Greetings.")
    page = browser.get(f"/letters/{letter}?number=B1")
    assert "B1 stays: Requested" in page.words
    assert "There is no request B99" in browser.get(f"/letters/{letter}?number=B99").words


def test_what_cannot_be_is_refused_and_changes_nothing(browser, house):
    house.ordered(ORDER)
    house.place()
    letter = writes(house, "Hello")
    before = house.dump()
    for does, said in (
        ("attach", {}), ("attach", {"number": "B99"}), ("attach", {"number": "O99"}),
        ("release", {"partner": "XX-NOBODY"}), ("report", {}),
    ):  # fmt: skip
        page = browser.post(f"/letters/{letter}/{does}", said)
        assert page.status == 422 and page.tree.xpath("//*[@role='alert']"), (does, said)
    assert house.dump() == before


def test_who_may_only_look_sees_why_and_settles_nothing(opened, house):
    house.place()
    letter = writes(house, "About B1")
    guest = opened()
    guest.log_in("guest")
    page = guest.get(f"/letters/{letter}")
    assert "a person wrote it, or it has a form that is not known here" in page.words
    assert not page.tree.xpath("//form[contains(@action, '/letters/')]")
    before = house.dump()
    for does in ("attach", "release", "report", "dismiss"):
        assert guest.post(f"/letters/{letter}/{does}", {"number": "B1"}).status == 422
    assert house.dump() == before


OWN = {
    "id",
    "at",
    "actor",
    "door",
    "once",
    "request_id",
    "transaction_id",
    "inbox_id",
    "trace",
    "facts",
    "apdu",
}


def test_each_act_leaves_the_same_rows_as_by_the_command_line(browser, house):
    def by_hand(act, *named):
        act(house.store, house.app.context, *named, by=DoneBy("clerk", house.now))

    house.place()
    house.place()
    one, two = writes(house, "About B1"), writes(house, "About B2")
    by_hand(attaching.attach, one, "B1")
    browser.post(f"/letters/{two}/attach", form(browser, two, "attach", "attach-B2"))
    three, four = writes(house, "News"), writes(house, "News")
    by_hand(dismissal.dismiss, [three], "no")
    browser.post(f"/letters/{four}/dismiss", form(browser, four, "dismiss") | {"note": "no"})
    five, six = writes(house, "News"), writes(house, "News")
    by_hand(incoming.release, five, BL)
    browser.post(f"/letters/{six}/release", form(browser, six, "release") | {"partner": BL})
    house.run()
    acts = [one for one in house.rows("event") if one["type"].startswith("letter-")]
    assert [one["type"] for one in acts] == [
        f"letter-{what}" for what in ("attach", "dismiss", "release") for _ in range(2)
    ]
    assert [one["door"] for one in acts] == ["cli", "desk"] * 3
    assert [one["actor"] for one in acts] == ["clerk", "rau"] * 3
    messages = [one for one in house.rows("event") if one["type"] == "MESSAGE"]
    for first, second in (*zip(acts[::2], acts[1::2], strict=True), messages):
        assert {k: v for k, v in first.items() if k not in OWN} == {
            k: v for k, v in second.items() if k not in OWN
        }


def test_after_attaching_the_page_leads_to_the_request_and_says_how_to_go_on(browser, house):
    house.place(title="On Letters")
    letter = writes(house, "The volume of letters is at the binder's.")
    page = browser.get(f"/letters/{letter}?number=B1")
    asked = next(one for one in page.forms(f"/letters/{letter}/attach") if one.get("number") == "B1")
    page = browser.post(f"/letters/{letter}/attach", asked)
    assert f"{letter} belongs to B1 now" in page.words and "Taking it off again stands below" in page.words
    assert page.tree.xpath("//main//a[@href='/r/B1']"), "there is a way to it"


def test_a_letter_of_ours_leads_to_its_requests(browser, house):
    house.place(title="On Letters")
    assert browser.get("/letters/O1").tree.xpath("//main//a[@href='/r/B1']")


def attached(browser, name, number):
    return browser.post(f"/letters/{name}/attach", form(browser, name, "attach", f"attach-{number}"))


def off(browser, name):
    return browser.post(f"/letters/{name}/take-off", form(browser, name, "take-off"))


def test_a_letter_on_the_wrong_request_is_taken_off_and_attached_elsewhere(browser, house):
    """Also one of a stranger, which the page says before the click, and after it."""
    house.place(title="Iron Bridges of Wales")
    house.place(title="On Letters")
    letter = writes(house, "About B1: it is at the binder's.", sender="x@stranger.example")
    page = browser.get(f"/letters/{letter}")
    assert f"Mind the sender: x@stranger.example is no address of {BL}" in page.words
    assert f"Its sender is no address of {BL}" in attached(browser, letter, "B1").words
    history = browser.get("/r/B1").words
    assert "from an address that is none of the partner's" in history
    assert house.attention("B1") == ("message",)
    page = off(browser, letter)
    assert page.status == 200 and "is taken off B1, which is again: Requested" in page.words
    assert house.attention("B1") == () and set(house.shelf()) == {letter}
    history = browser.get("/r/B1")
    assert "sent a message" in history.words and "taken back" in history.words, "both stay in the history"
    page = browser.get(f"/letters/{letter}?number=B2")
    assert "It was taken off again from B1" in page.words
    (other,) = (one for one in page.forms(f"/letters/{letter}/attach") if one["number"] == "B2")
    done = browser.post(f"/letters/{letter}/attach", other)
    assert done.status == 200 and "Staff have attached it to B2" in done.words
    assert house.attention("B2") == ("message",) and house.shelf() == {}
    assert house.verify().differences == ()


def test_a_message_that_moved_the_wrong_request_is_taken_off(browser, house):
    house.place()
    name = shelved_message(house)
    assert "Mind the sender: XX-SECOND is no address of" in browser.get(f"/letters/{name}").words
    attached(browser, name, "B1")
    assert house.state("B1") == "SHIPPED"
    page = off(browser, name)
    assert house.state("B1") == "PENDING" and page.status == 200
    (again,) = house.shelf()
    assert again != name and f"It lies on the shelf as {again}" in page.words
    assert house.verify().differences == ()
    attached(browser, again, "B1")
    assert house.state("B1") == "SHIPPED"


def test_what_something_has_built_on_stays_and_says_so(browser, house):
    house.place()
    name = shelved_message(house)
    attached(browser, name, "B1")
    gone = form(browser, name, "take-off")
    house.act("B1", "receive", run=False)
    page = browser.get(f"/letters/{name}")
    assert "cannot be taken off any more, because since then at B1: received it" in page.words
    assert page.forms(f"/letters/{name}/take-off") == []
    refused = browser.post(f"/letters/{name}/take-off", gone)
    assert refused.status == 422 and house.state("B1") == "RECEIVED"
    house.act("B1", "undo", run=False)
    assert off(browser, name).status == 200 and house.state("B1") == "PENDING"


def test_two_clicks_take_it_off_once_and_who_looks_takes_nothing_off(browser, opened, house):
    house.place()
    letter = writes(house, "About B1: it is at the binder's.")
    attached(browser, letter, "B1")
    guest = opened()
    guest.log_in("guest")
    said = form(browser, letter, "take-off")
    assert guest.post(f"/letters/{letter}/take-off", said).status == 422
    assert [browser.post(f"/letters/{letter}/take-off", said).status for _ in range(2)] == [200, 200]
    assert [one["type"] for one in house.rows("event")].count("undo") == 1


def test_what_its_reader_wrote_is_no_letter_of_the_library(browser, house):
    house.place(patron={"id": "R1", "name": "Ada Reader", "email": READER})
    letter = writes(house, "Can I have it until Christmas, please?", "Hello", READER)
    page = browser.get(f"/letters/{letter}?number=B1")
    assert "Mind the sender" not in page.words and "they sent a message" not in page.words
    assert "would then need attention: the reader wrote" in page.words
    browser.post(f"/letters/{letter}/attach", form(browser, letter, "attach", "attach-B1"))
    assert (house.events("B1")[-1], house.attention("B1")) == ("READER_WROTE", ("reader-wrote",))
    shown = browser.get("/r/B1")
    assert "Can I have it until Christmas" in shown.words and "is no address of" not in shown.words
    assert shown.tree.xpath("//main//a[@href='/r/B1?open=write#write']")
    waits = [one["kind"] for one in house.rows("timer")]
    browser.post(f"/letters/{letter}/take-off", form(browser, letter, "take-off"))
    assert (house.attention("B1"), list(house.shelf())) == ((), [letter])
    assert [one["kind"] for one in house.rows("timer")] == waits != []
