"""Letters caused by letters: each way has a ceiling, nothing is lost, no flood hides what a partner said."""

import re
from types import SimpleNamespace

import pytest

from mailproc.flow.notify_staff import ATTENTION
from mailproc.flow.prepare import notice_limits
from mailproc.office.mailroom import digest_mail, dismissal
from mailproc.office.queries import agenda
from mailproc.store import events, letters
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import NoticeToStaff
from tests.support.partners import USUAL

BL, SECOND = "orders@bl.example", "orders@second.example"
FLOOD = 60


def forged(world, count, start=0):
    """Letters that look like status reports, of senders whom nobody knows."""
    for number in range(start, start + count):
        sender = f"ill{number}@stranger{number}.example"
        world.inject(world.letter("REPLIES FOR 99-0001\n\nB1-1 NOT", sender), sender, peer="198.51.100.7")
    world.run()


def failing(world, sender, *lines):
    """Status reports from a partner's address without the proof that config.toml asks for."""
    for line in lines:
        world.inject(world.letter(f"REPLIES FOR 99-0001\n\n{line}", sender), sender)
    world.run()


def unreadable(world, of, number):
    """A partner's order file with an order that names no item."""
    world.ordered("TXC1-9 S LOAN", of=of, file_ref=str(number))


def more(letter):
    said = r"And (\d+) more letters? of which you were not told ha\w+ come since ([^:]*\d\d:\d\d): \"mailproc"
    found = re.search(said, letter.text)
    return (int(found[1]), found[2]) if found else None


def digest_of(world):
    with world.app.store.read() as connection:
        return digest_mail.letter_of(agenda.agenda(connection, world.app.context), world.app.context)


@pytest.fixture
def few(make_world, store_url):
    """Staff have at most three letters an hour about what one partner sends."""
    world = make_world(store_url, more="[policy]\nnotices_an_hour = 3\n")
    yield world
    assert world.verify().differences == ()


def test_strangers_make_one_letter_an_hour(few):
    forged(few, FLOOD)
    (letter,) = few.notices()
    assert "unproven" in letter.text and more(letter) is None
    few.later(minutes=59)
    forged(few, 5, start=FLOOD)
    assert len(few.notices()) == 1
    few.later(minutes=1)
    forged(few, 5, start=FLOOD + 5)
    assert [more(one) for one in few.notices()] == [None, (FLOOD + 4, "09:00")]
    few.later(days=1)
    forged(few, 1, start=FLOOD + 10)
    assert more(few.notices()[-1]) == (4, "Mon 2 Mar, 10:00")
    few.later(hours=1)
    forged(few, 1, start=FLOOD + 11)
    assert more(few.notices()[-1]) is None  # all was said


def test_after_the_hour_one_letter_reports_the_rest(few):
    """Nothing more has to come in, and what has been put away is not counted."""
    forged(few, FLOOD)
    few.later(minutes=59)
    few.tick()
    assert len(few.notices()) == 1
    dismissal.dismiss(few.app.store, few.app.context, list(few.shelf())[:10])
    few.later(minutes=1)
    few.tick()
    (_, rest) = few.notices()
    assert f"{FLOOD - 10} letters of which you were not told have come since 09:00" in rest.text
    assert "Letter:" not in rest.text and "From these libraries" not in rest.text
    for _ in range(50):
        few.later(minutes=30)
        few.tick()
    assert len(few.notices()) == 2, "all was said"


def test_a_letter_without_proof_is_told_with_sender_subject_and_request(few):
    failing(few, "desk2@stranger.example", "B26-1 NOT")
    (letter,) = few.notices()
    assert 'Letter:   I1 from desk2@stranger.example, "Replies"' in letter.text
    assert "Names:    B26-1" in letter.text
    assert "If true: mailproc release I1 --partner SYMBOL; if false: mailproc dismiss I1." in letter.text


def test_dismissed_letters_need_no_report(few):
    forged(few, 5)
    dismissal.dismiss(few.app.store, few.app.context, list(few.shelf()))
    few.later(hours=1)
    few.tick()
    assert len(few.notices()) == 1


@pytest.mark.parametrize("first", ["strangers", "a flood in another library's name"])
def test_no_flood_hides_a_partners_letter_that_failed_its_proof(make_world, sqlite_url, first):
    """Whoever it is of, its library and its request are named within the hour."""
    world = make_world(sqlite_url, USUAL.replace('proof = ["none"]', 'proof = ["dkim"]'))
    if first == "strangers":
        forged(world, FLOOD)
    else:
        failing(world, SECOND, *(f"B{number}-1 NOT" for number in range(1, FLOOD)))
    failing(world, BL, "B29-1 USE*1", "B30-1 USE*1")
    assert len(world.notices()) == 1
    world.later(hours=1)
    world.tick()
    (_, rest) = world.notices()
    assert re.search(r"^  Library XX-BL: 2 \(B29-1, B30-1\)$", rest.text, re.MULTILINE), rest.text
    assert len(rest.text) < 2_000
    world.later(hours=1)
    failing(world, BL, "B31-1 USE*1")
    assert len(world.notices()) == 3
    world.later(hours=1)
    failing(world, BL, "B32-1 USE*1")  # the second letter of this library's on one day
    world.tick()
    assert re.search(r"Library XX-BL: 1 \(B32-1\)", world.notices()[-1].text)


