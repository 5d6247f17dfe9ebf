"""One letter to staff for each letter that came in, however many requests it troubles."""

import re

import pytest

from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.flow.prepare import notices

MANY = 40
UNREADABLE = "TXC1-9 S LOAN"  # it names no item


@pytest.fixture
def many(small_world):
    return asked(small_world, MANY)


@pytest.fixture
def several(small_world):
    return asked(small_world, 8)


def asked(world, requests):
    for number in range(1, requests + 1):
        world.place(title=f"Book {number}", run=False)
    world.run()
    world.sent.clear()
    return world


def named(letter):
    return re.findall(r"\bB\d+\b", letter.text)


def test_forty_answers_that_need_attention_are_one_letter(many):
    inbox_id = many.hear(*(f"B{number}-1 CRF*CANNOT MATCH ITEM" for number in range(1, MANY + 1)))
    (letter,) = many.notices()
    assert named(letter) == [f"B{number}" for number in range(1, MANY + 1)]
    assert f"I{inbox_id}" in letter.text
    assert "40 requests" in letter.text
    assert letter.text.partition("\n\n")[2].count("* they cannot match what we cited") == 1
    assert "Library XX-BL" in letter.text
    assert "Book 17" in letter.text
    for number in range(1, MANY + 1):
        assert many.attention(f"B{number}") == ("ask-cannot-match",)
        assert many.events(f"B{number}")[-1] == "ANSWER.unfilled"
        assert letter.name in [one.id for one in many.shown(f"B{number}").letters]


def test_each_stands_under_its_reason(several):
    several.hear(
        "B1-1 CRF*CANNOT MATCH ITEM", "B2-1 *TOTAL LIBRARY MAX COST 41.50", "B3-1 USE*2", "B4-1 ROME",
        "B5-1 CRF*CANNOT MATCH ITEM", "ZZZ-9999 NOT",
    )  # fmt: skip
    (letter,) = several.notices()
    body = letter.text.partition("\n\n")[2]
    reasons = "".join(line for line in body.splitlines() if line.startswith("  * "))
    assert [reasons.count(word) for word in ("cannot match", "more than our maximum", "do not know")] == [
        1
    ] * 3
    assert named(letter) == ["B1", "B5", "B2", "B4"]
    assert "What they say:" not in letter.text


def test_a_single_request_has_the_usual_letter(several):
    several.hear("B7-1 CRF*CANNOT MATCH ITEM", "B8-1 USE*3")
    (letter,) = several.notices()
    assert "Subject: B7 needs attention" in letter.text
    assert "mailproc show B7" in letter.text


def test_two_messages_about_one_request_are_one_letter(several):
    several.hear("B1-1 CRF*CANNOT MATCH ITEM", "B1-1 ROME")
    (letter,) = several.notices()
    assert "Subject: B1 needs attention" in letter.text
    assert "cannot match" in letter.text and "do not know" in letter.text


def test_each_letter_has_its_own(several):
    several.hear("B1-1 CRF*CANNOT MATCH ITEM", "B2-1 CRF*CANNOT MATCH ITEM", run=False)
    several.hear("B3-1 CRF*CANNOT MATCH ITEM", "B4-1 CRF*CANNOT MATCH ITEM")
    assert [named(letter) for letter in several.notices()] == [["B1", "B2"], ["B3", "B4"]]


def test_a_file_that_is_rejected_names_every_order_of_it(world):
    for _ in range(3):
        world.place(run=False)
    world.run()
    (file,) = {row["file_ref"] for row in world.rows("outgoing")}
    world.hear("Line 2: code and password do not match", subject=f"FILEREFNO {file} rejected")
    (letter,) = world.notices()
    assert named(letter) == ["B1", "B2", "B3"]


def test_a_file_that_bounced_names_every_order_of_it(small_world):
    for _ in range(3):
        small_world.place(run=False)
    small_world.run()
    (order,) = small_world.sent
    small_world.bounce(order)
    (letter,) = small_world.notices()
    assert named(letter) == ["B1", "B2", "B3"]
    assert "550 no such user" in letter.text
    assert letter.text.count("550 no such user") == 1


def test_unreadable_orders_are_in_the_same_letter(small_world):
    """A number used again with another book needs attention, and beside it an order without an item."""
    small_world.ordered("TXC1-1 S LOAN\nA book", "TXC1-2 S LOAN\nA second book")
    small_world.ordered("TXC1-1 S LOAN\nAnother", "TXC1-2 S LOAN\nYet another", UNREADABLE, file_ref="2")
    (letter,) = small_world.notices()
    assert re.findall(r"\bL\d\b", letter.text) == ["L1", "L2"]
    assert "C1-9" in letter.text and "could not be read" in letter.text


def test_small_batches_make_no_second_letter(many):
    many.hear(*(f"B{number}-1 CRF*CANNOT MATCH ITEM" for number in range(1, MANY + 1)), run=False)
    store, context = many.app.store, many.app.context
    intake.run(store, context)
    advance.run(store, context, limit=7)
    notices.run(store, context, limit=3)
    many.run()
    (letter,) = many.notices()
    assert len(named(letter)) == MANY


def test_a_broken_text_loses_no_request(several, tmp_path):
    """What goes out instead is the shipped text, which names them all."""
    file = tmp_path / "site-templates" / "en" / "staff" / "attention.txt"
    file.parent.mkdir(parents=True)
    file.write_text("Subject: {{ reqest }}\n\n{{ nothing }}\n")
    several.hear("B1-1 CRF*CANNOT MATCH ITEM", "B2-1 CRF*CANNOT MATCH ITEM")
    about_them, about_the_text = several.notices()
    assert named(about_them) == ["B1", "B2"]
    assert "en/staff/attention.txt" in about_the_text.text


@pytest.mark.parametrize(
    ("words", "attention"),
    [
        ("S LOAN", ("to-answer",)),
        ("S LOAN LONDON", ("to-answer",)),
        ("S LOAN PURPLE", ("to-answer", "unknown-words")),
    ],
)
def test_an_order_with_a_word_that_nobody_knows_is_marked(small_world, words, attention):
    """The mark stands in the lists until staff have answered; it is no reason for a letter."""
    small_world.ordered(f"TXC1-1 {words}\nA book")
    assert small_world.attention("L1") == attention
    assert small_world.shown("L1").asked["keywords"] == words.split()
    assert small_world.notices() == []
    small_world.ordered(f"TXC1-1 {words}\nA book", file_ref="2")
    small_world.act("L1", "will-supply")
    assert small_world.attention("L1") == ()


def test_readers_whose_letters_are_to_be_printed_are_named_in_the_one_letter(small_world):
    for number in (1, 2, 3):
        reader = {"id": f"R{number}", "email": "" if number < 3 else "r@readers.example"}
        small_world.place(title=f"Book {number}", patron=reader, run=False)
    small_world.place(title="Of nobody", patron=None, run=False)
    small_world.run()
    small_world.sent.clear()
    small_world.hear(*(f"B{number}-1 NOT" for number in range(1, 5)))
    (letter,) = small_world.notices()
    said = [line for line in letter.text.splitlines() if "no e-mail address" in line]
    printed = '"mailproc letters --print" prints the letter.'
    assert said == [f"The reader of B1, B2 has no e-mail address: {printed}"]
