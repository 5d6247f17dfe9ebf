"""Our own letters as they come back: copies, quotations, bounces, and what a partner says of a file."""

from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from mailproc.office.mailroom import redelivery

OURS = "ill@library.example"


def order_of(world, addresses):
    return next(letter for letter in world.sent if letter.to == addresses["XX-BL"])


def test_a_copy_to_our_own_mailbox(world, addresses):
    """Read as a customer's it would be an order."""
    world.place()
    inbox_id = world.inject(order_of(world, addresses).raw, OURS, door="a mailbox")
    world.run()
    assert world.row("inbox", inbox_id)["note"] == "our own letter O1 came back"
    assert world.listed() == ["B1"]
    assert len(world.sent) == 1


def test_a_notice_to_staff_who_read_the_mailbox_that_we_look_into(make_world, sqlite_url, addresses):
    world = make_world(sqlite_url, more=f'[listen]\nrecipients = ["{OURS}", "staff@library.example"]\n')
    world.place()
    world.bounce(order_of(world, addresses))
    (notice,) = world.notices()
    inbox_id = world.inject(notice.raw, OURS, door="a mailbox")
    world.run()
    assert world.row("inbox", inbox_id)["note"] == f"our own letter {notice.name} came back"
    assert world.shelf() == {}


def test_quoted_whole_in_an_answer(small_world, addresses):
    small_world.place()
    order = order_of(small_world, addresses)
    message_id = next(line for line in order.text.splitlines() if line.lower().startswith("message-id"))
    body = order.text.partition("\n\n")[2]
    quoted = "\n".join("> " + line for line in body.splitlines())
    letter = small_world.letter(
        quoted, addresses["XX-BL"], "Re: your order", In_Reply_To=message_id.partition(":")[2].strip()
    )
    inbox_id = small_world.inject(letter)
    small_world.run()
    assert small_world.row("inbox", inbox_id)["note"] == "a letter in words about B1-1"
    assert small_world.shown("B1").history[-1].note == "(no words of their own)"
    assert small_world.listed() == ["B1"]


def test_quoted_whole_by_nobody_whom_we_know(small_world, addresses):
    small_world.place()
    message_id = next(
        line for line in order_of(small_world, addresses).text.splitlines() if line.startswith("Message-ID")
    )
    letter = small_world.letter("", "x@else.example", In_Reply_To=message_id.partition(":")[2].strip())
    inbox_id = small_world.inject(letter, "x@else.example")
    small_world.run()
    row = small_world.row("inbox", inbox_id)
    assert (row["state"], "B1" in row["last_error"]) == ("shelved", True)
    assert small_world.shown("B1").history[-1].event == "request"


def test_a_bounce_of_an_order(world, addresses):
    world.place()
    world.place()
    inbox_id = world.bounce(order_of(world, addresses))
    row = world.row("inbox", inbox_id)
    assert row["state"] == "done" and "O1" in row["note"]
    assert world.row("outgoing", 1)["state"] == "bounced"
    line = world.shown("B1").line
    assert (line.state, line.delivery, line.attention) == ("PENDING", "bounced", ("bounced",))
    assert (world.shown("B2").line.delivery, world.attention("B2")) == ("handed_over", ())
    assert world.events("B1")[-1] == "BOUNCED"
    redelivery.redeliver(world.app.store, "O1")
    world.run()
    assert (world.shown("B1").line.delivery, world.attention("B1")) == ("handed_over", ())


def test_the_same_bounce_twice(small_world, addresses):
    small_world.place()
    for _ in range(2):
        small_world.bounce(order_of(small_world, addresses))
    assert len(small_world.notices()) == 1
    assert small_world.attention("B1") == ("bounced",)


def test_a_bounce_of_a_letter_that_is_not_ours(small_world, addresses):
    small_world.place()
    order = order_of(small_world, addresses)
    order.raw = order.raw.replace(b"@library.example", b"@elsewhere.example")
    inbox_id = small_world.bounce(order)
    assert "not ours" in small_world.shelf()[f"I{inbox_id}"]
    assert small_world.attention("B1") == ()


def test_a_bounced_notice_to_the_reader(small_world):
    small_world.place()
    small_world.act("B1", "receive")
    small_world.bounce(small_world.reader()[0])
    assert small_world.attention("B1") == ("bounced",)
    assert small_world.state("B1") == "RECEIVED"


# receipts and rejections of a file


def answer_file(world, words, file_ref="1", of="XX-BL", addresses=None):
    letter = world.letter("for your attention", addresses[of], f"FILEREFNO {file_ref} {words}")
    inbox_id = world.inject(letter, addresses[of])
    world.run()
    return inbox_id


def test_an_accepted_file(world, addresses):
    world.place(run=False)
    world.place()
    answer_file(world, "accepted - 2 orders", addresses=addresses)
    for number in ("B1", "B2"):
        line = world.shown(number).line
        assert (line.state, line.delivery, line.attention) == ("PENDING", "handed_over", ())
        assert world.events(number)[-1] == "STATUS_OR_ERROR_REPORT"


def test_a_rejected_file(world, addresses):
    """Nothing in it was asked: held, nothing unfilled, no rota moves."""
    world.place("XX-BL", "XX-SECOND", run=False)
    world.place("XX-BL", "XX-SECOND")
    world.place("XX-BL", "XX-SECOND")  # in a file of its own
    answer_file(world, "rejected", addresses=addresses)
    for number in ("B1", "B2"):
        line = world.shown(number).line
        assert (line.state, line.delivery, line.attention) == ("PENDING", "held", ("file-rejected",))
        assert line.attempt == 1
    assert (world.shown("B3").line.delivery, world.attention("B3")) == ("handed_over", ())
    assert world.reader() == []
    assert world.row("outgoing", 1)["state"] == "held"


