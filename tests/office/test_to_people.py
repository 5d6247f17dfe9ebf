"""What the people of a partner read where its protocol has no message: all that was said, no other day."""

from datetime import date

import pytest

from tests.support.partners import CUSTOMER, USUAL, partner_lines

DAY, DUE = date(2026, 4, 10), date(2026, 4, 13)
ORDER = "TXC1-1 S LOAN\nA book of ours"
BY_LETTER = ("returned", "renew", "recall", "overdue", "shipped", "checked_in", "received")
SWITCHED = "\n".join(["[partner.manner]", *(f'{kind} = "NOTICE"' for kind in BY_LETTER)])


@pytest.fixture
def by_letter(make_world, sqlite_url):
    partners = [
        partner_lines("XX-BL", ["RESPONDER"], "out", more=f'language = "de"\n{SWITCHED}'),
        partner_lines(
            CUSTOMER, ["REQUESTER"], "in", more=f"{SWITCHED}\n[partner.artemail]\nreceipts = false"
        ),
    ]
    return make_world(sqlite_url, "\n".join(partners))


def written(world, number, action, to, **more):
    world.sent.clear()
    world.act(number, action, **more)
    (letter,) = world.to(to)
    return letter.text


@pytest.mark.parametrize(
    ("action", "more", "says", "silent"),
    [
        ("recall", {"on": DAY}, ["wanted back by Fri 10 Apr", "by that day"], ["13 Apr", "Date:", "2026"]),
        (
            "damaged",
            {"reason": "wet", "note": "See the cover."},
            ["the damage: wet", "See the cover."],
            ["Apr"],
        ),
        ("message", {"note": "Hello."}, ["Hello."], ["Apr", "Date:  "]),
        ("overdue", {"on": date(2026, 3, 2), "anyway": True}, ["due back on Mon 2 Mar"], ["13 Apr"]),
        ("check-in", {"on": date(2026, 3, 2)}, ["on Mon 2 Mar"], ["Apr"]),
    ],
)
def test_a_lender(by_letter, addresses, action, more, says, silent):
    by_letter.ordered(ORDER)
    shipped = written(by_letter, "L1", "ship", addresses[CUSTOMER], via="courier", cost="5 GBP", on=DUE)
    assert "by courier" in shipped and "the price: 5 GBP" in shipped and "due back on Mon 13 Apr" in shipped
    text = written(by_letter, "L1", action, addresses[CUSTOMER], **more).partition("\n\n")[2]
    assert "Our number:   L1" in text and "Your number:  C1-1" in text
    for part in says:
        assert part in text
    for part in silent:
        assert part not in text


def test_a_borrower_is_known_by_its_own_number(small_world, addresses):
    number = small_world.place()
    small_world.hear(f"{number}-1 SHIPPED LOAN")
    small_world.act(number, "receive")
    text = written(small_world, number, "renew", addresses["XX-BL"], on=DAY)
    assert f"Our number:   {number}-1" in text and "Your number" not in text
    assert f"Subject: Interlibrary loan {number}-1: " in text
    assert "until Fri 10 Apr" in text


def test_a_return_names_day_and_parcel_in_the_language_of_who_reads_it(by_letter, addresses):
    number = by_letter.place()
    by_letter.hear(f"{number}-1 SHIPPED LOAN")
    by_letter.act(number, "receive")
    text = written(
        by_letter, number, "return", addresses["XX-BL"], on=date(2026, 3, 2), via="DHL 7", cost="50 EUR"
    )
    assert "DHL 7" in text and "50 EUR" in text
    assert "Unsere Nummer:" in text and f"{number}-1" in text and "Ihre Nummer" not in text


def test_english_where_nobody_named_a_language(small_world, addresses):
    assert "language" not in USUAL
    number = small_world.place()
    assert "Dear colleagues" in written(small_world, number, "query", addresses["XX-BL"])


