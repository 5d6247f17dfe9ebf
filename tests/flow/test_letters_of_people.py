"""What people write comes home: to the history of the one request that it is about, or to the shelf."""

from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from mailproc.office.mailroom import incoming
from tests.support.partners import ADDRESS, BL, CUSTOMER, PASSWORD, SECOND, US

READER = "reader@readers.example"
STAFF = "staff@library.example"


def message_id(letter):
    return BytesParser().parsebytes(letter.raw)["Message-ID"]


def write(world, text, sender, subject="Hello", **headers):
    inbox_id = world.inject(world.letter(text, sender, subject, **headers), sender)
    world.run()
    return world.row("inbox", inbox_id)


def messages(world, number):
    return [line.note for line in world.shown(number).history if line.event == "MESSAGE"]


@pytest.fixture
def asked(small_world):
    """B1 and B2 with the British Library, B3 with the second, L1 for the customer, who calls it C1-1."""
    small_world.place(run=False)
    small_world.place()
    small_world.place(SECOND)
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    small_world.sent.clear()
    return small_world


def test_an_answer_to_our_letter_stands_in_the_history(small_world):
    world = small_world
    world.place()
    order = world.to(ADDRESS[BL])[0]
    text = "Our copy is missing.\n\nKind regards\nAnn\nRoom B9\n"
    row = write(world, text, ADDRESS[BL], In_Reply_To=message_id(order))
    assert (row["state"], row["partner"], row["taken_from"]) == ("done", BL, BL)
    assert (world.state("B1"), world.attention("B1")) == ("PENDING", ("message",))
    last = world.shown("B1").history[-1]
    assert (last.event, last.note) == ("MESSAGE", "Our copy is missing.\n\nKind regards\nAnn")
    (notice,) = world.notices()
    assert "  | Our copy is missing." in notice.text and f"I{row['id']}" in notice.text
    assert "mailproc act B1 unfilled --heard-by mail" in notice.text
    assert world.shelf() == {}
    assert world.verify().differences == ()


def test_each_question_has_its_answer_in_either_database(world):
    """By our letter, by our number and theirs, by the reader's address in any case."""
    world.place(patron={"id": "R9", "name": "Ada Reader", "email": READER.upper()})
    world.place(SECOND)
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    order = world.to(ADDRESS[BL])[0]
    write(world, "It is on loan.", ADDRESS[BL], In_Reply_To=message_id(order))
    write(world, "It is on loan.", ADDRESS[BL], "B1-1")
    write(world, "Is our request C1-1 on its way?", ADDRESS[CUSTOMER])
    write(world, "Where is B1?", READER)
    kinds = [line.event for number in ("B1", "L1") for line in world.shown(number).history]
    assert (kinds.count("MESSAGE"), kinds.count("READER_WROTE"), world.shelf()) == (3, 1, {})
    assert write(world, "Both: B2-1", ADDRESS[BL])["state"] == "shelved"
    assert world.verify().differences == ()


QUOTED = "\n\nOn Mon, 2 Mar 2026 Our Library wrote:\n> {}\n"
HOME = {
    "in the subject": ("We have it.", "Re: B1-1", "subject"),
    "in the subject, without the attempt": ("We have it.", "RE: your b1", "subject"),
    "in the words": ("About B1-1: we have it.", "Hello", "text"),
    "in the quoted letter": ("We have it." + QUOTED.format("Request B1-1"), "Hello", "quoted"),
    "the subject before the words": ("It stood beside B2-1.", "B1-1", "subject"),
    "the words before the quoted letter": ("B1-1 is here." + QUOTED.format("B2-1"), "Hello", "text"),
    "one number twice": ("B1-1, yes, B1", "Hello", "text"),
    "with a number that is nobody's": ("B1-1, shelf mark B77-1", "Hello", "text"),
    "beside a postcode": ("B1-1: post it to Room 3, Birmingham B2 4TT", "Hello", "text"),
    "with another library's number": ("B1-1, not B3-1", "Hello", "text"),
}


@pytest.mark.parametrize("case", HOME)
def test_the_place_that_decides(asked, case):
    text, subject, by = HOME[case]
    row = write(asked, text, ADDRESS[BL], subject)
    assert (row["state"], len(messages(asked, "B1"))) == ("done", 1)
    (event,) = [
        one for one in asked.rows("event") if one["inbox_id"] == row["id"] and one["type"] == "MESSAGE"
    ]
    assert event["facts"]["matched_by"] == by
    assert messages(asked, "B2") == []
    assert asked.verify().differences == ()


