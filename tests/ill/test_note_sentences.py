"""What a note says in place of a field is read back as it was written, and nothing else is."""

import pytest

from mailproc.ill import note_sentences
from mailproc.ill.note_sentences import FOUND, PARTIAL, PRICE, WANTED_BY, WRONG

SAID = [
    (WANTED_BY, "2026-04-10"),
    (PRICE, "12.50 EUR"),
    (PRICE, "5"),
    (WRONG, ""),
    (PARTIAL, ""),
    (FOUND, ""),
]


@pytest.mark.parametrize(("name", "value"), SAID)
@pytest.mark.parametrize(
    ("remark", "kept"),
    [
        ("", ""),
        ("A professor needs it", "A professor needs it."),
        ("Why?", "Why?"),
        ("x" * 4000, "x" * 4000 + "."),
    ],
)
def test_it_is_read_back(name, value, remark, kept):
    note = note_sentences.joined(remark, note_sentences.written(name, value))
    read = note_sentences.parted(note)
    assert (read.note, read.said, read.value) == (kept, name, value)


@pytest.mark.parametrize(
    "note", ["", "Hello.", "Wanted back by 2026-02-30.", "Price: high.", "Price: ١٢ EUR."]
)
def test_any_other_note_is_a_remark(note):
    read = note_sentences.parted(note)
    assert (read.note, read.said) == (note, "")


def test_a_remark_alone_stays_as_it_is():
    assert note_sentences.joined("See the cover", "") == "See the cover"