def test_a_file_rejected_once_more(small_world, addresses):
    """Sent again after a remedy that was none: staff are asked again."""
    small_world.place()
    answer_file(small_world, "rejected", addresses=addresses)
    redelivery.redeliver(small_world.app.store, "O1")
    small_world.run()
    assert (small_world.shown("B1").line.delivery, small_world.attention("B1")) == ("handed_over", ())
    answer_file(small_world, "rejected", addresses=addresses)
    line = small_world.shown("B1").line
    assert (line.delivery, line.attention) == ("held", ("file-rejected",))


def test_an_action_does_not_clear_the_rejection(small_world, addresses):
    small_world.place()
    answer_file(small_world, "rejected", addresses=addresses)
    small_world.act("B1", "message", note="what is wrong with it?")
    assert small_world.attention("B1") == ("file-rejected",)


def test_a_rejected_order_can_be_given_up(small_world, addresses):
    small_world.place("XX-BL", "XX-SECOND")
    answer_file(small_world, "rejected", addresses=addresses)
    small_world.act("B1", "cancel")
    assert (small_world.state("B1"), small_world.attention("B1")) == ("CANCELLED", ("cancelled-not-over",))
    assert len(small_world.to(addresses["XX-BL"])) == 1
    small_world.next("B1")
    assert small_world.shown("B1").line.partner == "XX-SECOND"


def test_a_file_of_another_partner_or_of_nobody(small_world, addresses):
    small_world.place("XX-BL")
    for of, file_ref in (("XX-SECOND", "1"), ("XX-BL", "4711")):
        answer_file(small_world, "rejected", file_ref, of, addresses)
        assert f"the number {file_ref}" in list(small_world.shelf().values())[-1]
    assert len(small_world.shelf()) == len(("XX-SECOND", "XX-BL"))
    assert (small_world.shown("B1").line.delivery, small_world.attention("B1")) == ("handed_over", ())


def test_a_rejection_that_quotes_the_file(small_world, addresses, passwords):
    """The password in it goes nowhere (the fixture looks into every table)."""
    small_world.place()
    text = f"Line 2: customer code and code do not match\n\n99-0001\n{passwords['XX-BL']}\n"
    small_world.inject(small_world.letter(text, addresses["XX-BL"], "FILEREFNO 1 rejected"))
    small_world.run()
    assert small_world.attention("B1") == ("file-rejected",)
    assert all(passwords["XX-BL"] not in notice.text for notice in small_world.notices())


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("prepared", "waiting"),
        ("sending", "sending"),
        ("handed_over", "handed_over"),
        ("filed", "filed"),
        ("in_doubt", "in_doubt"),
        ("held", "held"),
        ("bounced", "bounced"),
        ("shelved", "failed"),
        ("withdrawn", "withdrawn"),
        ("dismissed", "dismissed"),
    ],
)
def test_the_word_for_each_state_of_a_letter(small_world, state, word):
    small_world.place(run=False)
    assert small_world.shown("B1").line.delivery == "waiting"
    small_world.quiet()
    from mailproc.store import outgoing

    small_world.app.store.write(lambda connection: outgoing.change(connection, 1, state=state))
    assert small_world.shown("B1").line.delivery == word
    assert small_world.state("B1") == "PENDING"
    small_world.app.store.write(lambda connection: outgoing.change(connection, 1, state="handed_over"))


def test_an_order_of_theirs_has_nothing_to_deliver(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA book")
    assert small_world.shown("L1").line.delivery == ""


def test_a_report_that_was_quoted_whole_on_its_way_is_the_partners(small_world, addresses):
    """Their gateway forwards it as an answer to our order: it is read, and not put away as our own letter."""
    small_world.place()
    our_order = small_world.to(addresses["XX-BL"])[0]
    message_id = next(line for line in our_order.text.splitlines() if line.startswith("Message-ID:"))
    quoted = "> REPLIES FOR 99-0001   02-03-2026\n>\n> B1-1 SHIPPED LOAN\n"
    answer = {"In_Reply_To": message_id.partition(":")[2].strip()}
    inbox_id = small_world.inject(small_world.letter(quoted, addresses["XX-BL"], **answer))
    small_world.run()
    assert small_world.state("B1") == "SHIPPED"
    assert "came back" not in small_world.row("inbox", inbox_id)["note"]


def test_a_report_attached_beside_our_quoted_order_is_the_partners(small_world, addresses):
    small_world.place()
    our_order = small_world.to(addresses["XX-BL"])[0]
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = addresses["XX-BL"], "ill@library.example", "Re: order"
    made["Message-ID"] = "<answer@bl.example>"
    made["In-Reply-To"] = BytesParser().parsebytes(our_order.raw)["Message-ID"]
    made.set_content("> 99-0001\n> TXB1-1 S LOAN\n")
    made.add_attachment("REPLIES FOR 99-0001   02-03-2026\n\nB1-1 SHIPPED LOAN\n", filename="replies.txt")
    small_world.inject(made.as_bytes().replace(b"\n", b"\r\n"))
    small_world.run()
    assert small_world.state("B1") == "SHIPPED"