@pytest.mark.parametrize("header", [{}, {"Auto_Submitted": "auto-generated"}])
def test_a_lenders_letter_to_our_people_stands_with_its_request(small_world, addresses, header):
    number = small_world.place()
    text = f"Dear colleagues,\n\nit is lost.\n\n  Our number:   L7\n  Your number:  {number}-1\n\nThey\n"
    sender = addresses["XX-BL"]
    small_world.inject(small_world.letter(text, sender, "Interlibrary loan: it is lost", **header), sender)
    small_world.run()
    last = small_world.shown(number).history[-1]
    assert (last.event, small_world.state(number), small_world.shelf()) == ("MESSAGE", "PENDING", {})
    assert "it is lost" in last.note
    assert small_world.attention(number)


@pytest.mark.parametrize(
    ("who", "called", "header"),
    [
        ("XX-SECOND", "B1-1", {}),  # asked of somebody else
        ("XX-BL", "B9-1", {}),
        ("XX-BL", "B1-1\n  Your number:  B2-1", {}),
    ],
)
def test_a_letter_that_is_not_surely_of_it_is_not(small_world, addresses, who, called, header):
    number = small_world.place()
    small_world.place()
    before = small_world.events(number)
    text = f"Dear colleagues,\n\nit is lost.\n\n  Your number:  {called}\n"
    small_world.inject(small_world.letter(text, addresses[who], "Hello", **header), addresses[who])
    small_world.run()
    assert small_world.events(number) == before
    assert len(small_world.shelf()) == 1


def test_an_answering_machine_that_names_a_number_is_a_note_and_nothing_more(small_world, addresses):
    number = small_world.place()
    text, header = f"We are closed.\n\n  Your number:  {number}-1\n", {"Auto_Submitted": "auto-replied"}
    small_world.inject(small_world.letter(text, addresses["XX-BL"], "Hello", **header), addresses["XX-BL"])
    small_world.run()
    assert (small_world.events(number)[1:], small_world.attention(number)) == (["AUTOMATIC_REPLY"], ())
    assert (small_world.shelf(), small_world.notices()) == ({}, [])


def test_what_a_partners_program_wrote_to_people_is_told_to_staff(small_world, addresses):
    sender = addresses[CUSTOMER]
    letter = small_world.letter("We ask to keep it.", sender, "A loan", Auto_Submitted="auto-generated")
    small_world.inject(letter, sender)
    small_world.run()
    assert list(small_world.shelf().values()) == [
        "a letter in words of XX-CUSTOMER that names no request with it"
    ]
    assert len(small_world.notices()) == 1


@pytest.mark.parametrize(("days", "said"), [(2, False), (5, True)])
def test_a_reader_whose_day_has_passed_reads_it_when_the_request_ends(small_world, days, said):
    """They ended it after that day: it came too late, whoever wanted it."""
    small_world.place(need_before="2026-03-05")
    small_world.days(days)
    small_world.act("B1", "close", note="the reader has left")
    (letter,) = small_world.reader()
    assert ("you needed this until Thu 5 Mar" in letter.text) == said


@pytest.mark.parametrize("note", ["", "Please look at page 3."])
def test_staff_know_that_the_note_for_the_reader_goes_to_the_lender_too(by_letter, note):
    by_letter.place(patron={"id": "R1", "email": "r@reader.example"})
    by_letter.act("B1", "ship", heard_by="phone")
    done = by_letter.act("B1", "receive", note=note)
    codes = [one.code for one in done.words]
    assert ("note-goes-to-both" in codes) is bool(note)
    lender = [one.text for one in by_letter.sent if "Please look at page 3." in one.text]
    assert len(lender) == 2 * bool(note), "the reader's letter and the lender's"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "note-goes-to-both"),
        ({"partial": True}, "note-goes-to-both"),
        ({"wrong": True}, "note-goes-to-partner"),
        ({"quiet": True}, "note-goes-to-partner"),
    ],
)
def test_staff_know_who_reads_the_note_of_a_receipt(by_letter, more, code):
    by_letter.place(service="COPY", patron={"id": "R1", "email": "r@reader.example"})
    by_letter.act("B1", "ship", heard_by="phone")
    done = by_letter.act("B1", "receive", note="Page 50 is missing.", **more)
    assert [one.code for one in done.words if one.code.startswith("note-goes")] == [code]
    readers = [one for one in by_letter.sent if one.to == "r@reader.example" and "Page 50" in one.text]
    assert bool(readers) is (code == "note-goes-to-both")