SHELVED = {
    "two in the subject": ("Both are here.", "B1-1, B2-1", ["B1, B2"]),
    "two in the words": ("B1-1 and B2-1 are here.", "Hello", ["B1, B2"]),
    "another library's alone": ("B3-1 is here.", "Hello", ["B3", SECOND]),
    "none at all": ("It is here.", "Hello", ["names no request"]),
    "in the signature only": ("It is here.\n\n-- \nAnn\nRoom B1\n", "Hello", ["names no request"]),
    "below the closing words": ("It is here.\n\nKind regards\nAnn\nRoom B1\n", "Hello", ["names no request"]),
}


@pytest.mark.parametrize("case", SHELVED)
def test_what_nobody_can_tell_lies_on_the_shelf_with_the_reason(asked, case):
    text, subject, told = SHELVED[case]
    row = write(asked, text, ADDRESS[BL], subject)
    assert row["state"] == "shelved"
    for part in told:
        assert part in row["last_error"]
    assert [messages(asked, number) for number in ("B1", "B2", "B3")] == [[], [], []]
    (notice,) = asked.notices()
    assert "  | " in notice.text and row["last_error"] in notice.text


def test_an_answer_to_a_file_of_many_orders_must_name_one(small_world):
    world = small_world
    world.place(run=False)
    world.place()
    (order,) = world.to(ADDRESS[BL])
    answers = {"In_Reply_To": message_id(order)}
    assert write(world, "It is here.", ADDRESS[BL], **answers)["state"] == "shelved"
    assert write(world, "B2-1 is here.", ADDRESS[BL], **answers)["state"] == "done"
    assert (len(messages(world, "B1")), len(messages(world, "B2"))) == (0, 1)


@pytest.mark.parametrize(
    ("words", "subject", "home"),
    [
        ("B2-1 was posted today.", "Re: B1-1", None),
        ("It was posted today.", "B2-1", None),
        ("Unlike B2-1, B1-1 was posted today.", "Hello", "B1"),
        ("B1-1 was posted today.", "Re: B1-1, B2-1", "B1"),
        ("It was posted today, with B3-1.", "Hello", "B1"),
    ],
)
def test_an_answer_with_words_about_another_request_alone_waits_for_staff(small_world, words, subject, home):
    world = small_world
    world.place()
    order = world.to(ADDRESS[BL])[0]
    world.place()
    world.place(SECOND)
    row = write(world, words, ADDRESS[BL], subject, In_Reply_To=message_id(order))
    assert row["state"] == ("done" if home else "shelved")
    assert [number for number in ("B1", "B2", "B3") if messages(world, number)] == ([home] if home else [])
    assert home or "B1, B2" in world.notices()[-1].text


def test_the_letter_that_is_answered_goes_before_those_before_it(small_world):
    """A thread that has drifted: they answered one letter of ours with another at hand."""
    world = small_world
    world.place()
    world.place()
    first, second = world.to(ADDRESS[BL])
    names = f"{message_id(first)} {message_id(second)}"
    write(world, "It is here.", ADDRESS[BL], In_Reply_To=message_id(second), References=names)
    assert (len(messages(world, "B1")), len(messages(world, "B2"))) == (0, 1)
    write(world, "It is here too.", ADDRESS[BL], References=message_id(first))
    assert (len(messages(world, "B1")), len(messages(world, "B2"))) == (1, 1)


def test_two_libraries_with_one_address_are_told_apart_by_the_number(make_world, sqlite_url, receipt_lines):
    lines = receipt_lines.replace(ADDRESS[SECOND], ADDRESS[BL])
    world = make_world(sqlite_url, lines)
    world.place()
    world.place(SECOND)
    row = write(world, "B2-1 is here.", ADDRESS[BL])
    assert (row["state"], row["partner"], len(messages(world, "B2"))) == ("done", SECOND, 1)
    row = write(world, "It is here.", ADDRESS[BL])
    assert (row["state"], row["last_error"]) == (
        "shelved", f"a letter in words of {BL} or {SECOND} that names no request with it",
    )  # fmt: skip


def test_what_staff_release_comes_home(make_world, sqlite_url, receipt_lines):
    lines = receipt_lines.replace('proof = ["none"]', 'proof = ["network"]\nnetworks = ["192.0.2.0/24"]')
    world = make_world(sqlite_url, lines)
    world.place()
    row = write(world, "B1-1 is here.", ADDRESS[BL])
    incoming.release(world.store, world.app.context, f"I{row['id']}")
    world.run()
    assert (messages(world, "B1"), world.shelf()) == (["B1-1 is here."], {})


