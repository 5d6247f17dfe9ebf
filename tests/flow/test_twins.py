"""The plain-English twin of a reply, and the supplier's own order line as a name of the order."""

WAITING = """Your reference: B1-1
Our order line: 00012345-001
Status: this item is on loan; you are number 3 on the waiting list.
"""
RENEWED = """Our order line: 00012345-001
Status: this loan has been renewed until 16-09-2026.
"""


def test_a_twin_is_said_before(world, addresses):
    world.place()
    world.hear("B1-1 USE*3")
    twin = world.letter(WAITING, addresses["XX-BL"], "Update on your order 00012345-001")
    world.inject(twin)
    world.run()
    assert world.shown("B1").line.promise == {"what": "HOLD_PLACED", "position": 3}
    assert [change.note for change in world.shown("B1").history if "said before" in change.note]


def test_an_order_line_is_learned_and_enough(world, addresses):
    world.place(service="LOAN")
    world.inject(world.letter(WAITING, addresses["XX-BL"], "Update on your order 00012345-001"))
    world.run()
    world.act("B1", "receive")
    world.inject(world.letter(RENEWED, addresses["XX-BL"], "Update on your order 00012345-001"))
    world.run()
    assert world.shown("B1").line.due.isoformat() == "2026-09-16"


def test_an_order_line_of_another_partner_is_nothing_of_ours(small_world, addresses):
    small_world.place(service="LOAN")
    small_world.inject(small_world.letter(WAITING, addresses["XX-BL"], "Update on your order 00012345-001"))
    small_world.run()
    inbox_id = small_world.inject(small_world.letter(RENEWED, addresses["XX-SECOND"], "Update on your order"))
    small_world.run()
    assert small_world.row("inbox", inbox_id)["state"] == "shelved"
    assert small_world.shown("B1").line.due is None
