"""A reader without an e-mail address gets every letter on paper: staff print it and say so."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.mailroom import printing, redelivery
from mailproc.office.queries import letters
from tests.support.world import World

READER = {"id": "R7", "name": "P. Post"}


def to_print(world: World) -> list[printing.LetterToPrint]:
    with world.store.read() as connection:
        return printing.to_print(connection)


def received(world: World) -> str:
    number = world.place(patron=READER)
    world.hear(f"{number}-1 SHIPPED LOAN")
    world.act(number, "receive")
    return number


def test_a_letter_is_ready_to_print_and_goes_by_mail_to_nobody(world):
    number = received(world)
    (one,) = to_print(world)
    assert (one.number, one.reader) == (number, "P. Post (R7)")
    assert one.subject == "Your interlibrary loan is here: A book" and "Dear P. Post," in one.text
    assert all("P. Post" not in letter.text for letter in world.sent)
    row = world.row("outgoing", int(one.id[1:]))
    assert (row["state"], row["rcpt_to"]) == ("to_print", "")
    world.later(days=30)
    world.run()
    assert world.row("outgoing", int(one.id[1:]))["state"] == "to_print"


def test_what_was_printed_is_listed_no_more(world):
    received(world)
    (one,) = to_print(world)
    with world.store.read() as connection:
        assert one.id in [line.id for line in letters.outbox(connection)]
    assert printing.mark(world.store, [one.id]) == (one.id,)
    assert to_print(world) == []
    with world.store.read() as connection:
        assert letters.outbox(connection) == []
    with pytest.raises(LocalFault, match="printed already"):
        printing.mark(world.store, [one.id])


def test_reminders_are_printed_too(world):
    received(world)
    world.days(45)
    assert [one.subject.partition(":")[0][:9] for one in to_print(world)] == [
        "Your inte",
        "Please br",
        "Reminder,",
    ]


def test_nothing_is_marked_where_one_is_not_to_be_printed(small_world):
    received(small_world)
    (one,) = to_print(small_world)
    for wrong in ("O1", "O999", "I1"):
        with pytest.raises(LocalFault):
            printing.mark(small_world.store, [one.id, wrong])
    assert to_print(small_world) == [one]


def test_it_is_not_sent_by_redeliver(small_world):
    received(small_world)
    (one,) = to_print(small_world)
    with pytest.raises(LocalFault, match="to be printed"):
        redelivery.redeliver(small_world.store, one.id)


@pytest.mark.parametrize("printed", [False, True])
def test_what_was_not_printed_is_undone(small_world, printed):
    number = small_world.place(patron=READER)
    small_world.act(number, "receive")
    if printed:
        printing.mark(small_world.store, [to_print(small_world)[0].id])
        with pytest.raises(LocalFault):
            small_world.act(number, "undo")
        return
    small_world.act(number, "undo")
    assert to_print(small_world) == []


def test_a_request_for_no_reader_makes_no_letter(small_world):
    number = small_world.place(patron=None)
    small_world.act(number, "receive")
    assert to_print(small_world) == []


@pytest.mark.parametrize("ends", ["true", "false"])
def test_a_copy_to_an_address_of_ours_is_here_when_staff_say_so(make_world, sqlite_url, ends):
    """It is in the library's mailbox: no reader is told of a file that they do not have."""
    world = make_world(sqlite_url, more=f"[policy]\ncopy_ends_shipped = {ends}\n")
    number = world.place(service="COPY", delivery={"electronic": "ILL@library.example"})
    world.hear(f"{number}-1 SHIPPED COPY")
    assert world.state(number) == "SHIPPED" and world.reader() == []
    world.act(number, "receive")
    (letter,) = world.reader()
    assert "waits for you at our desk" in letter.text and "as a file" not in letter.text


@pytest.mark.parametrize("delivery", [None, {"postal": {"street": "1 Sample Street", "city": "Exampletown"}}])
def test_a_copy_without_the_readers_own_address_comes_here_first(make_world, sqlite_url, delivery):
    world = make_world(sqlite_url, more="[policy]\ncopy_ends_shipped = true\n")
    number = world.place(service="COPY", **({"delivery": delivery} if delivery else {}))
    world.hear(f"{number}-1 SHIPPED COPY")
    assert (world.state(number), world.reader()) == ("SHIPPED", [])


def test_a_copy_to_the_reader_ends_by_itself_as_ever(make_world, sqlite_url):
    world = make_world(sqlite_url, more="[policy]\ncopy_ends_shipped = true\n")
    number = world.place(service="COPY", delivery={"electronic": "r@readers.example"})
    world.hear(f"{number}-1 SHIPPED COPY")
    assert world.state(number) == "RECEIVED" and "as a file" in world.reader()[0].text


# --- days pass before it is printed -------------------------------------------------------------


def withheld(world: World) -> tuple[str, ...]:
    with world.store.read() as connection:
        foreseen = printing.foreseen(connection, world.app.context)
    gone = printing.withhold(world.store, world.app.context)
    assert foreseen == to_print(world)
    return gone


def subjects(world: World) -> list[str]:
    return [one.subject.partition(":")[0] for one in to_print(world)]


@pytest.mark.parametrize("back", ["return", "brought-back", "lost"])
def test_what_is_no_longer_true_is_not_printed(world, back):
    number = received(world)
    world.days(45)
    world.act(number, back)
    gone = withheld(world)
    assert not any(said.startswith(("Reminder", "Please bring")) for said in subjects(world)) and gone
    assert withheld(world) == (), "once"
    reasons = {str(one.why) for one in world.shown(number).untold}
    assert reasons == {"withheld: it was no longer true when it was to be printed"}


def test_a_letter_is_printed_with_the_date_of_today(world):
    number = received(world)
    world.later(days=5)
    world.hear(f"{number}-1 RENEWED*16-09-2026")
    assert withheld(world) == ()
    assert "16 Sep" in to_print(world)[0].text


def test_no_reminder_counts_that_nobody_got(world):
    number = received(world)
    world.days(120)
    assert subjects(world).count("Reminder, due on Mon 13 Apr") == 1, "no second one beside it"
    assert world.attention(number) == ("to-print",)
    letters_waiting = to_print(world)
    for one in letters_waiting:
        printing.mark(world.store, [one.id])
    assert world.attention(number) == ()
    world.days(10)
    assert subjects(world) == ["Reminder 2, due on Mon 13 Apr"]
    assert world.verify().differences == ()


def test_nobody_is_said_to_want_back_what_is_only_late(world):
    number = received(world)
    world.days(50)
    withheld(world)
    letter = to_print(world)[0]
    assert letter.subject.startswith("Your interlibrary loan is here")
    assert "The time for which we have it is over" in letter.text
    assert "wants it back" not in letter.text
    world.act(number, "recall", heard_by="phone")
    withheld(world)
    assert "wants it back already" in to_print(world)[0].text
