"""A password typed where it does not belong is kept nowhere but in the letter's own bytes."""

import logging

import pytest

PASSWORD = "PW0003XQ"  # the customer's
ADDRESS = "\n\n\n\n\n:DELIVER ABOVE ITEM TO:\n"
ORDERS = {
    "in the title": f"TXC1-1 S LOAN\nA book {PASSWORD} on secrets\nAuthor, A.",
    "as a line": f"TXC1-1 S LOAN\nA book\n{PASSWORD}\n1999 VOL 1",
    "as the number": f"TX{PASSWORD} S LOAN\nA book",
    "as a keyword": f"TXC1-1 S LOAN {PASSWORD}\nA book",
    "in the e-mail address": f"TXC1-1 S SED99\nA journal\n2019 VOL 1 PP 1{ADDRESS}{PASSWORD}@readers.example",
    "in the postal address": f"TXC1-1 S LOAN\nA book{ADDRESS}Library {PASSWORD}\n1 Street\nTOWN",
    "in a cancellation": f"TXC1-1 CANCEL\nbecause {PASSWORD}",
    "in an order that is none": f"TX{PASSWORD} S LOAN",
}


@pytest.mark.parametrize("case", ORDERS)
def test_it_is_kept_in_no_table_and_shown_nowhere(small_world, caplog, case):
    """That no table holds it, but for the letter's bytes, is checked after every story."""
    world = small_world
    with caplog.at_level(logging.DEBUG):
        world.ordered("TXC1-9 S LOAN\nAnother book", ORDERS[case], file_ref="1")
        for number in world.listed():
            if world.state(number) == "IN_PROCESS":
                world.act(number, "unfilled", reason="not-owned")
    assert world.listed()
    said = "".join(letter.text for letter in world.sent) + caplog.text + str(world.shelf())
    said += "".join(repr(world.shown(number)) for number in world.listed())
    assert PASSWORD not in said
    assert sum(PASSWORD in repr(row["raw"]) for row in world.rows("inbox")) == 1


def test_the_rest_of_the_title_stays(small_world):
    small_world.ordered(ORDERS["in the title"])
    (row,) = small_world.rows("request")
    assert row["title"] == "A book XXXXXXX on secrets"


@pytest.mark.parametrize(
    "text", [f"{PASSWORD}   NOT", f"B1-1   {PASSWORD}", f"FILEREFNO 1 rejected\n{PASSWORD} is wrong"]
)
def test_a_report_that_names_it(small_world, text):
    small_world.place()
    small_world.hear("B1-1 USE*3", text)


def test_a_subject_or_a_bounce_that_names_it(small_world, addresses, passwords):
    world = small_world
    world.place()
    (letter,) = world.to(addresses["XX-BL"])
    letter.to = f"{passwords['XX-BL']}@bl.example"
    world.bounce(letter)
    world.inject(world.letter("Hello", addresses["XX-BL"], f"Our {passwords['XX-BL']}"))
    world.run()
    assert any("XXX" in row["subject"] or "***" in row["subject"] for row in world.rows("inbox"))
