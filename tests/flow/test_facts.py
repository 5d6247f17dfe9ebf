"""What was looked up for a step is stored with its event, and rows of an older release are still read."""

from mailproc.ill.facts import Facts
from mailproc.store.events import EVENT


def stored(world):
    return {name for row in world.rows("event") for name in row["facts"] or {}}


def test_every_fact_that_is_stored_has_its_name(world):
    """A misspelt fact would be stored, and read by nothing."""
    world.place()
    world.hear("B1-1 SHIPPED LOAN")
    world.hear("B1-1 SHIPPED LOAN")
    world.act("B1", "receive")
    world.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    world.act("B1", "message", note="a word", run=False)
    world.act("B1", "undo")
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    world.act("L1", "ship")
    world.days(60)
    found = stored(world)
    assert {"found", "letter_left", "repeat", "renewal_on", "undone", "of", "level"} <= found
    assert found <= set(Facts.__annotations__)


def test_facts_of_an_older_release_are_read(small_world):
    """A fact that has gone is ignored, and one that was not looked up then is missing."""
    small_world.place()
    small_world.act("B1", "receive", run=False)
    before = small_world.transaction("B1")["state"]
    facts = small_world.rows("event")[-1]["facts"]
    old = {"found": facts["found"], "letter_left": facts["letter_left"], "due_on": facts["due_on"]}
    old["was_known_once"] = "to an older release"
    of_act = EVENT.update().where(EVENT.c.type == "receive").values(facts=old)
    small_world.app.store.write(lambda connection: connection.execute(of_act))
    assert small_world.verify().differences == ()
    assert before == "RECEIVED"
    small_world.act("B1", "undo")
    assert small_world.state("B1") == "PENDING"
    assert small_world.attention("B1") == ()
    assert small_world.verify().differences == ()