def test_the_borrowers_own_number_counts_where_we_lend(asked):
    row = write(asked, "Has our request C1-1 been sent?", ADDRESS[CUSTOMER])
    assert (row["state"], messages(asked, "L1")) == ("done", ["Has our request C1-1 been sent?"])
    row = write(asked, "Is L1 on its way?", ADDRESS[CUSTOMER])
    assert (row["state"], len(messages(asked, "L1"))) == ("done", 2)


def test_an_empty_answer_is_not_our_own_letter(small_world):
    world = small_world
    world.place()
    order = world.to(ADDRESS[BL])[0]
    row = write(world, "", ADDRESS[BL], "Re: order", In_Reply_To=message_id(order))
    assert row["note"] == "a letter in words about B1-1"
    assert messages(world, "B1") == ["(no words of their own)"]


def test_the_same_letter_twice_is_one_message(asked):
    letter = asked.letter("B1-1 is here.", ADDRESS[BL], "Hello")
    for door in ("listener", "a mailbox"):
        asked.inject(letter, ADDRESS[BL], door=door)
        asked.run()
    assert (len(messages(asked, "B1")), len(asked.notices())) == (1, 1)


def test_the_same_words_in_two_letters_are_two_messages(asked):
    for _ in range(2):
        write(asked, "Where is B1-1?", ADDRESS[BL])
    assert len(messages(asked, "B1")) == 2


def test_what_no_proof_shows_to_be_the_partners_moves_nothing(make_world, sqlite_url, receipt_lines):
    lines = receipt_lines.replace('proof = ["none"]', 'proof = ["network"]\nnetworks = ["192.0.2.0/24"]')
    world = make_world(sqlite_url, lines)
    world.place()
    row = write(world, "B1-1 is here.", ADDRESS[BL])
    assert (row["state"], messages(world, "B1")) == ("shelved", [])
    assert "orders@bl.example" in row["last_error"] and "192.0.2.0/24" not in row["last_error"]


def test_an_answering_machine_makes_a_note_and_no_letter(asked):
    row = write(asked, "I am away.", ADDRESS[BL], "Automatic reply: B1-1", Auto_Submitted="auto-replied")
    assert (row["state"], asked.events("B1")[-1]) == ("done", "AUTOMATIC_REPLY")
    assert (asked.attention("B1"), asked.notices(), asked.sent) == ((), [], [])
    for header in ({"Auto_Submitted": "auto-replied"}, {"X_Autoreply": "yes"}):
        row = write(asked, "I am away.", ADDRESS[BL], "Automatic reply", **header)
        assert (row["state"], asked.notices()) == ("shelved", [])
        assert "automatic" in row["last_error"]


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("NIS", "mailproc act B1 unfilled --reason not-owned --heard-by mail"),
        ("W/L 3", "mailproc act B1 hold --position 3 --heard-by mail"),
        ("LUO I am afraid", "mailproc act B1 conditional --condition library-use-only --heard-by mail"),
        ("TBS", "mailproc act B1 ship --heard-by mail"),
    ],
)
def test_a_short_code_is_suggested_and_never_applied(asked, words, command):
    write(asked, f"B1-1: {words}", ADDRESS[BL])
    assert asked.state("B1") == "PENDING"
    (notice,) = asked.notices()
    assert command in notice.text
    with asked.store.read() as connection:
        from mailproc.office.queries import request_details

        shown = request_details.shown(connection, "B1", asked.app.context)
    assert command in [way.command for way in shown.ways]


def test_what_is_suggested_can_be_done(asked):
    write(asked, "B1-1: W/L 3", ADDRESS[BL])
    asked.act("B1", "hold", position=3, heard_by="mail")
    assert asked.shown("B1").line.promise == {"what": "HOLD_PLACED", "position": 3}
    assert asked.attention("B1") == ()


# readers


@pytest.fixture
def read(small_world):
    """The reader has B1, which a letter of ours said is here."""
    small_world.place(patron={"id": "R1", "name": "Ada Reader", "email": READER})
    small_world.hear("B1-1 SHIPPED LOAN")
    small_world.act("B1", "receive")
    small_world.run()
    return small_world


