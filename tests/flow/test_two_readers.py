"""A claim is no lock: another process (`inject`, `fetch`) may settle a letter while it is being read here."""

import pytest

from mailproc.errors import LocalFault
from mailproc.flow.intake import batch
from mailproc.flow.intake import station as intake
from mailproc.store import letters


@pytest.fixture
def overtaken(world, monkeypatch):
    """Intake that another one overtakes when it has read its letters."""
    read_all = batch.read_all

    def slowly(rows, context, store):
        readings = list(read_all(rows, context, store))
        monkeypatch.setattr(batch, "read_all", read_all)
        assert intake.run(store, context) == len(readings)
        return iter(readings)

    monkeypatch.setattr(batch, "read_all", slowly)
    return world


@pytest.mark.parametrize(
    ("words", "state", "born"), [("B1-1 NOT", "done", "ILL_ANSWER"), ("no message", "shelved", "SHELVED")]
)
def test_a_letter_settled_by_another_process_is_unchanged(world, request, words, state, born):
    world.place("XX-BL")
    world.hear(words, run=False)
    overtaken = request.getfixturevalue("overtaken")
    intake.run(overtaken.app.store, overtaken.app.context)
    (letter,) = world.rows("inbox")
    assert letter["state"] == state
    assert "fault" not in letter["last_error"]
    assert letter["attempts"] == 2
    events = [row for row in world.rows("event") if row["inbox_id"] == letter["id"]]
    assert [row["type"] for row in events] == [born]


@pytest.mark.parametrize("state", ["done", "shelved", "dismissed"])
def test_a_letter_is_settled_once(small_world, state):
    inbox_id = small_world.hear("N1 NOT", run=False)
    store = small_world.app.store
    store.write(lambda c: letters.settle(c, inbox_id, state, note="the first"))
    with pytest.raises(LocalFault, match="meanwhile"):
        store.write(lambda c: letters.settle(c, inbox_id, "shelved", last_error="the second"))
    (row,) = small_world.rows("inbox")
    assert (row["state"], row["note"], row["last_error"]) == (state, "the first", "")