def test_nothing_of_a_flood_is_lost(few):
    forged(few, FLOOD)
    assert len(few.shelf()) == FLOOD
    unplaced = digest_of(few).unplaced
    assert (unplaced.count, len(unplaced.letters), unplaced.more) == (FLOOD, 50, FLOOD - 50)
    assert len(few.rows("alarm")) < 5  # and a flood fills no table of ours beside the letters themselves
    assert len(few.rows("event")) == 1


def test_a_persistent_stranger_is_reported_once_a_day(few):
    for _ in range(20):
        few.inject(few.letter("REPLIES FOR 99-0001\n\nB1-1 NOT", "a@stranger.example"), "a@stranger.example")
        few.run()
        few.later(hours=1)
    assert len(few.notices()) == 1
    few.later(hours=4)
    forged(few, 1)
    assert more(few.notices()[-1])[0] == 19


def test_a_flood_hides_no_partners_alarm(few):
    forged(few, FLOOD)
    unreadable(few, "XX-CUSTOMER", 1)
    unreadable(few, "XX-OTHER", 1)
    told = [letter.text for letter in few.notices()]
    assert len(told) == 3
    assert "Library XX-CUSTOMER" in told[1] and "Library XX-OTHER" in told[2]
    lines = digest_of(few).unplaced.letters
    assert [line.number[0] for line in lines[:3]] == ["E", "E", "I"]  # nor where the list is cut


def test_forgeries_do_not_silence_a_partners_alarms(few):
    few.inject(few.letter("Dear colleagues, look here.", "ill@customer.example"), "ill@customer.example")
    few.run()
    unreadable(few, "XX-CUSTOMER", 1)
    assert len(few.notices()) == 2


def test_what_one_partner_causes_is_bounded_and_hides_no_other(few):
    for number in range(1, 12):
        few.place(*(["XX-SECOND"] if number == 11 else []), title=f"Book {number}", run=False)
    few.run()
    few.sent.clear()
    for number in range(1, 11):
        few.hear(f"B{number}-1 CRF*CANNOT MATCH ITEM")
    assert len(few.notices()) == 3
    few.hear("B11-1 CRF*CANNOT MATCH ITEM", of="XX-SECOND")
    assert len(few.notices()) == 4
    assert all(few.attention(f"B{number}") == ("ask-cannot-match",) for number in range(1, 12))
    (untold,) = few.shown("B10").untold
    assert "not sent: staff already had 3 letters about XX-BL this hour" in str(untold)
    few.later(hours=1)
    few.hear("B1-1 LONDON")
    assert more(few.notices()[-1]) == (7, "09:00")


def test_bounces_are_counted_apart(few):
    orders = []
    for number in range(5):
        few.place(title=f"Book {number}")
        orders.append(few.sent[-1])
    forged(few, FLOOD)
    before = len(few.notices())
    for order in orders:
        few.bounce(order)
    assert len(few.notices()) - before == 3
    assert all(few.attention(f"B{number}") == ("bounced",) for number in range(1, 6))


def test_letters_to_a_reader_about_one_request_are_limited_per_day(few):
    few.place()
    few.act("B1", "receive")
    few.sent.clear()
    for day in range(1, 21):
        few.later(minutes=2)
        few.hear("B1-1 DUE")
        few.hear(f"B1-1 RENEWED*{day:02}-09-2026")
    assert len(few.reader()) == 10
    assert any("the reader had 10 letters" in str(one) for one in few.shown("B1").untold)
    few.later(days=1)
    few.hear("B1-1 RENEWED*21-09-2026")
    assert len(few.reader()) == 11


def test_an_unwritten_letter_keeps_the_count(few, monkeypatch, quiet_log):
    """The count is taken in the commit of the letter that says it."""
    from mailproc.flow.prepare import notice_letter

    few.place(title="Book")
    few.place(title="Book", run=True)
    for number in range(4):
        few.hear(f"B1-1 {'LONDON' if number % 2 else 'CRF*CANNOT MATCH ITEM'}")
    counted = [row for row in few.rows("alarm") if row["kind"] == "told-of-sender"]
    with monkeypatch.context() as broken:
        broken.setattr(notice_letter, "letter", lambda *_: 1 / 0)
        few.hear("B2-1 CRF*CANNOT MATCH ITEM")
    assert [row for row in few.rows("alarm") if row["kind"] == "told-of-sender"] == counted


@pytest.mark.parametrize(("proof", "counted"), [("none", "XX-BL"), ("", None)])
def test_an_unproven_letter_counts_for_no_partner(small_world, proof, counted):
    """It was counted among the strangers' when it was put on the shelf."""
    inbox_id = small_world.inject(small_world.letter("words", BL))

    def about(connection):
        letters.settle(connection, inbox_id, "shelved", partner="XX-BL", proof=proof)
        event = NewEvent(cause="letter", type="MESSAGE", at=small_world.now, inbox_id=inbox_id, position=0)
        event_id = events.add(connection, event)
        intent = SimpleNamespace(event_id=event_id, request_id=1, notice=NoticeToStaff(ATTENTION, {}))
        return notice_limits.turn(connection, intent, small_world.app.context)

    turn = small_world.app.store.write(about)
    assert (turn and turn.key) == counted