def test_a_readers_letter_is_a_note_that_moves_nothing(read):
    (arrived,) = read.to(READER)
    row = write(read, "Please renew.\n\n> It is here.\n", READER, In_Reply_To=message_id(arrived))
    assert (row["state"], row["taken_from"]) == ("done", f"reader {READER}")
    assert (read.state("B1"), read.events("B1")[-1]) == ("RECEIVED", "READER_WROTE")
    assert (read.shown("B1").history[-1].note, read.attention("B1")) == ("Please renew.", ("reader-wrote",))
    (notice,) = [one for one in read.notices() if "Please renew." in one.text]
    assert "mailproc act B1 renew" in notice.text
    assert read.verify().differences == ()
    read.act("B1", "renew")
    assert read.attention("B1") == ()


def test_a_readers_letter_that_comes_twice_is_one_note(read):
    letter = read.letter("Please renew B1.", READER, "Hello")
    for door in ("listener", "a mailbox"):
        read.inject(letter, READER, door=door)
        read.run()
    assert read.events("B1").count("READER_WROTE") == 1


def test_a_reader_is_known_by_a_number_of_theirs_alone(read):
    read.place(patron={"id": "R2", "name": "Bea Reader", "email": "bea@readers.example"})
    row = write(read, "Please renew B2.", READER)
    assert (row["state"], "B1" in row["last_error"]) == ("shelved", True)
    assert "READER_WROTE" not in read.events("B2")
    assert write(read, "Please renew b1.", READER.upper())["state"] == "done"


def test_a_reader_without_a_number_is_shelved_with_what_there_is(read):
    row = write(read, "Please renew.", READER)
    assert (row["state"], row["last_error"]) == (
        "shelved",
        "a letter of a reader that names no request; there are B1",
    )
    assert any("Please renew." in one.text for one in read.notices())


def test_a_flood_in_a_readers_name_is_bounded(read):
    for number in range(30):
        write(read, f"Please renew B1. {number}", READER)
    notes = [one for one in read.events("B1") if one == "READER_WROTE"]
    assert len(notes) == 10
    told = [one for one in read.notices() if "the reader wrote" in one.text.lower()]
    assert told[0].text.count("Please renew B1. 0") == 1, "the words stand once"
    assert len(told) <= 10
    assert len(read.shelf()) == 20
    assert read.state("B1") == "RECEIVED"


def test_a_stranger_with_a_number_is_nobody(read):
    row = write(read, "Please renew B1.", "else@readers.example")
    assert (row["state"], "READER_WROTE" in read.events("B1")) == ("shelved", False)


def test_a_readers_letter_ends_no_silence_of_the_lender(small_world):
    small_world.place(patron={"id": "R1", "name": "Ada Reader", "email": READER})
    write(small_world, "Where is B1?", READER)
    before = [(row["kind"], row["due_at"]) for row in small_world.rows("timer")]
    write(small_world, "Where is B1 now?", READER)
    assert [(row["kind"], row["due_at"]) for row in small_world.rows("timer")] == before


# staff


@pytest.fixture
def told(asked):
    """Staff were told of a message."""
    write(asked, "B1-1: NIS", ADDRESS[BL])
    return asked


def test_staff_who_answer_are_told_how_to_act(told):
    (notice,) = told.notices()
    row = write(told, "Yes, close it.\n", "sam@library.example", "Re: B1", In_Reply_To=message_id(notice))
    assert (row["state"], row["note"]) == (
        "done",
        f"our staff answered our letter {notice.name}: they were told how to act",
    )
    answer = told.notices()[-1]
    assert answer.to == STAFF
    assert "mailproc act B1 unfilled --reason not-owned --heard-by mail" in answer.text
    assert "  | Yes, close it." in answer.text
    assert told.state("B1") == "PENDING"


MACHINES = (
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated"},
    {"Precedence": "bulk"},
    {"X_Autoreply": "yes"},
)


@pytest.mark.parametrize("header", MACHINES, ids=str)
def test_a_machine_of_staff_is_never_answered(told, header):
    (notice,) = told.notices()
    row = write(told, "I am away.", STAFF, "Re: B1", In_Reply_To=message_id(notice), **header)
    assert (row["state"], len(told.notices())) == ("done", 1)


def test_no_loop_with_staff_can_begin(told):
    """An answering machine that says nothing of itself answers every letter."""
    for _ in range(5):
        last = told.notices()[-1]
        write(told, "I am away.", STAFF, "Away", In_Reply_To=message_id(last))
    assert len(told.notices()) == 2


def test_staff_who_answer_often_get_so_many_letters_an_hour(told):
    (notice,) = told.notices()
    for number in range(30):
        write(told, f"Answer {number}", STAFF, In_Reply_To=message_id(notice))
    assert len(told.notices()) == 1 + told.app.context.config.policy.notices_an_hour


