"""Each order file leaves a mark by which a second one is known; the clock takes it away when it is over."""


def test_the_clock_deletes_alarms_that_are_over(make_world, store_url, receipt_lines):
    world = make_world(store_url, receipt_lines)
    world.ordered("TXC1-1 S LOAN\nA title")
    assert [row["kind"] for row in world.rows("alarm")] == ["FILE_TAKEN"]
    world.later(days=1)
    world.tick()
    assert len(world.rows("alarm")) == 1
    world.later(days=8)
    world.tick()
    assert world.rows("alarm") == []
