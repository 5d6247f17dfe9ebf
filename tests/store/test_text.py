"""What a letter may hold and a database may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.store.text import storable


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("", ""),
        ("Größe 漢字 𝄞", "Größe 漢字 𝄞"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\0b", "a\\x00b"),
        ("half a pair: \ud834", "half a pair: \\ud834"),
    ],
)
def test_what_cannot_be_stored_is_shown_escaped(words: str, stored: str) -> None:
    assert storable(words) == stored


@given(st.text(st.characters()))
def test_whatever_a_letter_says_is_storable(words: str) -> None:
    assert b"\0" not in storable(words).encode()
