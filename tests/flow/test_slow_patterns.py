"""A pattern of the site's that never ends on a letter: that letter is shelved, and nothing else waits."""

import time
from pathlib import Path

import pytest

from mailproc.protocols.artemail.tables import pattern_budget

CODES = """[[code]]
word = 'FOO'
pattern = '(?:A|AA){40}!'
apdu = 'MESSAGE'
confidence = 'seen'
source = 'us'
"""


@pytest.fixture
def world(make_world, sqlite_url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pattern_budget, "SECONDS", 0.3)
    (tmp_path / "codes.toml").write_text(CODES, encoding="utf-8")
    return make_world(sqlite_url, more='[artemail]\nreplies = "codes.toml"\n')


def test_the_letter_is_shelved_with_the_patterns_place_and_the_next_one_is_taken(world):
    world.place("XX-BL", "XX-SECOND")
    world.place("XX-BL")
    stuck = world.hear(f"B1-1   {'A' * 100}", run=False)
    taken = world.hear("B2-1   USE*3", run=False)
    begun = time.process_time()
    world.run()
    assert time.process_time() - begun < 10 * pattern_budget.SECONDS
    assert (world.row("inbox", stuck)["state"], world.row("inbox", taken)["state"]) == ("shelved", "done")
    why = world.shelf()[f"I{stuck}"]
    assert "codes.toml: line 2: [[code]] FOO: pattern '(?:A|AA){40}!' did not end" in why
    assert world.shown("B2").line.promise == {"what": "HOLD_PLACED", "position": 3}
    assert any("line 2: [[code]] FOO" in letter.text for letter in world.notices())


def test_a_strangers_letter_is_shelved_too(world):
    stuck = world.inject(world.letter(f"B1-1   {'A' * 100}", "x@elsewhere.example"), "x@elsewhere.example")
    world.run()
    assert "line 2: [[code]] FOO" in world.shelf()[f"I{stuck}"]


def test_a_letter_of_too_many_lines_is_to_blame_and_no_pattern(world, addresses, monkeypatch):
    """The time of a letter is over, and no expression took much of it at once."""
    monkeypatch.setattr(pattern_budget, "SECONDS", 0.4)
    text = "REPLIES FOR 99-0001   02-03-2026\n\n" + "B 1\n" * 150_000
    large = world.inject(world.letter(text, addresses["XX-BL"]))
    world.run()
    assert world.shelf()[f"I{large}"] == "it has more lines than can be read"
