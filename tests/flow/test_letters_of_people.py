"""What people write comes home: to the history of the one request that it is about, or to the shelf."""

from tests.support.partners import ADDRESS, BL


def message_id(letter):
    return next(line for line in letter.text.splitlines() if line.startswith("Message-ID:"))[12:]


def write(world, text, sender, subject="Re: your order", **headers):
    inbox_id = world.inject(world.letter(text, sender, subject, **headers), sender)
    world.run()
    return world.row("inbox", inbox_id)


def test_an_answer_to_our_letter_stands_in_the_history(small_world):
    world = small_world
    world.place()
    order = world.to(ADDRESS[BL])[0]
    text = "Our copy is missing.\n\nKind regards\nAnn\n"
    row = write(world, text, ADDRESS[BL], In_Reply_To=message_id(order))
    assert (row["state"], row["partner"], row["taken_from"]) == ("done", BL, BL)
    assert (world.state("B1"), world.attention("B1")) == ("PENDING", ("message",))
    last = world.shown("B1").history[-1]
    assert (last.event, last.note) == ("MESSAGE", "Our copy is missing.\n\nKind regards\nAnn")
    (notice,) = world.notices()
    assert "Our copy is missing." in notice.text
    assert world.shelf() == {}
    assert world.verify().differences == ()
