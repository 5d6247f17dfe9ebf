"""A reply code says one thing: its meaning, the reason that readers are told, and what follows agree."""

import pytest

from mailproc.ill.apdu import IllAnswer, Message
from mailproc.ill.refusal_reason import VAGUE, refusal_reason
from mailproc.ill.terms import REASON_UNFILLED
from mailproc.notices.incoming_details import said
from mailproc.notices.language_files import ENGLISH, shipped
from mailproc.protocols.artemail.tables import word_tables
from mailproc.protocols.artemail.tables.reply_codes import ReplyCode
from mailproc.protocols.follows import FollowsTable

_, CODES, _ = word_tables.load()
ROWS = [row for word in CODES.words() if (row := CODES.known(word)) is not None]
WITH_REASON = [row for row in ROWS if row.reason]
LANGUAGES = [ENGLISH, shipped("de")]


def test_there_are_rows_of_either_kind() -> None:
    assert {row.reason in VAGUE for row in WITH_REASON} == {True, False}
    assert all(row.reason in REASON_UNFILLED for row in WITH_REASON)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("row", WITH_REASON, ids=lambda row: row.word)
def test_staff_and_readers_hear_the_same_of_a_code(row: ReplyCode, language) -> None:
    """In `show`, in the rota and in the letters to staff and to the reader."""
    means = language.texts.reply_codes[row.word]
    assert language.reason_word(refusal_reason(row.reason, row.word)) == means
    assert language.meaning(row.means) == means


@pytest.mark.parametrize("row", WITH_REASON, ids=lambda row: row.word)
def test_the_code_and_its_reason_lead_to_the_same(row: ReplyCode) -> None:
    answer = IllAnswer(results=row.results, reason=row.reason, reply_code=row.word)
    assert row.follows == FollowsTable({}).of(answer)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("row", WITH_REASON, ids=lambda row: row.word)
def test_a_letter_to_staff_says_it_once(row: ReplyCode, language) -> None:
    answer = IllAnswer(results=row.results, reason=row.reason, reply_code=row.word)
    lines = said(answer, "REQUESTER", (), None, language, means=CODES.means)
    assert len(lines) == 1 and language.texts.reply_codes[row.word] in lines[0]


def test_a_reason_without_a_code_is_still_told() -> None:
    answer = IllAnswer(results="UNFILLED", reason="responder-specific")
    assert said(answer, "REQUESTER", (), None, ENGLISH) == ("their reason: for a reason of their own",)
    assert refusal_reason("responder-specific", None) == "responder-specific"


def test_a_code_of_an_older_time_is_known() -> None:
    (line,) = said(Message(reply_code="LONDON"), "REQUESTER", (), None, ENGLISH, means=CODES.means)
    assert "another reading room" in line
