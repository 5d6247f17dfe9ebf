"""The same letter, the same words, and what only looks alike."""

from mailproc.flow.intake import station as intake

ORDER = "TXC1-1 S LOAN\nA book of ours"


def moves(world, number):
    history = world.shown(number).history
    return [(one.from_state, one.to_state) for one in history if one.from_state != one.to_state]


def test_the_same_bytes_by_the_same_door_are_one_row(world, addresses):
    world.place()
    raw = world.letter("B1-1 NOT", addresses["XX-BL"])
    ids = {world.inject(raw) for _ in range(3)}
    world.run()
    assert len(ids) == 1
    assert world.events("B1").count("ANSWER.unfilled") == 1


def test_the_same_bytes_by_another_door(world, addresses):
    world.place("XX-BL", "XX-SECOND")
    raw = world.letter("B1-1 NOT", addresses["XX-BL"])
    first, second = world.inject(raw), world.inject(raw, sender="", door="mailbox")
    world.run()
    assert world.row("inbox", second)["note"] == f"the same letter as I{first}"
    assert world.shown("B1").line.attempt == 2
    assert len(moves(world, "B1")) == 3  # asked, not supplied, the next one asked


def test_the_same_message_id_with_other_transport_headers(small_world, addresses):
    small_world.place()
    raw = small_world.letter("B1-1 USE*3", addresses["XX-BL"], message_id="one@bl.example")
    small_world.inject(raw)
    small_world.inject(b"Received: from elsewhere\r\n" + raw, door="mailbox", sender="")
    small_world.run()
    assert small_world.events("B1").count("ANSWER.promise") == 1


def test_a_message_id_used_twice_for_different_words(small_world, addresses):
    """Some systems number their letters badly: other words are another letter."""
    small_world.place()
    for code in ("USE*3", "SHIPPED LOAN"):
        letter = small_world.letter(f"B1-1 {code}", addresses["XX-BL"], message_id="one@bl.example")
        small_world.inject(letter)
    small_world.run()
    assert small_world.state("B1") == "SHIPPED"


def test_the_same_answer_three_times(world):
    """In three letters of their own: the effect happens once."""
    world.place("XX-BL", "XX-SECOND")
    for _ in range(3):
        world.hear("B1-1 NOT")
    assert len(moves(world, "B1")) == 3
    assert world.shown("B1").line.attempt == 2
    notes = [one.note for one in world.shown("B1").history if one.event == "ANSWER.unfilled"]
    assert [("said before" in note) for note in notes] == [False, True, True]


def test_twice_in_one_letter(small_world):
    small_world.place()
    small_world.hear("B1-1 SHIPPED LOAN", "B1-1 SHIPPED LOAN")
    assert len(moves(small_world, "B1")) == 2


def test_a_daily_due_writes_once(small_world):
    small_world.place()
    small_world.act("B1", "receive")
    small_world.later(days=42)  # to the day on which it is due
    small_world.sent.clear()
    for _ in range(5):
        small_world.later(days=1)
        small_world.hear("B1-1 DUE")
    assert small_world.state("B1") == "OVERDUE"
    assert len(small_world.notices()) == len(small_world.reader()) == 1  # and not daily
    small_world.hear("B1-1 *FINAL DEMAND")
    assert "final-demand" in small_world.attention("B1")


def test_due_again_after_a_renewal_counts(small_world):
    small_world.place()
    small_world.act("B1", "receive")
    small_world.hear("B1-1 DUE")
    small_world.hear("B1-1 RENEWED*16-09-2026")
    assert small_world.state("B1") == "RECEIVED"
    small_world.hear("B1-1 DUE")
    assert small_world.state("B1") == "OVERDUE"


def test_a_second_refusal_of_a_second_cancel_counts(world):
    world.place()
    for _ in range(2):
        world.act("B1", "cancel")
        assert world.state("B1") == "CANCEL_PENDING"
        world.hear("B1-1 NCANC")
        assert world.state("B1") == "PENDING"
    world.hear("B1-1 NCANC")  # nobody waits for this one
    assert world.state("B1") == "PENDING"
    assert len(moves(world, "B1")) == 5


def test_a_second_refusal_of_a_renewal_counts(small_world):
    small_world.place()
    small_world.act("B1", "receive")
    for _ in range(2):
        small_world.act("B1", "renew")
        small_world.hear("B1-1 NO RENEW")
        assert (small_world.state("B1"), small_world.attention("B1")) == ("RECEIVED", ("renewal-refused",))


def test_an_order_again(world, addresses):
    """The same number and item: the answer that announced the present state goes out again."""
    world.ordered(ORDER)
    world.act("L1", "ship")
    world.later(days=1)
    world.ordered(ORDER, file_ref="2")
    assert world.listed() == ["L1"]
    first, second = world.to(addresses["XX-CUSTOMER"])
    assert "SHIPPED LOAN" in first.text and "SHIPPED LOAN" in second.text
    said = [row["body"].apdu for row in world.rows("intent") if row["kind"] == "apdu"]
    assert said[1]["original_sent_at"] == said[0]["sent_at"]


def test_an_order_again_with_another_item(world, addresses):
    world.ordered(ORDER)
    world.act("L1", "ship")
    world.ordered("TXC1-1 S LOAN\nQuite another book", file_ref="2")
    assert world.listed() == ["L1"]
    assert world.attention("L1") == ("number-used-again",)
    assert len(world.to(addresses["XX-CUSTOMER"])) == 1
    assert world.shown("L1").line.title == "A book of ours"


def test_a_release_after_the_other_copy(small_world, addresses):
    """The copy that lay on the shelf is released when its twin has had its effect."""
    small_world.place("XX-BL", "XX-SECOND")
    raw = small_world.letter("B1-1 NOT", addresses["XX-BL"])
    shelved = small_world.inject(raw, sender="relay@elsewhere.example")
    small_world.run()
    small_world.inject(raw, sender="", door="mailbox")
    small_world.run()
    from mailproc.office.mailroom import incoming

    incoming.release(small_world.app.store, small_world.app.context, f"I{shelved}", "XX-BL")
    small_world.run()
    assert "the same letter" in small_world.row("inbox", shelved)["note"]
    assert small_world.events("B1").count("ANSWER.unfilled") == 1


def test_a_batch_holds_both_copies(small_world, addresses):
    small_world.place()
    raw = small_world.letter("B1-1 USE*9", addresses["XX-BL"])
    small_world.inject(raw)
    small_world.inject(raw, door="mailbox", sender="")
    assert intake.run(small_world.app.store, small_world.app.context) == 2
    small_world.run()
    assert small_world.events("B1").count("ANSWER.promise") == 1
