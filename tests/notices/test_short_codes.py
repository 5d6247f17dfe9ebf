"""The short codes that libraries write by hand: a table in data, and how its rows are found in words."""

import pytest

from mailproc.ill.actions import BY_NAME
from mailproc.ill.terms import CONDITIONS, REASON_UNFILLED, Role
from mailproc.notices import short_codes
from mailproc.notices.language_files import ENGLISH


@pytest.mark.parametrize("row", short_codes.table(), ids=lambda row: row.word)
def test_a_row_suggests_an_act_of_a_lender(row: short_codes.ShortCode) -> None:
    assert row.sure in ("high", "medium", "low") and row.source and row.means
    assert ENGLISH.texts.short_codes[row.word] == row.means
    if not row.act:
        return
    assert BY_NAME[row.act].role is Role.RESPONDER
    taken = {str(option) for option in BY_NAME[row.act].takes}
    option, _, value = row.options.partition(" ")
    assert not option or option in taken
    assert option != "--reason" or value in REASON_UNFILLED
    assert option != "--condition" or value in CONDITIONS


def test_each_code_has_its_word_in_the_language_and_no_other() -> None:
    assert set(ENGLISH.texts.short_codes) == {row.word for row in short_codes.table()}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("NIS", ["NIS"]),
        ("Sorry, NIS.", ["NIS"]),
        ("o/l until May", ["O/L"]),
        ("W/L 3 or D/B 12.01.27", ["W/L", "D/B"]),
        ("Not in stock.", ["NIS"]),
        ("It is not in stock at the moment, I fear.", []),
        ("ref", ["REF"]),
        ("Please see the ref in our letter, and the mis that we made there, with all good wishes to you", []),
        ("DENIS wrote, and NISSAN", []),
        ("NIS NIS NIS", ["NIS"]),
        ("", []),
    ],
)
def test_codes_in_words(words: str, found: list[str]) -> None:
    assert [row.word for row in short_codes.found(words)] == found


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("W/L 3", "hold --position 3"),
        ("W/L: 12", "hold --position 12"),
        ("W/L", "hold --position NUMBER"),
        ("W/L 12.01.27", "hold --position NUMBER"),
        ("RES?", ""),
    ],
)
def test_the_number_behind_a_code(words: str, command: str) -> None:
    (row,) = short_codes.found(words)
    assert row.command == command