# bad input


def attached(count):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = ADDRESS[BL], US, "B1-1", "<a@bl.example>"
    made.set_content("Here it is.")
    for number in range(count):
        made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename=f"B2-{number}.pdf")
    return made.as_bytes().replace(b"\n", b"\r\n")


def html_only():
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = ADDRESS[BL], US, "B1-1", "<h@bl.example>"
    made.set_content("<p>Here it is.<blockquote>B2-1</blockquote>", subtype="html")
    return made.as_bytes().replace(b"\n", b"\r\n")


def long_letter(octets):
    words = "Here it is. " + "B7 and more words of no use\n" * (octets // 28)
    return f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: B1-1\nMessage-ID: <l@bl.example>\n\n{words}".encode()


def quoted_ten_times():
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: B1-1\nMessage-ID: <q@bl.example>\n\nHere it is.\n\n"
    marks = ["> " * depth for depth in range(1, 11)]
    return (
        head + "".join(f"{mark}On 2 Mar 2026 x@y.example wrote:\n{mark}B2-1\n" for mark in marks)
    ).encode()


BAD = {
    "200 attachments": lambda: attached(200),
    "HTML only": html_only,
    "5 MB": lambda: long_letter(5_000_000),
    "ten quoted ones": quoted_ten_times,
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_certain_of_a_bad_letter_is_taken(asked, case):
    inbox_id = asked.inject(BAD[case](), ADDRESS[BL])
    asked.run()
    assert asked.row("inbox", inbox_id)["state"] == "done"
    (note,) = messages(asked, "B1")
    assert note.startswith("Here it is.") and len(note) <= 500
    assert (messages(asked, "B2"), len(asked.notices())) == ([], 1)


@pytest.mark.parametrize("margin", [1, 4])
def test_no_cut_leaves_half_a_password(small_world, margin):
    """A line is cut at 2,000 characters, and all of the writer's words at 10,000."""
    world = small_world
    world.place()
    secret = PASSWORD[BL]
    for blanks, lines in ((2_000, 0), (1_499, 5)):
        text = "B1-1\n" + ("x" * 1_700 + "\n") * lines + "x" * (blanks - len(secret) + margin) + secret
        row = write(world, text, ADDRESS[BL], "B1-1")
        assert row["state"] == "done"
        said = [event["apdu"]["note"] for event in world.rows("event") if event["type"] == "MESSAGE"]
        assert not any(secret[:count] in note for note in said for count in range(4, len(secret)))


def test_automatic_replies_in_a_readers_name_have_a_limit(small_world):
    world = small_world
    world.place(patron={"id": "R9", "name": "Ada Reader", "email": READER})
    for count in range(13):
        row = write(world, f"I am away, {count}.", READER, "Re: B1", Auto_Submitted="auto-replied")
        assert row["state"] == "done"
    assert world.events("B1").count("AUTOMATIC_REPLY") == 10
    write(world, "Where is it?", READER, "B1")
    assert world.events("B1").count("READER_WROTE") == 1


@pytest.mark.parametrize("sender", ["ann.smith@bl.example", "private@home.example"])
def test_an_answer_from_another_address_reaches_staff_and_moves_nothing(small_world, sender):
    world = small_world
    world.place()
    order = world.to(ADDRESS[BL])[0]
    row = write(world, "We posted it today.", sender, "Re: your order", In_Reply_To=message_id(order))
    assert (row["state"], row["taken_from"], messages(world, "B1")) == ("shelved", "", [])
    (notice,) = world.notices()
    assert "may be about B1" in row["last_error"] and row["last_error"] in notice.text
    assert "  | We posted it today." in notice.text
    write(world, "We posted it again.", sender, "Re: your order", In_Reply_To=message_id(order))
    assert len(world.notices()) == 1, "one letter an hour about all strangers"
    world.days(1)
    assert world.verify().differences == ()


def test_a_stranger_or_a_machine_that_answers_nothing_of_ours_is_not_told(small_world):
    world = small_world
    world.place()
    order = world.to(ADDRESS[BL])[0]
    write(world, "Buy now.", "shop@spam.example", "Re: B1-1", In_Reply_To="<never@library.example>")
    answers = {"In_Reply_To": message_id(order), "Auto_Submitted": "auto-replied"}
    write(world, "I am away.", "ann.smith@bl.example", "Automatic reply", **answers)
    assert (world.notices(), len(world.shelf())) == ([], 2)
